"""The demo's agents: they work through the HTTP API, by the typed client that is made from its description."""

from dataclasses import dataclass
from typing import Self, TypeVar

import httpx
from baton_client import models
from baton_client.api.desk import claim, conversation, note, reply, resolve, transfer
from baton_client.api.governance import change_agent, sign_in
from baton_client.api.insight import list_reports, make_report, open_report
from baton_client.client import AuthenticatedClient, Client
from baton_client.types import Response

from infra.demo.customers import DidNotHappenError

Answer = TypeVar("Answer")
PATIENCE = httpx.Timeout(15)


@dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in agent."""

    client: AuthenticatedClient
    agent: models.Agent

    @classmethod
    def sign_in(cls, api: str, email: str, password: str) -> Self:
        """Raises DidNotHappenError."""
        body = models.SignInRequest(email=email, password=password)
        session = given(sign_in.sync(client=Client(base_url=api, timeout=PATIENCE), body=body), models.AgentSession)
        return cls(AuthenticatedClient(api, session.token, prefix="", timeout=PATIENCE), session.agent)

    def read(self, conversation_id: str) -> models.Story:
        """The whole story."""
        return given(conversation.sync(conversation_id, client=self.client), models.Story)

    def claim(self, wanted: str) -> models.Conversation:
        """Claim until the conversation comes in which this is said or whose customer writes from this address; others go back."""
        others: list[models.Conversation] = []
        try:
            while isinstance(claimed := claim.sync(client=self.client), models.Conversation):
                if claimed.address == wanted or any(message.text == wanted for message in self.read(claimed.id).messages):
                    return claimed
                others.append(claimed)
        finally:
            for other in others:
                back = models.TransferRequest(queue=other.queue, urgency=other.urgency)
                given(transfer.sync(other.id, client=self.client, body=back), models.Conversation)
        raise DidNotHappenError("the conversation that was handed over waits in no queue")

    def note(self, conversation_id: str, note_id: str, text: str) -> None:
        """For colleagues only."""
        given(note.sync(conversation_id, client=self.client, body=models.NoteRequest(id=note_id, text=text)), models.Note)

    def reply(self, conversation_id: str, reply_id: str, text: str) -> int:
        """The status of the answer: 201, or 200 if it was sent before."""
        body = models.ReplyRequest(id=reply_id, text=text)
        answer: Response[models.Error | models.SentMessage] = reply.sync_detailed(conversation_id, client=self.client, body=body)
        return int(answer.status_code)

    def resolve(self, conversation_id: str) -> None:
        """It is done."""
        given(resolve.sync(conversation_id, client=self.client, body=models.ResolveRequest()), models.Conversation)

    def hold(self, agent: models.Agent, most: int) -> None:
        """How many conversations that agent may hold, from now on."""
        given(change_agent.sync(agent.id, client=self.client, body=models.AgentChange(max_open=most)), models.Agent)

    def reports(self) -> dict[str, int]:
        """When each day's report was made."""
        return {one.day: one.made_at for one in given(list_reports.sync(client=self.client), models.Reports).reports}

    def order_report(self, day: str) -> None:
        """It is ready shortly after."""
        given(make_report.sync(client=self.client, body=models.ReportRequest(day=day)), models.ReportOrdered)

    def report(self, day: str) -> models.ReportAddresses:
        """Where its files are."""
        return given(open_report.sync(day, client=self.client), models.ReportAddresses)


def given(answer: object, kind: type[Answer]) -> Answer:
    """What was asked for. Raises DidNotHappenError with the words of a refusal."""
    if isinstance(answer, kind):
        return answer
    if isinstance(answer, models.Error):
        raise DidNotHappenError(f"the API answered {answer.error.code}: {answer.error.message}")
    raise DidNotHappenError(f"the API gave no {kind.__name__}")
