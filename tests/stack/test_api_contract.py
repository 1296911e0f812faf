"""Whatever is sent to the API: no answer is a failure of ours, and each is as the description says. Schemathesis makes up the calls.

Right calls and wrong ones, for each route that is described. Where a conversation is named, right calls name one that is there.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.config import SchemathesisConfig

import app as contents
from chalicelib import operations
from chalicelib.conversations import keys
from chalicelib.integrations import openapi
from chalicelib.web.routes import VERSION
from infra.local.aws import session
from tests.conftest import Stack

pytestmark = pytest.mark.stack
EXAMPLES = int(os.environ.get("API_EXAMPLES", "8"))
DESCRIPTION = json.loads(json.dumps(openapi.document(openapi.routes(contents.app.routes), VERSION)))
# What sends a code, a text or a new password to somebody is asked for in its own tests.
LEFT_OUT = ("/sms/", "/files/", "/agents/session")
# What a supervisor writes here changes nothing that other tests look at; what else supervisors may write is asked for by an agent.
HARMLESS = ("/knowledge/shown", "/gaps", "/customers", "/conversations")
REFUSALS = ["400", "401", "403", "404", "409", "413", "429"]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
# Signing in is this test's own: made-up calls would leave it out, and what the gateway then says is the template's (test_template.py).
UNGUARDED = {**DESCRIPTION, "paths": {p: {m: {**o, "security": []} for m, o in ms.items()} for p, ms in DESCRIPTION["paths"].items()}}
CONFIG = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}})
KNOWN = [found.ok() for found in schemathesis.openapi.from_dict(UNGUARDED, config=CONFIG).get_all_operations()]
OPERATIONS = [operation for operation in KNOWN if not operation.path.startswith(LEFT_OUT)]


def view_of(operation: Any) -> Any:
    return contents.app.routes[operation.path][operation.method.upper()].view_function


CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


@pytest.fixture(scope="module")
def tokens(stack: Stack) -> dict[str, str]:
    """By role; the supervisor has the right to customers' data, too, as an admin gives it."""
    signed_in = {role: stack.agent(role) for role in ("agent", "supervisor")}
    session().client("dynamodb", endpoint_url=stack.addresses.aws).update_item(
        TableName=stack.addresses.outputs["Table"],
        Key=keys.key(keys.AGENTS, signed_in["supervisor"].ask("GET", "/me")["id"]),
        UpdateExpression="SET privacy = :yes",
        ExpressionAttributeValues={":yes": {"BOOL": True}},
    )
    return {role: one.token for role, one in signed_in.items()}


@pytest.fixture(scope="module")
def conversation(stack: Stack) -> str:
    """One that is there."""
    visitor = stack.visitor()
    visitor.say("I want to talk to a person")
    assert visitor.answer()["handover"]
    visitor.disconnect()
    return f"{visitor.address}.1"


def test_the_description_is_served_and_may_be_kept(stack: Stack) -> None:
    first = httpx.get(f"{stack.addresses.site}openapi.json", timeout=60)
    assert first.json() == DESCRIPTION
    again = httpx.get(f"{stack.addresses.site}openapi.json", headers={"If-None-Match": first.headers["ETag"]}, timeout=60)
    assert again.status_code == 304
    assert httpx.get(f"{stack.addresses.site}asyncapi.json", timeout=60).json()["asyncapi"].startswith("3.")
    page = httpx.get(f"{stack.addresses.site}reference", timeout=60)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert '<details id="reply">' in page.text


def takes_something(operation: Any) -> bool:
    """Is there anything that could be wrong with a call? Any text is a part of a path."""
    raw = operation.definition.raw
    return "requestBody" in raw or any(part["in"] == "query" for part in raw["parameters"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_every_answer_is_as_described(operation: Any, stack: Stack, tokens: dict[str, str], conversation: str) -> None:
    is_guarded = bool(DESCRIPTION["paths"][operation.path][operation.method]["security"])
    harmless = operation.method.upper() == "GET" or operation.path.startswith(HARMLESS)
    headers = {"Authorization": tokens["supervisor" if harmless else "agent"]} if is_guarded else {}

    for mode in MODES if takes_something(operation) else MODES[:1]:
        named = {"conversation_id": conversation} if mode is GenerationMode.POSITIVE else {}
        ask(operation.as_strategy(generation_mode=mode), named, base_url=stack.addresses.site, headers=headers)


CHECKED = [operation for operation in OPERATIONS if operations.of(view_of(operation)).is_checked]  # type: ignore[union-attr]


@pytest.mark.parametrize("operation", CHECKED, ids=lambda one: one.label)
def test_what_is_not_known_is_refused_by_its_name(operation: Any, stack: Stack, tokens: dict[str, str]) -> None:
    """Before anything is done, so a supervisor may ask for everything."""
    path = re.sub(r"\{\w+\}", "x", operation.path).lstrip("/")
    asked: list[dict[str, Any]] = [{"params": {"surely": "1"}}]
    if operation.method != "get":
        asked.append({"json": {"surely": 1}})
    for what in asked:
        headers = {"Authorization": tokens["supervisor"]}
        answer = httpx.request(operation.method, stack.addresses.site + path, headers=headers, timeout=60, **what)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
        assert "surely" in answer.text or "this is missing" in answer.text


def ask(strategy: Any, named: dict[str, str], **how: Any) -> None:
    """Calls made up by a strategy, parts of their paths by name where they have them. Raises FailureGroup."""

    @given(case=strategy)
    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    def asked(case: Any) -> None:
        case.path_parameters.update({name: value for name, value in named.items() if name in case.path_parameters})
        case.validate_response(case.call(**how), checks=CHECKS)

    asked()


def test_what_is_left_tells_in_headers(stack: Stack) -> None:
    answer = stack.agent().call("GET", "me")
    assert answer.headers["RateLimit-Policy"] == '"agent";q=6000;w=60'
    left = answer.headers["RateLimit"]
    assert left.startswith('"agent";r=')
    assert stack.agent().call("GET", "customers/nobody").headers["RateLimit-Policy"] == '"agent";q=6000;w=60'
    assert 0 < int(left.partition("r=")[2].partition(";")[0]) < 6000
