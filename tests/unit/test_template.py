"""The packaged template, read as what CloudFormation will get: each trap that it once fell into, and what the design promises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from chalicelib.channels.chores import CHORES
from infra.package import ROOT, Package, build
from infra.template.functions import FUNCTIONS
from tests.unit.packaged import nodes, of_type, statements

INTRINSIC = re.compile(r"Ref|Condition|Fn::\w+")
OUTBOUND = ("BotAnswer", "Deliver")
STREAMS = ("BotAnswer", "Deliver")


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_cfn_lint_finds_nothing(stage: str, request: pytest.FixtureRequest) -> None:
    template = request.getfixturevalue("package" if stage == "dev" else stage).template
    advice = ManualArgs(ignore_checks=["I"], regions=["eu-central-1"])
    assert [f"{m.rule.id}: {m.message}" for m in lint(json.dumps(template), config=advice)] == []


def test_no_node_has_two_intrinsics_or_is_null(package: Package) -> None:
    """A merge of another intrinsic over Chalice's own gives a node with both, without a warning."""
    for node in nodes(package.template):
        assert node is not None
        if isinstance(node, dict) and any(key.startswith("Fn::") or key == "Ref" for key in node):
            assert len(node) == 1, node


def test_it_is_the_same_for_both_targets_but_for_the_processor(package: Package, tmp_path: Path) -> None:
    local = build("dev", "local", tmp_path).template
    for template in (local, aws := json.loads(json.dumps(package.template))):
        for function in of_type(template["Resources"], "AWS::Serverless::Function").values():
            assert function.pop("Architectures") in (["arm64"], ["x86_64"])
        for layer in of_type(template["Resources"], "AWS::Serverless::LayerVersion").values():
            assert layer.pop("CompatibleArchitectures") in (["arm64"], ["x86_64"])
    assert local == aws
    assert of_type(package.template["Resources"], "AWS::Serverless::Function")["BotAnswer"]["Architectures"] == ["arm64"]


# --- Functions -------------------------------------------------------------------------------------------------------


def test_every_function_is_one_that_we_know(resources: dict[str, Any]) -> None:
    assert set(of_type(resources, "AWS::Serverless::Function")) == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_handler_and_room_can_be_imported(resources: dict[str, Any], name: str) -> None:
    module, _, attribute = resources[name]["Properties"]["Handler"].rpartition(".")
    assert callable(getattr(import_module(module), attribute))
    for room in resources[name]["Properties"]["Environment"]["Variables"].get("ROOM", "").split():
        assert import_module(room)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_writes_into_a_log_group_that_forgets(resources: dict[str, Any], name: str) -> None:
    group = resources[name]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    assert resources[group]["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    (log,) = [s for s in statements(resources, name) if s["Sid"] == "Log"]
    assert log["Resource"] == {"Fn::GetAtt": [group, "Arn"]}


def test_logs_are_kept_for_30_days_and_never_longer_than_90(package: Package) -> None:
    retention = package.template["Parameters"]["LogRetentionDays"]
    assert retention["Default"] == 30
    assert max(retention["AllowedValues"]) <= 90


def test_whoever_waits_at_the_api_is_answered_before_the_gateway_gives_up(resources: dict[str, Any]) -> None:
    functions = of_type(resources, "AWS::Serverless::Function")
    for name in ("APIHandler", "SmsWebhook", "Site", "WebsocketConnect", "WebsocketMessage", "WebsocketDisconnect"):
        assert functions[name]["Timeout"] <= 29


def test_what_fails_in_the_background_ends_in_the_watched_queue(resources: dict[str, Any]) -> None:
    for name in ("EmailWebhook", "FollowUp", "PublishReport", "Learn"):
        config = resources[name]["Properties"]["EventInvokeConfig"]
        assert config["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": {"Fn::GetAtt": ["FailedRecords", "Arn"]}}
        assert {"Fn::GetAtt": ["FailedRecords", "Arn"]} in [s["Resource"] for s in statements(resources, name)]


def test_the_code_asks_for_no_name_that_its_function_is_not_told(resources: dict[str, Any]) -> None:
    given = {key for f in of_type(resources, "AWS::Serverless::Function").values() for key in f["Environment"]["Variables"]}
    code = "\n".join(path.read_text() for path in (ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")))
    asked = set(re.findall(r'(?:env|optional)\("([A-Z_]+)"', code))
    assert asked <= given
    assert given - asked <= {"STAGE", "ROOM", "ROUTES", "OPENBLAS_NUM_THREADS"}, "nobody asks for these"


# --- What calls them -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_gives_failed_records_back_and_parks_them_at_last(resources: dict[str, Any], name: str) -> None:
    """Without ReportBatchItemFailures, Lambda takes a list of failures for success and the records are gone."""
    (event,) = resources[name]["Properties"]["Events"].values()
    properties = event["Properties"]
    assert properties["Stream"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["StartingPosition"] == "TRIM_HORIZON", "what was written before the mapping worked is not lost"
    assert 0 < properties["MaximumRetryAttempts"] <= 100
    assert 0 < properties["MaximumRecordAgeInSeconds"] < 24 * 3600
    assert properties["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["FailedRecords", "Arn"]}


def filters(resources: dict[str, Any], name: str) -> list[Any]:
    (event,) = resources[name]["Properties"]["Events"].values()
    return [json.loads(f["Pattern"]) for f in event["Properties"]["FilterCriteria"]["Filters"]]


def test_the_bot_sees_new_incoming_messages_only(resources: dict[str, Any]) -> None:
    assert filters(resources, "BotAnswer") == [{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"type": {"S": ["incoming"]}}}}]


def test_deliver_sees_new_outgoing_messages_and_heads_that_concern_a_person(resources: dict[str, Any]) -> None:
    outgoing, chores, heads, given_up = filters(resources, "Deliver")
    asked = {"type": {"S": ["incoming"]}, "todo": {"S": list(CHORES)}}
    assert chores == {"eventName": ["INSERT"], "dynamodb": {"NewImage": asked}}
    assert outgoing == {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"type": {"S": ["outgoing", "proof", "move"]}}}}
    assert heads == {"dynamodb": {"NewImage": {"type": {"S": ["head"]}, "owner": {"S": ["queue", "agent"]}}}}
    # Not a REMOVE, which has no new image: what TTL or an erasure takes away is nothing that a console is told.
    assert given_up == {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"OldImage": {"type": {"S": ["head"]}, "owner": {"S": ["queue"]}}}}


