"""The pause: what waits is Step Functions' and no function of ours, and whatever fails there is tried again or put aside."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.aws import clients, pauses
from infra.template import events, functions, pause
from tests.unit.conftest import Store

ASL: dict[str, Any] = pause.definition()


def test_the_record_is_asked_for_by_its_keys_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a word of what was said goes there."""
    machines = clients._botocore("stepfunctions", "", 3)
    arn = machines.create_state_machine(name="pause", definition=json.dumps(ASL), roleArn="arn:aws:iam::123456789012:role/r")[
        "stateMachineArn"
    ]
    monkeypatch.setenv("PAUSE", arn)
    pauses.begin({"pk": {"S": "T#w1"}, "sk": {"S": "M#m-1"}, "text": {"S": "my secret"}})
    [execution] = machines.list_executions(stateMachineArn=arn)["executions"]
    told = machines.describe_execution(executionArn=execution["executionArn"])["input"]
    assert json.loads(told) == {"keys": {"pk": "T#w1", "sk": "M#m-1"}}


def test_an_execution_ends_within_the_five_minutes_of_an_express_workflow() -> None:
    """docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: the longest pauses between its tries, and one slow try.

    Slower ones end with the execution, and the sweep ends the turn."""
    call, [again] = ASL["States"]["GoOn"], ASL["States"]["GoOn"]["Retry"]
    pauses_between = sum(
        min(again["IntervalSeconds"] * again["BackoffRate"] ** n, again["MaxDelaySeconds"]) for n in range(again["MaxAttempts"])
    )
    assert pauses.SECONDS + pauses_between + call["TimeoutSeconds"] < ASL["TimeoutSeconds"] < 300
    assert call["TimeoutSeconds"] >= functions.FUNCTIONS["BotAnswer"].timeout


def test_whatever_fails_is_tried_again_and_then_put_aside() -> None:
    call = ASL["States"]["GoOn"]
    assert [retry["ErrorEquals"] for retry in call["Retry"]] == [["States.ALL"]]
    assert call["Retry"][0]["JitterStrategy"] == "FULL"  # who was refused together does not come back together
    assert call["Catch"][0]["Next"] == "PutAside"
    assert ASL["States"]["PutAside"]["Parameters"]["MessageBody"]["function"] == "bot_answer"


def test_nothing_of_ours_waits() -> None:
    """A thousand pieces a second: no function sleeps for them. StartExecution takes 6,000 a second at once for Express workflows."""
    assert "Pause" not in functions.FUNCTIONS
    assert pause.resources()["Pause"]["Properties"]["StateMachineType"] == "EXPRESS"
    assert events.FILTERS.keys() == {"BotAnswer", "Deliver"}
