"""A new account may do little: what it may not is told with where to ask for more, by `deploy` and by `doctor`."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from infra import checks, doctor
from infra.cloud import Cloud
from infra.findings import Finding
from infra.quotas import language_model, of_account

Json = dict[str, Any]
MAIL: Json = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50_000.0},
}
BY_AWS = {"SmsProvider": "aws", "SmsNumber": "+4930123456"}


def account(limit: int = 1000, mail: Json | None = None, tier: str = "") -> Cloud:
    """Answers once, held to AWS's own descriptions; what is not given is not to be asked."""
    cloud = Cloud(boto3.Session(region_name="eu-central-1", aws_access_key_id="nobody", aws_secret_access_key="nothing"))
    answers: list[tuple[str, str, Json]] = [("lambda", "get_account_settings", {"AccountLimit": {"ConcurrentExecutions": limit}})]
    if mail is not None:
        answers.append(("sesv2", "get_account", mail))
    if tier:
        attributes = {"AccountAttributes": [{"Name": "ACCOUNT_TIER", "Value": tier}]}
        answers.append(("pinpoint-sms-voice-v2", "describe_account_attributes", attributes))
    for service in ("lambda", "sesv2", "pinpoint-sms-voice-v2"):
        stub = Stubber(cloud.client(service))
        for asked, operation, answer in answers:
            if asked == service:
                stub.add_response(operation, answer)
        stub.activate()
    return cloud


def said(found: list[Finding]) -> str:
    assert not any(one.blocks for one in found), "a limit is no reason not to deploy"
    assert all(one.do for one in found)
    return "\n".join(f"{one.what} > {one.do}" for one in found)


def test_a_grown_account_is_told_nothing() -> None:
    assert of_account(account(mail=MAIL, tier="PRODUCTION"), {"SupportAddress": "help@example.com", **BY_AWS}) == []


def test_ten_functions_at_once_are_told() -> None:
    assert said(of_account(account(limit=10), {})).startswith("the account may run only 10 Lambda functions at once")


@pytest.mark.parametrize("wanted", [{"MailDomain": "example.com"}, {"SupportAddress": "help@example.com"}])
def test_the_sandbox_of_mails_is_told_to_who_sends_mails(wanted: dict[str, str]) -> None:
    new = {**MAIL, "ProductionAccessEnabled": False, "SendQuota": {"Max24HourSend": 200.0}}
    found = said(of_account(account(mail=new), wanted))
    assert found.startswith("SES is in the sandbox: mail goes to verified addresses only, 200 a day")
    assert "Request production access" in found


@pytest.mark.parametrize("paused", [{"EnforcementStatus": "SHUTDOWN"}, {"SendingEnabled": False}])
def test_mail_that_is_held_back_is_told(paused: Json) -> None:
    assert "holds this account's mail back" in said(of_account(account(mail={**MAIL, **paused}), {"MailDomain": "example.com"}))


def test_the_sandbox_of_texts_is_told_to_who_sends_them_by_aws() -> None:
    found = said(of_account(account(tier="SANDBOX"), BY_AWS))
    assert found.startswith("text messages by AWS are in the sandbox: they go to verified numbers only")
    assert of_account(account(), {**BY_AWS, "SmsProvider": "twilio"}) == [], "nobody asks"


READY: Json = {
    "modelId": "x",
    "agreementAvailability": {"status": "AVAILABLE"},
    "authorizationStatus": "AUTHORIZED",
    "entitlementAvailability": "AVAILABLE",
    "regionAvailability": "AVAILABLE",
}


@pytest.mark.parametrize(
    ("name", "asked", "answer", "missing"),
    [
        ("anthropic.claude-x", "anthropic.claude-x", {}, ""),
        ("eu.anthropic.claude-x", "anthropic.claude-x", {"regionAvailability": "NOT_AVAILABLE"}, ""),
        ("anthropic.claude-x", "anthropic.claude-x", {"regionAvailability": "NOT_AVAILABLE"}, "region"),
        ("eu.anthropic.claude-x", "anthropic.claude-x", {"agreementAvailability": {"status": "NOT_AVAILABLE"}}, "agreement"),
        (
            "amazon.nova-x",
            "amazon.nova-x",
            {"authorizationStatus": "NOT_AUTHORIZED", "entitlementAvailability": "NOT_AVAILABLE"},
            "entitlement",
        ),
    ],
)
def test_a_model_that_is_not_enabled_is_told(name: str, asked: str, answer: Json, missing: str) -> None:
    """A profile over several regions does not need the model in this one."""
    cloud = account()
    stub = Stubber(cloud.client("bedrock"))
    stub.add_response("get_foundation_model_availability", {**READY, **answer}, {"modelId": asked})
    stub.activate()
    found = said(language_model(cloud, {"ComposeModel": name}))
    assert (name in found) == bool(missing)
    assert missing in found


def test_without_a_model_nobody_asks_bedrock() -> None:
    assert language_model(account(), {"ComposeModel": ""}) == []


def test_doctor_looks_at_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "parameters", lambda *_: BY_AWS)
    patient = doctor.Patient("prod", "baton-prod", account(limit=10, tier="SANDBOX"))
    found = dict(doctor.EXAMINATIONS)["limits of the account"](patient)
    assert [one.what.split()[0] for one in found] == ["the", "text"]


def test_so_does_a_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.regions.lacking", lambda _: frozenset())
    wish = checks.Wish("prod", {"SmsNumber": "+4930123456", "SmsProvider": "aws"})
    found = checks._hints(account(limit=10, tier="SANDBOX"), wish, {**wish.parameters, "AlarmEmail": "you@example.com"})
    assert [one.what.split()[0] for one in found] == ["the", "text"]
