"""What a region lacks is asked of the region before anything begins: what Baton cannot do without stops, the rest is left out and said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from infra import regions
from infra.cloud import Cloud
from infra.findings import Finding
from infra.leaving_out import without
from infra.local.aws import session as local_session
from infra.mail import stop_mail
from infra.package import Package
from tests.unit.packaged import nodes, of_type, statements

Answering = Callable[..., Cloud]
MAIL_KINDS = tuple(
    f"AWS::SES::{kind}" for kind in ("ConfigurationSet", "ConfigurationSetEventDestination", "ReceiptRule", "ReceiptRuleSet")
)
TEXT_KIND = "AWS::SMSVOICE::ConfigurationSet"


@pytest.fixture
def region_of() -> Iterator[Answering]:
    """A region whose CloudFormation does not know some kinds, or may not be asked; each answer is held to AWS's own description."""
    stubs = []

    def made(name: str = "mx-central-1", *, lacks: tuple[str, ...] = (), denied: bool = False) -> Cloud:
        cloud = Cloud(boto3.Session(region_name=name, aws_access_key_id="nobody", aws_secret_access_key="nothing"))
        stub = Stubber(cloud.client("cloudformation"))
        for kind in sorted(regions._kinds()):
            asked = {"Type": "RESOURCE", "TypeName": kind}
            if denied or kind in lacks:
                code = "AccessDenied" if denied else "TypeNotFoundException"
                stub.add_client_error("describe_type", code, http_status_code=403 if denied else 404, expected_params=asked)
            else:
                stub.add_response("describe_type", {"Arn": f"arn:aws:cloudformation:{name}::type/resource/x", "TypeName": kind}, asked)
        stub.activate()
        stubs.append(stub)
        return cloud

    yield made
    for stub in stubs:
        stub.assert_no_pending_responses()


def told(cloud: Cloud, *, without_mail: bool = False, **wanted: str) -> dict[bool, str]:
    found = regions.findings(cloud, wanted, without_mail=without_mail)
    assert all(one.do for one in found)
    return {blocks: "\n".join(f"{one.what} > {one.do}" for one in found if one.blocks is blocks) for blocks in (True, False)}


def receiving(cloud: Cloud, code: str = "", message: str = "") -> Cloud:
    """As SES answers there when it is asked for its rules."""
    stub = Stubber(cloud.client("ses"))
    if code:
        stub.add_client_error("describe_active_receipt_rule_set", code, message)
    else:
        stub.add_response("describe_active_receipt_rule_set", {})
    stub.activate()
    return cloud


def test_a_region_that_has_everything_is_passed_over_in_silence(region_of: Answering) -> None:
    assert regions.findings(region_of(), {}, without_mail=False) == []


def test_a_region_without_ses_stops_unless_one_goes_without_mail(region_of: Answering) -> None:
    cloud = region_of(lacks=MAIL_KINDS)
    assert told(cloud) == {
        True: "SES is not in mx-central-1: no mail can come in or leave > choose another region, or --without-mail",
        False: "",
    }
    gone = told(cloud, without_mail=True)
    assert gone[True] == ""
    assert gone[False].startswith("left out: e-mail, in and out, as SES is not in mx-central-1")
    assert not regions.has_mail(cloud)


def test_a_region_whose_ses_only_sends_stops_who_wants_mail_to_come_in(region_of: Answering) -> None:
    """What SES really answers there: github.com/hashicorp/terraform-provider-aws/issues/19378."""
    cloud = receiving(region_of("eu-north-1"), "InvalidAction", "Unavailable Operation")
    found = told(cloud, MailDomain="example.com")
    assert "SES takes no mail in in eu-north-1" in found[True]
    assert "--without-mail" in found[True]
    assert told(region_of("eu-north-1")) == {True: "", False: ""}, "nobody wants mail to come in"


def test_a_region_that_takes_mail_in_is_passed_over(region_of: Answering) -> None:
    assert regions.findings(receiving(region_of("eu-west-1")), {"MailDomain": "example.com"}, without_mail=False) == []


def test_another_refusal_of_ses_is_not_taken_for_the_region(region_of: Answering) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        told(receiving(region_of(), "AccessDenied"), MailDomain="example.com")


