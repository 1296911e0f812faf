"""What functions ask of AWS (noted while the tests of the running stack ran) against what their policies allow: neither is more."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.package import ROOT
from infra.template.functions import FUNCTIONS
from infra.template.queues import agent_queues
from tests.calls import Call, kept, read, resource
from tests.unit.packaged import statements

# What is allowed for a service that acts in a function's name, not for our code.
OF_LAMBDA = {
    "Log": "Lambda writes what the function prints",
    "FollowTheTable": "Lambda reads the stream",
    "FindTheStream": "Lambda reads the stream",
    "ParkWhatFailed": "Lambda puts what failed for good into FailedRecords",
}
# What is allowed, and no test of the running stack comes there. (function, action, resource or key) -> why it is needed.
NEVER_SEEN: dict[tuple[str, str, str], str] = {}

QUEUES = set(agent_queues(ROOT).values())


def allowed(resources: dict[str, Any], function: str) -> Iterator[Call]:
    """One for each action, resource and beginning of a key that a policy names."""
    for statement in statements(resources, function):
        if statement["Sid"] in OF_LAMBDA:
            continue
        places = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        conditions = statement.get("Condition", {})
        keys = [key for block in conditions.values() for key in block.get("dynamodb:LeadingKeys", [])] or [""]
        for action in statement["Action"]:
            for place in {_place(one) for one in places}:
                for key in keys:
                    yield Call(function, action, place, key)


def _place(node: dict[str, Any]) -> str:
    """As tests/calls.py calls it."""
    if "Fn::GetAtt" in node:
        name = node["Fn::GetAtt"][0]
        return "agent queues" if name in QUEUES else str(name)
    text = node["Fn::Sub"].replace("${Stage}", "local").replace("${AWS::StackName}", "baton-local")
    for bare in ("${AWS::Partition}", "${AWS::Region}", "${AWS::AccountId}"):
        text = text.replace(bare, {"${AWS::Partition}": "aws"}.get(bare, "x"))
    if text.startswith("arn:"):
        return "WebsocketAPI/" + text.partition("${WebsocketAPI}/")[2] if "execute-api" in text else _plain(text)
    return text.replace("${", "").replace(".Arn}", "")


def _plain(arn: str) -> str:
    return resource(arn) if ":table/" in arn or ":function:" in arn else arn.split(":", 5)[-1]


def covers(wide: Call, call: Call) -> bool:
    here = (wide.function, wide.action) == (call.function, call.action) and fnmatchcase(call.resource, wide.resource)
    return here and (not wide.key or fnmatchcase(call.key, wide.key) or fnmatchcase(call.key, wide.key.rstrip("*") + "*"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_asked_for_that_is_not_allowed(resources: dict[str, Any], function: str) -> None:
    may = list(allowed(resources, function))
    assert [call for call in kept() if call.function == function and not any(covers(one, call) for one in may)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_allowed_that_nobody_asks_for(resources: dict[str, Any], function: str) -> None:
    asked = [call for call in kept() if call.function == function]
    idle = {one for one in allowed(resources, function) if not any(covers(one, call) for call in asked)}
    excused = {one for one in idle if _excuses(one)}
    assert sorted(idle - excused) == []


def test_every_excuse_is_needed(resources: dict[str, Any]) -> None:
    idle = [one for f in FUNCTIONS for one in allowed(resources, f) if not any(covers(one, call) for call in kept())]
    used = {excuse for one in idle for excuse in _excuses(one)}
    assert set(NEVER_SEEN) - used == set(), "no longer never seen: take it out"


def _excuses(one: Call) -> set[tuple[str, str, str]]:
    given = {(one.function, one.action, one.resource), (one.function, one.action, one.key)}
    return given & NEVER_SEEN.keys()


def test_the_notes_are_read_in_the_words_of_the_template() -> None:
    table = "arn:aws:dynamodb:us-east-1:0:table/baton-local-Table-39BE7C676B26A"
    notes = [
        f"baton-local-Send-FD93288D74E1B\tdynamodb:GetItem\t{table}\tT#e I#email#\t",
        "baton-local-Send-FD93288D74E1B\tsqs:SendMessage\tarn:aws:sqs:us-east-1:0:baton-local-general-normal\t\t",
        "baton-local-Send-FD93288D74E1B\ts3:GetObject\tarn:aws:s3:::baton-local-filesbucket-223eff87a1828/files/a/b\t\t",
        "baton-local-Send-FD93288D74E1B\ts3:GetObject\tarn:aws:s3:::baton-local-mailbucket-223eff87a1828/raw/b\t\tdenied",
    ]
    assert read(notes) == {
        Call("Send", "dynamodb:GetItem", "Table", "T#e"),
        Call("Send", "dynamodb:GetItem", "Table", "I#email#"),
        Call("Send", "sqs:SendMessage", "agent queues"),
        Call("Send", "s3:GetObject", "FilesBucket/files/*"),
    }
