"""Secrets and addresses where functions read them: enough for any burst, each function its own, and nobody else."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chalicelib import settings, tokens
from chalicelib.aws import clients
from chalicelib.channels.sms import adapter as sms
from chalicelib.channels.webchat import adapter as webchat
from chalicelib.errors import Unavailable
from infra import shared_parameters
from infra.cloud import stack_of
from infra.operate.secret import set_secret
from tests import resets
from tests.unit.conftest import ROOT, T0, Store, cloud
from tests.unit.packaged import statements

STACK = stack_of("test")
NEW_TABLE_READS = 12_000  # a second; docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
ITEM_READS = 3_000  # a second, of one partition
PARAMETERS = {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/baton-${Stage}-parameters"}


@pytest.fixture
def asked(store: Store) -> Counter[str]:
    """What goes over the wire from now on: service and operation, and the item if it is a parameter."""
    counted: Counter[str] = Counter()

    def note(event_name: str, request: Any, **_: Any) -> None:
        body = request.body if b'"baton-test-parameters"' in (request.body or b"") else b""
        counted[json.loads(body)["Key"]["pk"]["S"] if body else event_name.removeprefix("before-send.")] += 1

    clients._session().register("before-send.*.*", note)
    return counted


def test_a_thousand_new_containers_ask_the_parameter_store_nothing(asked: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """All that intake needs: a visitor's token, the socket's address, Twilio's tokens, a thread's name. Each container asks once."""
    monkeypatch.setenv("SMS_NUMBER", "+12025550199")
    token = webchat.session("", T0)["token"]
    asked.clear()
    for _ in range(1_000):
        resets.forget_parameters()  # as a new container begins
        for _ in range(3):
            assert tokens.subject("visitor", token, T0)
            assert settings.addresses().socket_endpoint
            assert settings.twilio().auth_tokens == ()
            assert sms.thread("+12025550199", "+12025550143")
    assert set(asked) == {"key/visitor", "addresses", "twilio", "key/sms-thread"}, "nothing else goes over the wire"
    assert set(asked.values()) == {1_000}
    a_second = sum(asked.values()) / 10 / 2  # in ten seconds; an eventually consistent read is half a unit
    assert a_second < NEW_TABLE_READS
    assert max(asked.values()) / 10 / 2 < ITEM_READS


def test_no_function_may_ask_the_parameter_store(resources: dict[str, Any]) -> None:
    policies = [s for name, made in resources.items() if made["Type"] == "AWS::IAM::Role" for s in _statements(resources[name])]
    assert len(policies) > 100
    assert [a for s in policies for a in s["Action"] if a.startswith(("ssm:", "kms:"))] == []


def _statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [s for policy in role["Properties"].get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]


# Who needs which secret, and no other.
SECRETS = {
    "APIHandler": "addresses key/console key/sign-in key/erasure-subject key/kept-block key/contact-thread key/sms-thread",
    "BotAnswer": "actions key/contact-code key/contact-message key/contact-thread key/sms-thread key/kept-block key/sender "
    "key/code-counter",
    "CustomerJobs": "key/contact-thread key/erasure-subject key/kept-block key/sms-thread",
    "Deliver": "addresses twilio key/kept-block",
    "EmailWebhook": "key/mail-address key/mail-reference key/mail-thread",
    "FileLinks": "key/file-link",
    "Hints": "addresses",
    "MailEvents": "addresses",
    "Send": "addresses twilio key/contact-code key/file-link key/mail-address key/mail-reference key/kept-block",
    "Site": "addresses site_jwt key/account key/visitor",
    "SmsAws": "addresses key/sms-thread key/kept-block",
    "SmsStatus": "addresses twilio",
    "SmsWebhook": "addresses twilio key/sms-thread key/kept-block",
    "WebsocketConnect": "key/console key/visitor",
    "WebsocketMessage": (
        "addresses key/visitor key/network key/contact-code key/contact-message key/contact-thread key/sms-thread key/code-counter "
        "key/kept-block"
    ),
}


def test_each_function_reads_its_own_secrets_only(resources: dict[str, Any]) -> None:
    given: dict[str, str] = {}
    for name, made in resources.items():
        if made["Type"] == "AWS::Serverless::Function":
            for statement in (s for s in statements(resources, name) if s["Resource"] == PARAMETERS):
                assert statement["Action"] == ["dynamodb:GetItem"]
                given[name] = " ".join(statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"])
    assert given == SECRETS
    known = shared_parameters.items({"secrets/root": ROOT})
    assert {key for keys in given.values() for key in keys.split()} == set(known), "each is somebody's, and each is there"


def test_nothing_is_signed_for_a_purpose_without_a_key() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (Path(tokens.__file__).parent).rglob("*.py"))
    assert set(re.findall(r'tokens\.(?:sign|verify)\("([a-z-]+)"', code)) <= set(tokens.PURPOSES)


@pytest.fixture
def shared(store: Store) -> None:
    """The table as `share` makes it."""
    shared_parameters.forget(cloud(), STACK)
    shared_parameters.share(cloud(), STACK)


def test_nobody_but_the_stacks_functions_reads_the_table(shared: None) -> None:
    policy = json.loads(cloud().client("dynamodb").get_resource_policy(ResourceArn=_arn())["Policy"])
    (refusal,) = policy["Statement"]
    assert (refusal["Effect"], refusal["Principal"], refusal["Resource"]) == ("Deny", "*", _arn())
    assert {"dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:ExportTableToPointInTime"} <= set(refusal["Action"])
    assert refusal["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/baton-test-*"}}


def _arn() -> str:
    return "arn:aws:dynamodb:eu-central-1:123456789012:table/baton-test-parameters"


def test_the_root_is_in_no_item(shared: None) -> None:
    found = cloud().client("dynamodb").scan(TableName="baton-test-parameters")["Items"]
    assert len(found) == len(shared_parameters.items({"secrets/root": ROOT}))
    assert ROOT not in json.dumps(found)


def test_tokens_of_before_are_good_as_the_keys_are_the_same(store: Store) -> None:
    """Signed as the version before did, with the root itself."""
    import hmac
    from base64 import b32encode

    key = hmac.digest(ROOT.encode(), b"visitor", "sha256")
    claim = f"w1~{T0 + 1}"
    signed = b32encode(hmac.digest(key, claim.encode(), "sha256")).decode().lower()[: tokens.LENGTH]
    assert tokens.subject("visitor", f"{claim}~{signed}", T0) == "w1"


def test_a_secret_is_in_force_without_a_deployment(store: Store, clock: list[float]) -> None:
    assert settings.twilio().auth_tokens == ()
    set_secret(cloud(), STACK, "twilio_auth_token", "first")
    set_secret(cloud(), STACK, "twilio_auth_token", "second")
    assert settings.twilio().auth_tokens == (), "kept for five minutes"
    clock[0] += settings.KEEP_SECONDS
    assert settings.twilio().auth_tokens == ("second", "first")


def test_if_the_table_is_down_the_last_copy_goes_on_being_used(store: Store, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    known = settings.addresses()
    clock[0] += settings.KEEP_SECONDS

    def down(name: str) -> dict[str, str]:
        raise Unavailable(name)

    monkeypatch.setattr(settings, "_read", down)
    assert settings.addresses() == known
    with pytest.raises(Unavailable):
        settings.twilio()


def test_what_the_operator_sets_goes_before_what_the_stack_publishes() -> None:
    known = {
        "stack/public_url": "https://api.example/api/",
        "settings/public_url": "https://chat.example/",
        "stack/socket_url": "wss://s/api",
    }
    addresses = shared_parameters.items(known)["addresses"]
    assert (addresses["public_url"], addresses["socket_url"]) == ("https://chat.example", "wss://s/api")


def test_the_table_goes_with_the_stage(shared: None) -> None:
    shared_parameters.forget(cloud(), STACK)
    assert not shared_parameters.exists(cloud(), STACK)
    shared_parameters.forget(cloud(), STACK)
