"""The packaged template: what must not be lost, who may do what, what is watched, and what a deployment is told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra.package import ROOT, Package
from infra.template import POLICIES
from infra.template.functions import FUNCTIONS
from infra.template.queues import agent_queues
from tests.unit.packaged import nodes, of_type, role_of, statements

INTRINSIC = re.compile(r"Ref|Condition|Fn::\w+")
OUTBOUND = ("BotAnswer", "Deliver")
STREAMS = ("BotAnswer", "Deliver")
DESTINATION = "AWS::SES::ConfigurationSetEventDestination"


# --- Data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_data_survives_the_stack_in_production_only(stage: str, request: pytest.FixtureRequest) -> None:
    resources = request.getfixturevalue("package" if stage == "dev" else stage).template["Resources"]
    kept = "Retain" if stage == "prod" else "Delete"
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool")
    data = [made for made in resources.values() if made["Type"] in kinds]
    assert len(data) == 9
    assert {(made["DeletionPolicy"], made["UpdateReplacePolicy"]) for made in data} == {(kept, kept)}
    assert resources["Table"]["Properties"]["DeletionProtectionEnabled"] is (stage == "prod")


DESTINATION = "AWS::SES::ConfigurationSetEventDestination"


def test_both_tables_can_be_restored_and_are_encrypted(resources: dict[str, Any]) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    assert set(tables) == {"Table", "NotesTable", "KnowledgeTable"}
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
        "by_time": ["pk", "at"],
    }
    assert [indexes[name][1]["ProjectionType"] for name in indexes] == ["INCLUDE", "KEYS_ONLY", "KEYS_ONLY", "KEYS_ONLY"]


def test_buckets_are_versioned_encrypted_private_and_speak_tls_only(resources: dict[str, Any]) -> None:
    buckets = of_type(resources, "AWS::S3::Bucket")
    assert set(buckets) == {"MailBucket", "FilesBucket", "KnowledgeBucket", "ReportsBucket", "ExportsBucket"}
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
    assert len(expected) == 2 * len(json.loads((ROOT / "chalicelib/business/queues.json").read_text())["queues"])
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


def test_only_the_agents_api_can_touch_notes_and_what_exports_and_erases_them(resources: dict[str, Any]) -> None:
    may = {name for name in FUNCTIONS if "NotesTable" in json.dumps(statements(resources, name))}
    assert may == {"APIHandler", "CustomerJobs"}
    assert not may & set(OUTBOUND)
    told = {name for name in FUNCTIONS if "NOTES_TABLE" in resources[name]["Properties"]["Environment"]["Variables"]}
    assert told == may


def test_intake_can_write_messages_and_read_no_conversation(resources: dict[str, Any]) -> None:
    for name in ("EmailWebhook", "WebsocketConnect"):
        assert database_actions(resources, name) == {"dynamodb:PutItem"}


# Where intake may read and write: its own channel's threads; a mail or a text may go on with a chat.
OWN = {
    "EmailWebhook": {"T#e*", "T#w*"},
    "MailEvents": {"T#e*", "T#w*", "I#email#*", "CONSOLES", "SETTINGS"},
    "SmsWebhook": {"T#s*", "I#sms#*", "SETTINGS"},
    "SmsStatus": {"T#s*", "T#w*", "I#sms#*", "CONSOLES", "SETTINGS"},
    "SmsAws": {"T#s*", "T#w*", "I#sms#*", "CONSOLES", "SETTINGS"},
    "FileLinks": {"T#s*", "T#w*"},
    "Site": {"T#ws*", "L#*", "SETTINGS"},
    "WebsocketConnect": {"T#w*", "CONSOLES"},
    "WebsocketMessage": {"T#w*", "T#e*", "T#s*", "I#*", "L#*", "CONSOLES", "SETTINGS"},
    "Hints": {"CONSOLES"},
}


@pytest.mark.parametrize("name", OWN)
def test_intake_reaches_only_the_keys_that_it_needs(resources: dict[str, Any], name: str) -> None:
    mine = [s for s in statements(resources, name) if '"Table"' in json.dumps(s["Resource"])]
    keys = [set(next(iter(s["Condition"].values()))["dynamodb:LeadingKeys"]) for s in mine]
    assert set().union(*keys) == OWN[name]


def test_sms_intake_may_change_nothing_but_who_wants_no_messages(resources: dict[str, Any]) -> None:
    """A STOP is stored at once; to tell whether one comes again, its message is read."""
    assert database_actions(resources, "SmsWebhook") == {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    (changes,) = [s for s in statements(resources, "SmsWebhook") if "dynamodb:UpdateItem" in s["Action"]]
    assert changes["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["I#sms#*"]}}


def database_actions(resources: dict[str, Any], function: str) -> set[str]:
    """Of the conversations table; that of parameters is another."""
    table = {"Fn::GetAtt": ["Table", "Arn"]}
    return {a for s in statements(resources, function) if s["Resource"] == table for a in s["Action"]}


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
    """Sending, and hearing what became of it, needs none."""
    ses = {name for name, made in resources.items() if made["Type"].startswith("AWS::SES::Receipt")}
    assert ses == {"MailRuleSet", "MailRule"}
    assert {resources[name]["Condition"] for name in ses} == {"HasMailDomain"}


def test_ses_tells_what_became_of_each_mail_and_nothing_of_who_reads_it(resources: dict[str, Any]) -> None:
    """Of what nobody waits for it tells only failures."""
    told = {made["ConfigurationSetName"]["Ref"]: made["EventDestination"] for made in of_type(resources, DESTINATION).values()}
    failures = {"bounce", "complaint", "reject", "renderingFailure"}
    assert set(told["MailFailures"]["MatchingEventTypes"]) == failures
    assert set(told["MailConfiguration"]["MatchingEventTypes"]) == failures | {"send", "delivery", "deliveryDelay"}
    for destination in told.values():
        assert (destination["Enabled"], destination["SnsDestination"]) == (True, {"TopicARN": {"Ref": "MailEventsTopic"}})
    given = resources["Send"]["Properties"]["Environment"]["Variables"]
    assert (given["MAIL_EVENTS"], given["MAIL_FAILURES"]) == ({"Ref": "MailConfiguration"}, {"Ref": "MailFailures"})


def test_the_outputs_name_what_operators_and_tools_need(package: Package) -> None:
    stores = {
        "Table",
        "NotesTable",
        "KnowledgeTable",
        "MailBucket",
        "FilesBucket",
        "KnowledgeBucket",
        "ReportsBucket",
        "FailedQueue",
        "DeadLetterQueue",
    }
    named = stores | {"SiteUrl", "SocketUrl", "SocketEndpoint", "MailTopic", "AlarmTopic", "UserPool", "UserPoolClient"}
    named |= {f"{name}Name" for name in FUNCTIONS}
    assert named <= package.template["Outputs"].keys()


def test_functions_read_the_addresses_that_the_template_publishes(resources: dict[str, Any]) -> None:
    names = {made["Name"]["Fn::Sub"] for made in of_type(resources, "AWS::SSM::Parameter").values()}
    assert names == {f"/baton/${{Stage}}/stack/{name}" for name in ("public_url", "socket_url", "socket_endpoint", "files_origin")}
    assert resources["APIHandler"]["Properties"]["Environment"]["Variables"]["PARAMETERS"] == {"Fn::Sub": "baton-${Stage}-parameters"}
