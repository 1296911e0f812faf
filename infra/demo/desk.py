"""The demo's agents: they work through the HTTP API, as the console does."""

from dataclasses import dataclass
from typing import Any, Self

import httpx

from infra.demo.customers import DidNotHappenError

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in agent."""

    client: httpx.Client
    agent: Json

    @classmethod
    def sign_in(cls, api: str, email: str, password: str) -> Self:
        client = httpx.Client(base_url=api, timeout=15)
        session = client.post("agents/session", json={"email": email, "password": password}).raise_for_status().json()
        client.headers["Authorization"] = session["token"]
        return cls(client, session["agent"])

    def get(self, path: str) -> Any:
        return self.client.get(path).raise_for_status().json()

    def post(self, path: str, body: Json | None = None) -> Json:
        answer = self.client.post(path, json=body or {}).raise_for_status()
        return dict(answer.json()) if answer.content else {}

    def put(self, path: str, body: Json) -> None:
        self.client.put(path, json=body).raise_for_status()

    def claim(self, wanted: str) -> Json:
        """Claim until the conversation comes in which this is said or whose customer writes from this address; others go back."""
        others: list[Json] = []
        try:
            while claimed := self.post("claims"):
                if claimed["address"] == wanted or self._contains(claimed["id"], wanted):
                    return claimed
                others.append(claimed)
        finally:
            for other in others:
                self.post(f"conversations/{other['id']}/transfer", {"queue": other["queue"], "urgency": other["urgency"]})
        raise DidNotHappenError("the conversation that was handed over waits in no queue")

    def _contains(self, conversation: str, wanted: str) -> bool:
        return any(message["text"] == wanted for message in self.get(f"conversations/{conversation}")["messages"])
