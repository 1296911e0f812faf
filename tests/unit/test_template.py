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

from infra.package import ROOT, Package, build
from infra.template import POLICIES
from infra.template.functions import FUNCTIONS
from infra.template.queues import agent_queues

INTRINSIC = re.compile(r"Ref|Condition|Fn::\w+")
OUTBOUND = ("BotAnswer", "Deliver")
STREAMS = ("BotAnswer", "Deliver")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build("dev", "aws", tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="module")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build("prod", "aws", tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="module")
def resources(package: Package) -> dict[str, Any]:
    found: dict[str, Any] = package.template["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: made["Properties"] for name, made in resources.items() if made["Type"] == kind}


def nodes(tree: Any) -> Iterator[Any]:
    yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(child)


def role_of(resources: dict[str, Any], function: str) -> str:
    return str(resources[function]["Properties"]["Role"]["Fn::GetAtt"][0])


def statements(resources: dict[str, Any], function: str) -> list[dict[str, Any]]:
    policies = resources[role_of(resources, function)]["Properties"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


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
    for name in ("EmailWebhook", "FollowUp", "PublishReport"):
        config = resources[name]["Properties"]["EventInvokeConfig"]
        assert config["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": {"Fn::GetAtt": ["FailedRecords", "Arn"]}}
        assert {"Fn::GetAtt": ["FailedRecords", "Arn"]} in [s["Resource"] for s in statements(resources, name)]


def test_the_code_asks_for_no_name_that_its_function_is_not_told(resources: dict[str, Any]) -> None:
    given = {key for f in of_type(resources, "AWS::Serverless::Function").values() for key in f["Environment"]["Variables"]}
    code = "\n".join(path.read_text() for path in (ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")))
    asked = set(re.findall(r'(?:env|optional)\("([A-Z_]+)"', code))
    assert asked <= given
    assert given - asked <= {"STAGE", "ROOM"}, "nobody asks for these"


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
    outgoing, heads = filters(resources, "Deliver")
    assert outgoing == {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"type": {"S": ["outgoing"]}}}}
    assert heads == {"dynamodb": {"NewImage": {"type": {"S": ["head"]}, "owner": {"S": ["queue", "agent"]}}}}


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
    assert clock == {"FollowUp": "rate(5 minutes)", "PublishReport": "cron(10 * * * ? *)"}


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


def test_every_route_of_the_agents_but_signing_in_asks_our_user_pool(resources: dict[str, Any]) -> None:
    open_to_all = {path for function in FUNCTIONS.values() for path in function.paths} | {"/agents/session", "/agents/session/refresh"}
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


# --- Data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_data_survives_the_stack_in_production_only(stage: str, request: pytest.FixtureRequest) -> None:
    resources = request.getfixturevalue("package" if stage == "dev" else stage).template["Resources"]
    kept = "Retain" if stage == "prod" else "Delete"
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool")
    data = [made for made in resources.values() if made["Type"] in kinds]
    assert len(data) == 6
    assert {(made["DeletionPolicy"], made["UpdateReplacePolicy"]) for made in data} == {(kept, kept)}
    assert resources["Table"]["Properties"]["DeletionProtectionEnabled"] is (stage == "prod")


def test_both_tables_can_be_restored_and_are_encrypted(resources: dict[str, Any]) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    assert set(tables) == {"Table", "NotesTable"}
    for table in tables.values():
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_the_conversations_table_has_its_stream_its_clock_and_its_indexes(resources: dict[str, Any]) -> None:
    table = resources["Table"]["Properties"]
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    indexes = {i["IndexName"]: ([k["AttributeName"] for k in i["KeySchema"]], i["Projection"]) for i in table["GlobalSecondaryIndexes"]}
    assert {name: keys for name, (keys, _) in indexes.items()} == {
        "by_work": ["work", "waiting_since"],
        "by_day": ["day", "opened_at"],
        "by_customer": ["customer", "opened_at"],
    }
    assert [indexes[name][1]["ProjectionType"] for name in ("by_work", "by_day", "by_customer")] == ["INCLUDE", "KEYS_ONLY", "KEYS_ONLY"]


def test_buckets_are_versioned_encrypted_private_and_speak_tls_only(resources: dict[str, Any]) -> None:
    buckets = of_type(resources, "AWS::S3::Bucket")
    assert set(buckets) == {"MailBucket", "KnowledgeBucket", "ReportsBucket"}
    for name, bucket in buckets.items():
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert bucket["BucketEncryption"]
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["LifecycleConfiguration"]["Rules"]
        first = resources[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"][0]
        assert (first["Effect"], first["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_every_skill_has_an_urgent_and_a_normal_queue_with_a_dead_letter_queue(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    expected = agent_queues(ROOT)
    assert len(expected) == 2 * len(json.loads((ROOT / "chalicelib/agents/queues.json").read_text())["skills"])
    for name in expected.values():
        assert queues[name]["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    assert {name for name in queues if name not in expected.values()} == {"FailedRecords", "DeadLetters", "PostponedRecords"}
    told = resources["APIHandler"]["Properties"]["Environment"]["Variables"]["QUEUES"]["Fn::Sub"]
    assert json.loads(told).keys() == expected.keys()


# --- Access ----------------------------------------------------------------------------------------------------------


def test_every_function_has_a_role_and_a_policy_file_of_its_own(resources: dict[str, Any]) -> None:
    roles = [role_of(resources, name) for name in FUNCTIONS]
    assert len(set(roles)) == len(roles)
    assert {p.stem for p in (ROOT / POLICIES).glob("*.json")} == {function.key for function in FUNCTIONS.values()}
    for name, function in FUNCTIONS.items():
        assert statements(resources, name) == json.loads((ROOT / POLICIES / f"{function.key}.json").read_text())["Statement"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_permission_has_a_star_for_an_action_or_for_everything(resources: dict[str, Any], name: str) -> None:
    for statement in statements(resources, name):
        assert not [action for action in statement["Action"] if "*" in action]
        assert "*" not in (statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]])
        for text in nodes(statement["Resource"]):
            # A whole kind of resources only where a condition narrows it: the key that the parameter store uses, our sender.
            assert not (isinstance(text, str) and text.endswith(("key/*", "identity/*"))) or statement["Condition"]


def test_only_the_agents_api_can_touch_notes(resources: dict[str, Any]) -> None:
    may = {name for name in FUNCTIONS if "NotesTable" in json.dumps(statements(resources, name))}
    assert may == {"APIHandler"}
    assert not may & set(OUTBOUND)
    told = {name for name in FUNCTIONS if "NOTES_TABLE" in resources[name]["Properties"]["Environment"]["Variables"]}
    assert told == may


def test_intake_can_write_messages_and_read_no_conversation(resources: dict[str, Any]) -> None:
    for name in ("SmsWebhook", "EmailWebhook", "WebsocketConnect"):
        actions = {a for s in statements(resources, name) for a in s["Action"] if a.startswith("dynamodb:")}
        assert actions == {"dynamodb:PutItem"}


def test_nobody_signs_up_alone_and_a_token_lasts_an_hour(resources: dict[str, Any]) -> None:
    assert resources["UserPool"]["Properties"]["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    client = resources["UserPoolClient"]["Properties"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert (client["IdTokenValidity"], client["TokenValidityUnits"]["IdToken"]) == (1, "hours")
    groups = {g["GroupName"] for g in of_type(resources, "AWS::Cognito::UserPoolGroup").values()}
    assert groups == {"agents", "supervisors", "admins"}


# --- Watching --------------------------------------------------------------------------------------------------------


def test_at_most_ten_alarms_and_failed_work_rings(resources: dict[str, Any]) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert len(alarms) <= 10
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
        assert alarm["AlarmDescription"]
    watched = [(a["MetricName"], d["Value"]) for a in alarms.values() for d in a["Dimensions"]]
    for queue in ("FailedRecords", "DeadLetters"):
        assert ("ApproximateNumberOfMessagesVisible", {"Fn::GetAtt": [queue, "QueueName"]}) in watched
    for function in STREAMS:
        assert ("IteratorAge", {"Ref": function}) in watched


def test_the_oldest_wait_is_watched_under_the_name_that_the_sweep_publishes(
    resources: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    from chalicelib.observability import metrics

    metrics(WaitingSeconds=1.0)
    published = json.loads(capsys.readouterr().out)
    (declared,) = published["_aws"]["CloudWatchMetrics"]
    alarm = resources["WaitingAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (declared["Namespace"], declared["Metrics"][0]["Name"])
    dimensions = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
    assert [sorted(dimensions)] == declared["Dimensions"]


# --- What a deployment is told ---------------------------------------------------------------------------------------


def test_every_parameter_has_a_default_and_nothing_is_a_secret(package: Package) -> None:
    for name, parameter in package.template["Parameters"].items():
        assert "Default" in parameter, name
        assert not parameter.get("NoEcho")
    assert package.template["Parameters"]["Stage"]["AllowedValues"] == ["dev"]
    assert not of_type(package.template["Resources"], "AWS::SecretsManager::Secret")


def test_what_needs_a_mail_domain_waits_for_one(resources: dict[str, Any]) -> None:
    ses = {name for name, made in resources.items() if made["Type"].startswith("AWS::SES::")}
    assert ses == {"MailRuleSet", "MailRule"}
    assert {resources[name]["Condition"] for name in ses} == {"HasMailDomain"}


def test_the_outputs_name_what_operators_and_tools_need(package: Package) -> None:
    stores = {"Table", "NotesTable", "MailBucket", "KnowledgeBucket", "ReportsBucket", "FailedQueue", "DeadLetterQueue"}
    named = stores | {"SiteUrl", "SocketUrl", "SocketEndpoint", "MailTopic", "AlarmTopic", "UserPool", "UserPoolClient"}
    named |= {f"{name}Name" for name in FUNCTIONS}
    assert named <= package.template["Outputs"].keys()


def test_functions_read_the_addresses_that_the_template_publishes(resources: dict[str, Any]) -> None:
    names = {made["Name"]["Fn::Sub"] for made in of_type(resources, "AWS::SSM::Parameter").values()}
    assert names == {f"/baton/${{Stage}}/stack/{name}" for name in ("public_url", "socket_url", "socket_endpoint")}
    assert resources["APIHandler"]["Properties"]["Environment"]["Variables"]["PARAMETERS"] == {"Fn::Sub": "/baton/${Stage}/"}
