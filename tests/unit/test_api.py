"""The routes as Chalice serves them: errors in one shape, bodies checked, groups respected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client

import app
from chalicelib.aws import clients
from chalicelib.governance import roster
from chalicelib.governance.roster import Agent
from tests.unit.conftest import T0, Store
from tests.unit.test_workspace import wait

CLAIMS = {"sub": "agent-ann", "email": "ann@shop.example", "cognito:groups": "agents"}


class Api:
    """Calls a route as the gateway does after it verified the token."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.claims: dict[str, Any] = dict(CLAIMS)

    def __call__(self, method: str, path: str, body: Any = None, raw: bytes | None = None, headers: Any = None) -> tuple[int, Any]:
        sent = raw if raw is not None else json.dumps(body).encode() if body is not None else b""
        gateway = self.client.http._local_gateway
        create = gateway.event_converter.create_lambda_event

        def with_claims(*args: Any, **kwargs: Any) -> dict[str, Any]:
            event: dict[str, Any] = create(*args, **kwargs)
            event["requestContext"]["authorizer"] = {"claims": self.claims}
            return event

        gateway.event_converter.create_lambda_event = with_claims
        try:
            response = self.client.http.request(method, path, {"Content-Type": "application/json", **(headers or {})}, sent)
        finally:
            gateway.event_converter.create_lambda_event = create
        return response.status_code, json.loads(response.body) if response.body else None


@pytest.fixture
def api(store: Store, ann: Agent, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr("chalice.local.LocalGatewayAuthorizer.authorize", lambda self, path, event, context: (event, context))
    with Client(app.app) as client:
        yield Api(client)


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


def test_a_day_of_an_agent(api: Api) -> None:
    wait("w1")
    assert api("GET", "/me")[1]["skills"] == ["general", "billing", "orders", "technical"]
    assert api("POST", "/claims")[1]["id"] == "w1.1"
    assert api("POST", "/claims") == (204, None)
    assert api("GET", "/conversations?owner=me")[1]["conversations"][0]["id"] == "w1.1"
    status, message = api("POST", "/conversations/w1.1/replies", {"id": "client-0001", "text": "Hello"})
    assert (status, message["text"], message["state"]) == (201, "Hello", "pending")
    assert api("POST", "/conversations/w1.1/replies", {"id": "client-0001", "text": "Hello"})[0] == 200
    assert api("POST", "/conversations/w1.1/notes", {"id": "client-0002", "text": "Note"})[0] == 201
    story = api("GET", "/conversations/w1.1")[1]
    assert [m["text"] for m in story["messages"]] == ["Where is my order?", "Hello"]
    assert api("POST", "/conversations/w1.1/resolve")[1]["owner"] == "none"
    assert api("GET", "/me")[1]["open"] == 0


def test_a_transfer_with_its_note(api: Api) -> None:
    wait("w1")
    api("POST", "/claims")
    moved = api("POST", "/conversations/w1.1/transfer", {"queue": "orders", "urgency": "urgent", "note": "please look"})[1]
    assert (moved["queue"], moved["urgency"], moved["owner"]) == ("orders", "urgent", "queue")
    assert api("GET", "/conversations/w1.1")[1]["notes"][0]["text"] == "please look"


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/conversations/nobody.1", None, (404, "not_found")),
        ("GET", "/conversations/w1.2", None, (404, "not_found")),
        ("GET", "/conversations/w1.1?after=x", None, (400, "bad_request")),
        ("GET", "/conversations", None, (400, "bad_request")),
        ("GET", "/conversations?queue=magic", None, (400, "bad_request")),
        ("POST", "/conversations/w1.1/replies", {"id": "client-0001", "text": "mine"}, (409, "not_owner")),
        ("POST", "/conversations/w1.1/replies", {"id": "client-0001"}, (400, "bad_request")),
        ("POST", "/conversations/w1.1/replies", {"id": 7, "text": "x"}, (400, "bad_request")),
        ("POST", "/conversations/w1.1/transfer", {"queue": "magic"}, (400, "bad_request")),
        ("POST", "/conversations/w1.1/resolve", None, (409, "not_owner")),
        ("PUT", "/agents/agent-ann", {"max_open": 9}, (403, "forbidden")),
        ("POST", "/reports", {"day": "2026-09-21"}, (403, "forbidden")),
        ("POST", "/conversations/w1.1/customer", {"tier": "vip"}, (403, "forbidden")),
        ("POST", "/agents/session", {"email": "", "password": ""}, (400, "bad_request")),
        ("POST", "/agents/session/refresh", None, (401, "not_authenticated")),
        ("POST", "/chat/session", {"token": "forged~1~x"}, (401, "not_authenticated")),
    ],
)
def test_what_is_refused_says_why_in_one_shape(api: Api, method: str, path: str, body: Any, expected: tuple[int, str]) -> None:
    wait("w1")
    assert code(api(method, path, body)) == expected