def test_texts_by_aws_stop_only_who_sends_them(region_of: Answering) -> None:
    cloud = region_of(lacks=(TEXT_KIND,))
    assert "left out: text messages by AWS" in told(cloud)[False]
    assert "--sms-provider twilio" in told(cloud, SmsProvider="aws", SmsNumber="+4930123456")[True]


def test_without_cognito_nobody_could_sign_in(region_of: Answering) -> None:
    """As in China: docs.amazonaws.cn/en_us/aws/latest/userguide/services.html."""
    kinds = tuple(f"AWS::Cognito::UserPool{rest}" for rest in ("", "Client", "Group"))
    found = told(region_of("cn-north-1", lacks=(*kinds, *MAIL_KINDS, TEXT_KIND)), without_mail=True)
    assert found[True] == "Cognito, by which agents sign in, is not in cn-north-1 > choose another region: --region eu-central-1"
    assert found[False].count("left out") == 2


def test_who_may_not_ask_cloudformation_is_told_by_botocores_list(region_of: Answering) -> None:
    assert "SES is not in ap-east-1" in told(region_of("ap-east-1", denied=True))[True]
    assert told(region_of("eu-central-1", denied=True)) == {True: "", False: ""}


def test_the_local_aws_is_not_asked() -> None:
    assert regions.lacking(Cloud(local_session(), "http://127.0.0.1:1")) == frozenset()


def test_destroying_goes_on_where_ses_takes_no_mail_in(region_of: Answering) -> None:
    cloud = Cloud(boto3.Session(region_name="eu-north-1", aws_access_key_id="nobody", aws_secret_access_key="nothing"))
    stop_mail(receiving(cloud, "InvalidAction", "Unavailable Operation"), "baton-prod")


# --- The template without it -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reduced(prod: Package) -> dict[str, Any]:
    return without(prod.template, {*MAIL_KINDS, TEXT_KIND})


def test_what_is_left_out_leaves_no_trace_and_the_rest_as_it_was(prod: Package, reduced: dict[str, Any]) -> None:
    gone = {
        "MailConfiguration",
        "MailEventsDestination",
        "MailFailures",
        "MailFailuresDestination",
        "MailRuleSet",
        "MailRule",
        "TextConfiguration",
    }
    assert prod.template["Resources"].keys() - reduced["Resources"].keys() == gone
    for node in nodes(reduced):
        assert not (isinstance(node, str) and node in gone)
        assert not (isinstance(node, str) and any(f"${{{name}" in node for name in gone))
    same = prod.template["Resources"].keys() - gone - {"Send", "SendRole"}
    assert {name: reduced["Resources"][name] for name in same} == {name: prod.template["Resources"][name] for name in same}
    advice = ManualArgs(ignore_checks=["I", "W"], regions=["eu-central-1"])
    assert [f"{m.rule.id}: {m.message}" for m in lint(json.dumps(reduced), config=advice)] == []


def test_the_function_that_sends_is_told_of_no_configuration(prod: Package, reduced: dict[str, Any]) -> None:
    given = of_type(reduced["Resources"], "AWS::Serverless::Function")["Send"]["Environment"]["Variables"]
    assert (given["MAIL_EVENTS"], given["MAIL_FAILURES"]) == ("", "")
    assert len(statements(reduced["Resources"], "Send")) == len(statements(prod.template["Resources"], "Send"))


def test_nothing_is_left_out_for_nothing(prod: Package) -> None:
    assert without(prod.template, set()) is prod.template
    assert without(prod.template, {"AWS::EC2::Instance"}) is prod.template


def test_dependencies_and_attributes_of_what_is_gone_go_too() -> None:
    template = {
        "Resources": {
            "Gone": {"Type": "A"},
            "Kept": {
                "Type": "B",
                "DependsOn": "Gone",
                "Properties": {"X": {"Fn::GetAtt": ["Gone", "Arn"]}, "Y": {"Fn::Sub": "a/${Gone.Arn}/${Kept}"}},
            },
            "Also": {"Type": "B", "DependsOn": ["Gone", "Kept"]},
        }
    }
    assert without(template, {"A"})["Resources"] == {
        "Kept": {"Type": "B", "DependsOn": [], "Properties": {"X": "", "Y": {"Fn::Sub": "a//${Kept}"}}},
        "Also": {"Type": "B", "DependsOn": ["Kept"]},
    }


def test_a_finding_blocks_unless_it_says_otherwise() -> None:
    assert Finding("what", "do").blocks