def test_no_function_polls_a_queue(resources: dict[str, Any]) -> None:
    """An event source mapping of SQS polls, and costs, while nobody writes."""
    kinds = {event["Type"] for f in of_type(resources, "AWS::Serverless::Function").values() for event in f.get("Events", {}).values()}
    assert kinds <= {"DynamoDB", "SNS", "Schedule"}
    assert not of_type(resources, "AWS::Lambda::EventSourceMapping")


def test_mails_come_from_our_topic(resources: dict[str, Any]) -> None:
    (event,) = resources["EmailWebhook"]["Properties"]["Events"].values()
    assert event["Properties"]["Topic"] == {"Fn::Sub": "${MailTopic}"}


def test_the_clock_calls_the_sweep_and_the_reports(resources: dict[str, Any]) -> None:
    """A day ends at another hour in each time zone, hence every hour; the function finds nothing to do in the others."""
    clock = {
        name: event["Properties"]["Schedule"]
        for name, function in of_type(resources, "AWS::Serverless::Function").items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "Schedule"
    }
    assert clock == {"FollowUp": "rate(5 minutes)", "PublishReport": "cron(10 * * * ? *)", "Learn": "cron(20 2 * * ? *)"}


# --- The APIs --------------------------------------------------------------------------------------------------------


def operations(resources: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"].items():
        for method, operation in methods.items():
            if operation["x-amazon-apigateway-integration"]["type"] == "aws_proxy":
                yield path, method, operation


def test_intake_and_site_do_not_share_the_agents_function(resources: dict[str, Any]) -> None:
    own = {path: name for name, function in FUNCTIONS.items() for path in function.paths}
    for path, _, operation in operations(resources):
        uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        assert f"${{{own.get(path, 'APIHandler')}.Arn}}" in uri
    assert own.keys() <= {path for path, _, _ in operations(resources)}
    for name in ("APIHandlerInvokePermission", "SmsWebhookPermission", "SitePermission"):
        assert resources[name]["Properties"]["Principal"] == "apigateway.amazonaws.com"


def test_what_may_stand_at_one_place_of_an_address_has_one_name(resources: dict[str, Any]) -> None:
    """API Gateway refuses siblings that are named otherwise, which neither Chalice nor a local gateway minds."""
    parts = [path.split("/") for path, _, _ in operations(resources)]
    places = {("/".join(path[:at]), one) for path in parts for at, one in enumerate(path) if one.startswith("{")}
    assert len(places) == len(dict(places))


def test_every_route_of_the_agents_but_signing_in_asks_our_user_pool(resources: dict[str, Any]) -> None:
    described = {"/openapi.json", "/asyncapi.json", "/reference"}
    open_to_all = {path for one in FUNCTIONS.values() for path in one.paths} | described | {"/agents/session", "/agents/session/refresh"}
    unguarded = {path for path, _, operation in operations(resources) if not operation.get("security")}
    assert unguarded == open_to_all
    definitions = resources["RestAPI"]["Properties"]["DefinitionBody"]["securityDefinitions"].values()
    assert [d["x-amazon-apigateway-authorizer"]["providerARNs"] for d in definitions] == [[{"Fn::GetAtt": ["UserPool", "Arn"]}]]


def test_the_socket_stage_deploys_itself(resources: dict[str, Any]) -> None:
    assert not of_type(resources, "AWS::ApiGatewayV2::Deployment")
    (stage,) = of_type(resources, "AWS::ApiGatewayV2::Stage").values()
    assert stage["AutoDeploy"] is True
    assert "DeploymentId" not in stage
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] >= 1000


def test_what_the_gateway_refuses_has_our_shape(resources: dict[str, Any]) -> None:
    for refusal in resources["RestAPI"]["Properties"]["GatewayResponses"].values():
        error = json.loads(refusal["ResponseTemplates"]["application/json"])["error"]
        assert error.keys() == {"code", "message"}
        assert 400 <= int(refusal["StatusCode"]) < 600


def test_sam_makes_one_stage_of_the_site(package: Package) -> None:
    assert package.template["Globals"]["Api"]["OpenApiVersion"] == "2.0", "else there is a second stage, named Stage"