@pytest.mark.parametrize("raw", [b"{", b"[]", b"7", b'"x"', b"[" * 60_000, b"\xff\xfe"])
def test_a_body_that_is_no_object_is_refused(api: Api, raw: bytes) -> None:
    assert code(api("POST", "/agents/session", raw=raw)) == (400, "bad_request")


def test_a_body_that_is_too_large_is_refused(api: Api) -> None:
    assert code(api("POST", "/agents/session", raw=b"x" * 64_001)) == (413, "too_large")


def test_supervisors_change_agents_and_strangers_are_nobody(api: Api) -> None:
    api.claims["cognito:groups"] = "[agents supervisors]"
    assert api("PUT", "/agents/agent-ann", {"max_open": 9, "skills": ["orders"]})[1]["max_open"] == 9
    assert api("PUT", "/agents/nobody", {"max_open": 9})[0] == 404
    wait("w1")
    assert code(api("POST", "/conversations/w1.1/customer", {"tier": "gold"})) == (400, "bad_request")
    assert code(api("POST", "/conversations/w1.1/customer", {"tier": "vip"})) == (404, "not_found")  # no identity was stored
    api.claims["cognito:groups"] = "customers"
    assert code(api("GET", "/me")) == (403, "forbidden")


def test_a_fault_of_ours_is_told_without_its_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES_TABLE", "no-such-table")
    wait("w1")
    status, body = api("POST", "/conversations/w1.1/notes", {"id": "client-0001", "text": "Note"})
    assert status in (404, 500)
    assert "no-such-table" not in json.dumps(body)
    monkeypatch.setattr(roster, "everyone", lambda: 1 / 0)
    assert code(api("GET", "/agents")) == (500, "internal")


def test_a_chat_session_is_a_signed_name_and_stores_nothing(api: Api, store: Store) -> None:
    before = len(store.items())
    status, session = api("POST", "/chat/session", {})
    assert (status, session["socket"]) == (201, "wss://socket.example/api")
    assert api("POST", "/chat/session", {"token": session["token"]})[1]["visitor"] == session["visitor"]
    assert len(store.items()) == before


def test_signing_in_and_out_by_cognito(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    cognito = clients.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="p")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c")["UserPoolClient"]["ClientId"]
    monkeypatch.setenv("USER_POOL_CLIENT", client)
    cognito.create_group(GroupName="agents", UserPoolId=pool)
    cognito.admin_create_user(UserPoolId=pool, Username="ann", TemporaryPassword="First-1234", MessageAction="SUPPRESS")
    cognito.admin_add_user_to_group(UserPoolId=pool, Username="ann", GroupName="agents")
    assert code(api("POST", "/agents/session", {"email": "ann", "password": "wrong"})) == (401, "not_authenticated")
    assert code(api("POST", "/agents/session", {"email": "nobody", "password": "wrong"})) == (401, "not_authenticated")
    status, challenge = api("POST", "/agents/session", {"email": "ann", "password": "First-1234"})
    assert (status, challenge["challenge"]) == (202, "new_password")
    answer = {"email": "ann", "session": challenge["session"], "new_password": "Second-1234"}
    status, session = api("POST", "/agents/session", answer)
    assert (status, session["agent"]["role"]) == (200, "agent")
    assert session["expires_at"] > T0 // 2


def test_what_is_not_known_or_given_twice_is_refused_by_its_name(api: Api) -> None:
    for method, path, body, told in (
        ("GET", "/me?surely=1", None, "`surely`"),
        ("GET", "/conversations?owner=me&owner=me", None, "owner is given twice"),
        ("GET", "/conversations?queue=billing&limit=500", None, "limit: Expected `int` <= 100"),
        ("GET", "/conversations?queue=billing&limit=0", None, "limit: Expected `int` >= 1"),
        ("GET", "/conversations?queue=billing&page=2", None, "`page`"),
        ("GET", "/conversations?queue=billing&cursor=x", None, "cursor: "),
        ("GET", "/conversations?queue=billing&sort=name", None, "sort: "),
        ("GET", "/conversations?queue=billing&owner=me", None, "or with ?queue=NAME"),
        ("POST", "/claims", {"surely": 1}, "`surely`"),
    ):
        status, answer = api(method, path, body)
        assert (status, answer["error"]["code"], told in answer["error"]["message"]) == (400, "bad_request", True), answer


def test_what_is_no_json_is_told_as_everything_else(api: Api) -> None:
    status, answer = api("POST", "/claims", None, headers={"Content-Type": "text/plain"})
    assert (status, answer["error"]["code"]) == (415, "unsupported_media_type")


def test_an_agents_own_limit_counts_and_the_usual_one_is_stored_with_nobody(api: Api, store: Store) -> None:
    assert api("GET", "/me")[1]["per_minute"] == roster.PER_MINUTE
    [item] = [item for item in store.items() if item["type"]["S"] == "agent"]
    assert "per_minute" not in item
    roster.change("agent-ann", {"per_minute": 60})
    assert api("GET", "/me")[1]["per_minute"] == 60
    assert [api("GET", "/me")[0] for _ in range(70)].count(429) > 5
