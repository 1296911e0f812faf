"""The ground under the functions: logs of access, encryption, warm throughput, reservations, and what checkov finds."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from infra import api_logs, checkov, concurrency
from infra.cloud import Cloud
from infra.package import Package
from infra.template import access_logs
from infra.template.functions import FUNCTIONS, RESERVED
from infra.template.topic_key import PUBLISHERS
from tests.unit.packaged import nodes, of_type

NO_VALUE = {"Ref": "AWS::NoValue"}
# What would tell who it was, or holds a token: addresses, the path and the query as they were asked for, headers, claims, connections.
TELLING = re.compile(r"\$context\.(path|identity|authorizer\.(claims|principalId)|connectionId|requestOverride|messageId|domain|user)")


@pytest.fixture
def stages(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (socket,) = of_type(resources, "AWS::ApiGatewayV2::Stage").values()
    return {"RestAccessLogs": resources["RestAPI"]["Properties"]["AccessLogSetting"], "SocketAccessLogs": socket["AccessLogSettings"]}


@pytest.mark.parametrize("group", access_logs.FORMATS)
def test_each_call_of_an_api_is_logged_for_as_long_as_all_logs(resources: dict[str, Any], stages: dict[str, Any], group: str) -> None:
    assert resources[group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    destination = stages[group]["DestinationArn"]["Fn::Sub"]
    assert destination.endswith(f":log-group:${{{group}}}"), "and not of its streams"


@pytest.mark.parametrize("group", access_logs.FORMATS)
def test_a_log_of_access_tells_nothing_of_who_and_no_token(stages: dict[str, Any], group: str) -> None:
    line = stages[group]["Format"]
    assert not TELLING.search(line), line
    assert not re.search(r"query|ticket|token|header|sourceIp|userAgent", line, re.IGNORECASE)
    assert {"$context.requestId", "$context.status"} <= set(json.loads(line).values())
    assert len(line) < 512, "a line of 250 bytes: twenty million of them are free in a month"


def test_the_gateways_own_logs_are_off(resources: dict[str, Any]) -> None:
    """They would hold headers and bodies."""
    (rest,) = resources["RestAPI"]["Properties"]["MethodSettings"]
    (socket,) = of_type(resources, "AWS::ApiGatewayV2::Stage").values()
    for settings in (rest, socket["DefaultRouteSettings"]):
        assert (settings["LoggingLevel"], settings["DataTraceEnabled"]) == ("OFF", False)


def test_the_role_of_the_accounts_logs_is_made_once_and_is_no_stacks(resources: dict[str, Any]) -> None:
    assert not of_type(resources, "AWS::ApiGateway::Account"), "a stack that had it would take it away from all APIs when it goes"


class Gateway:
    """API Gateway as it is for the first seconds of a new role. (moto knows no account settings.)"""

    class exceptions:  # noqa: N801 - as botocore's clients have them
        class BadRequestException(Exception):
            """The role cannot be assumed yet."""

    def __init__(self, role: str = "", refusals: int = 0) -> None:
        self.role, self.refusals = role, refusals

    def get_account(self) -> dict[str, str]:
        return {"cloudwatchRoleArn": self.role} if self.role else {}

    def update_account(self, patchOperations: list[dict[str, str]]) -> None:  # noqa: N803 - its name there
        if self.refusals:
            self.refusals -= 1
            raise self.exceptions.BadRequestException
        self.role = patchOperations[0]["value"]


def account(gateway: Gateway) -> Cloud:
    return Cloud(boto3.Session(region_name="eu-central-1"), "", _clients={"apigateway": gateway, "iam": boto3.client("iam")})


def test_an_account_without_a_role_gets_one_and_a_new_one_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with mock_aws(config={"iam": {"load_aws_managed_policies": True}}):
        gateway = Gateway(refusals=3)
        assert api_logs.ensure_role(account(gateway))
        assert gateway.role.endswith(":role/baton-api-gateway-logs")
        attached = boto3.client("iam").list_attached_role_policies(RoleName=api_logs.ROLE)["AttachedPolicies"]
        assert [p["PolicyName"] for p in attached] == ["AmazonAPIGatewayPushToCloudWatchLogs"]
        assert not api_logs.ensure_role(account(gateway)), "once"


def test_the_role_of_others_stays() -> None:
    with mock_aws():
        gateway = Gateway("arn:aws:iam::1:role/theirs")
        assert not api_logs.ensure_role(account(gateway))
        assert gateway.role == "arn:aws:iam::1:role/theirs"


# --- Encryption ------------------------------------------------------------------------------------------------------


def test_all_queues_are_encrypted(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    assert len(queues) >= 11
    assert {queue["SqsManagedSseEnabled"] for queue in queues.values()} == {True}


def test_topics_lie_under_a_key_if_the_operator_wants_one_and_it_lets_the_publishers_in(resources: dict[str, Any]) -> None:
    """The key that SNS has for free lets no service of AWS publish, and nobody else publishes here."""
    topics = of_type(resources, "AWS::SNS::Topic")
    assert set(topics) == {"MailTopic", "MailEventsTopic", "TextTopic", "AlarmTopic"}
    for topic in topics.values():
        assert topic["KmsMasterKeyId"] == {"Fn::If": ["EncryptsTopics", {"Ref": "TopicKey"}, NO_VALUE]}
    key = resources["TopicKey"]
    assert key["Condition"] == "EncryptsTopics"
    _, publishers = key["Properties"]["KeyPolicy"]["Statement"]
    assert publishers["Principal"] == {"Service": list(PUBLISHERS)}
    allowed = {
        s["Principal"]["Service"]
        for made in of_type(resources, "AWS::SNS::TopicPolicy").values()
        for s in made["PolicyDocument"]["Statement"]
        if s["Effect"] == "Allow"
    }
    assert allowed | {"cloudwatch.amazonaws.com"} == set(PUBLISHERS)


def test_what_costs_at_idle_is_off_by_default(package: Package) -> None:
    given = package.template["Parameters"]
    assert {name: given[name]["Default"] for name in ("EncryptTopics", "WarmReads", "WarmWrites")} == {
        "EncryptTopics": "no",
        "WarmReads": 0,
        "WarmWrites": 0,
    }


# --- Throughput and concurrency --------------------------------------------------------------------------------------


def test_the_table_and_its_indexes_can_be_warmed_and_are_not_by_default(resources: dict[str, Any], package: Package) -> None:
    table = resources["Table"]["Properties"]
    warm = table["WarmThroughput"]
    reads, writes = {"Ref": "WarmReads"}, {"Ref": "WarmWrites"}
    both = {"ReadUnitsPerSecond": reads, "WriteUnitsPerSecond": {"Fn::If": ["HasWarmWrites", writes, NO_VALUE]}}
    assert warm == {"Fn::If": ["HasWarmReads", both, {"Fn::If": ["HasWarmWrites", {"WriteUnitsPerSecond": writes}, NO_VALUE]}]}
    assert [index["WarmThroughput"] for index in table["GlobalSecondaryIndexes"]] == [warm] * 4, "a cold index holds the table up"
    assert package.template["Conditions"]["HasWarmWrites"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "WarmWrites"}, 0]}]}


def test_only_what_waits_for_others_is_limited(resources: dict[str, Any], package: Package) -> None:
    for name in FUNCTIONS:
        reserved = resources[name]["Properties"].get("ReservedConcurrentExecutions")
        expected = {"Fn::If": [f"Reserves{name}", {"Ref": f"{name}Concurrency"}, NO_VALUE]} if name in RESERVED else None
        assert reserved == expected, name
    assert set(RESERVED) == {"Send", "Hints"}
    assert {package.template["Parameters"][f"{name}Concurrency"]["Default"] for name in RESERVED} == {0}


@pytest.mark.parametrize(
    ("limit", "free", "expected"),
    [
        (10, 10, {"Send": 0, "Hints": 0}),  # a new account: any reservation fails
        (100, 100, {"Send": 0, "Hints": 0}),
        (200, 200, {"Send": 20, "Hints": 10}),
        (1_000, 1_000, {"Send": 100, "Hints": 50}),
        (1_000, 600, {"Send": 0, "Hints": 0}),  # another stage has reserved its share
        (10_000, 10_000, {"Send": 1_000, "Hints": 500}),
    ],
)
def test_reservations_follow_the_accounts_limit(limit: int, free: int, expected: dict[str, int]) -> None:
    numbers = concurrency.choose(limit, free)
    assert numbers == expected
    assert not any(numbers.values()) or free - sum(numbers.values()) >= concurrency.UNRESERVED


class Account:
    """Lambda's and CloudFormation's answers to what is asked of them here."""

    def __init__(self, limit: int, unreserved: int, parameters: dict[str, str]) -> None:
        self.settings = {"AccountLimit": {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": unreserved}}
        self.parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]

    def get_account_settings(self) -> dict[str, Any]:
        return self.settings

    def describe_stacks(self, **_: Any) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Parameters": self.parameters}]}


def test_what_a_stage_has_reserved_itself_is_not_held_against_it() -> None:
    """Deployed again, it gets the same."""
    ours = {"SendConcurrency": "100", "HintsConcurrency": "50"}
    again = Account(1_000, 850, ours)
    cloud = Cloud(boto3.Session(region_name="eu-central-1"), "", _clients={"lambda": again, "cloudformation": again})
    assert concurrency.chosen(cloud, "baton-test") == ours


# --- checkov ---------------------------------------------------------------------------------------------------------


def test_every_accepted_finding_has_its_reason() -> None:
    accepted = yaml.safe_load(checkov.ACCEPTED.read_text("utf-8"))
    for check, entry in accepted.items():
        assert entry.keys() == {"what", "where", "reason"}, check
        assert len(entry["reason"]) > 40
        assert "*" not in entry["where"], f"{check}: named, not waved through"


def test_what_nobody_accepted_fails_and_so_does_what_is_accepted_for_nothing() -> None:
    accepted = {"CKV_1": {"where": ["*Queue", "Gone"]}}
    found = [
        checkov.Found("CKV_1", "BillingQueue"),
        checkov.Found("CKV_2", "BillingQueue", "is open"),
        checkov.Found("CKV_1", "Table", "too"),
    ]
    told = list(checkov.unexplained(found, accepted))
    assert told[:2] == ["CKV_2 BillingQueue: is open", "CKV_1 Table: too"]
    assert len(told) == 3
    assert "CKV_1 Gone: accepted" in told[2]


def test_checkovs_report_is_read() -> None:
    failed = {"check_id": "CKV_AWS_18", "resource": "AWS::S3::Bucket.MailBucket", "check_name": "logging"}
    assert checkov.read({"results": {"failed_checks": [failed]}}) == [checkov.Found("CKV_AWS_18", "MailBucket", "logging")]


def test_no_secret_stands_in_a_functions_configuration(resources: dict[str, Any]) -> None:
    """Names and settings only: whatever is in an environment is a reference, or one of few words."""
    told: Counter[str] = Counter()
    for name in FUNCTIONS:
        for key, value in resources[name]["Properties"]["Environment"]["Variables"].items():
            told[key] += 1
            assert not re.search(r"SECRET|TOKEN|PASSWORD|CREDENTIAL", key)
            assert "resolve:" not in json.dumps(value), "dynamic references end up readable in the configuration"
    assert told["PARAMETERS"] == len(FUNCTIONS)
    assert not [node for node in nodes(resources) if isinstance(node, str) and "resolve:ssm" in node]
