"""The operators' commands on the real package: what they promise, show and never show."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra import api_logs, shared_parameters
from infra.__main__ import main
from infra.cloud import Cloud
from infra.deploy import deploy
from infra.local.aws import session
from infra.local.installation import addresses
from infra.operate.logs import seconds, shape
from infra.package import ROOT, Package, build
from infra.progress import describe
from infra.rule_file import SHIPPED
from infra.stack import own_queues, resources
from tests.deploy.small import package

pytestmark = pytest.mark.deploy

Run = Callable[..., Result]

SECRET = "a-token-that-nobody-may-see"


@pytest.fixture(scope="module")
def stage() -> str:
    return "whole"


@pytest.fixture(scope="module")
def packaged(stage: str, tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build(stage, "local", tmp_path_factory.mktemp("package"))


@pytest.fixture(autouse=True)
def one_package(packaged: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands deploy what the fixture built, even if somebody edits the sources meanwhile."""
    monkeypatch.setattr("infra.package.build", lambda *_: packaged)


@pytest.fixture
def unlinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """One test lints the template: it takes seconds."""
    monkeypatch.setattr("infra.lint.lint", lambda _: [])


@pytest.fixture(scope="module")
def whole(endpoint: str, stage: str, packaged: Package) -> dict[str, str]:
    """The outputs of the real stack, which then knows its local addresses."""
    outputs = deploy(session(), endpoint, packaged, f"baton-{stage}", {}, lambda _: None)
    site, socket = addresses(outputs, endpoint)
    ssm = Cloud(session(), endpoint).client("ssm")
    for name, value in {"public_url": site, "socket_url": socket, "socket_endpoint": socket.replace("ws", "http", 1)}.items():
        ssm.put_parameter(Name=f"/baton/{stage}/settings/{name}", Value=value, Type="String")
    return outputs


def test_deploying_the_same_again_is_a_success_and_is_tried_as_a_customer(whole: dict[str, str], run: Run) -> None:
    done = run("deploy", "--without-mail", "--yes")
    assert done.exit_code == 0, done.output
    for said in ("checks passed", "nothing had changed", "✓ site answers", "✓ chat can begin", "✓ WebSocket answers"):
        assert said in done.output
    assert len(done.output.splitlines()) < 20


@pytest.mark.usefixtures("unlinted")
def test_an_upgrade_is_shown_and_asked_for_and_keeps_data(whole: dict[str, str], cloud: Cloud, stack: str, run: Run) -> None:
    key = {"pk": {"S": "T#1"}, "sk": {"S": "past"}}
    cloud.client("dynamodb").put_item(TableName=whole["Table"], Item=key | {"type": {"S": "past"}})
    refused = run("deploy", "--without-mail", "--business", "New Name", typed="n\n")
    assert refused.exit_code == 1
    assert "~ Site (Lambda Function) Environment" in refused.output
    assert "Carry this out?" in refused.output
    before = describe(cloud, stack)
    assert before
    assert {"ParameterKey": "Business", "ParameterValue": "Baton"} in before["Parameters"]
    done = run("deploy", "--without-mail", "--business", "New Name", typed="y\n")
    assert done.exit_code == 0, done.output
    assert "✓ Site (Lambda Function) updated" in done.output
    assert cloud.client("dynamodb").get_item(TableName=whole["Table"], Key=key)["Item"]["type"] == {"S": "past"}


@pytest.mark.usefixtures("unlinted")
def test_a_deployment_that_does_not_answer_is_a_failure(
    whole: dict[str, str], cloud: Cloud, stage: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"/baton/{stage}/settings/public_url"
    right = cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    monkeypatch.setattr("infra.smoke.smoke.__defaults__", (0.1,))
    cloud.client("ssm").put_parameter(Name=name, Value="http://127.0.0.1:1", Type="String", Overwrite=True)
    done = run("deploy", "--without-mail", "--yes")
    cloud.client("ssm").put_parameter(Name=name, Value=right, Type="String", Overwrite=True)
    assert done.exit_code == 1
    assert "nothing had changed" in done.output, "the business's name was not given and stays as it is"
    assert "✗ site answers" in done.output
    assert f"doctor --stage {stage}" in done.output


def test_status_shows_what_runs_and_what_waits(whole: dict[str, str], cloud: Cloud, run: Run) -> None:
    queues = {r.name: r.id for r in resources(cloud, "baton-whole", "AWS::SQS::Queue")}
    cloud.client("sqs").send_message(QueueUrl=queues["BillingUrgentQueue"], MessageBody="{}")
    done = run("status")
    assert done.exit_code == 0
    assert "UPDATE_COMPLETE" in done.output or "CREATE_COMPLETE" in done.output
    assert [line.split() for line in done.output.splitlines() if "billing-urgent" in line] == [["billing-urgent", "1", "0"]]
    assert "✓ failed records: none" in done.output
    cloud.client("sqs").purge_queue(QueueUrl=queues["BillingUrgentQueue"])


def test_a_stage_gets_rules_of_its_own_and_gives_them_up(whole: dict[str, str], run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((ROOT / SHIPPED).read_text("utf-8").replace('urgent_topic == "safety"', 'mentions("wholesale", "批发")'), "utf-8")
    done = run("rules", "push", str(mine))
    assert done.exit_code == 0, done.output
    assert mine.read_text("utf-8") in run("rules", "show").output
    explained = run("rules", "explain", "可以批发吗").output
    assert 'mentions("wholesale", "批发") is yes' in explained.replace("\n", " ")
    assert "✓ rules" in run("doctor").output
    assert run("rules", "reset").exit_code == 0
    assert "had none of its own" in run("rules", "reset").output


def test_what_the_business_sets_goes_into_a_file_and_back(whole: dict[str, str], run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hours.json"
    file.write_text(run("settings", "get", "hours").output, "utf-8")
    given = json.loads(file.read_text("utf-8"))
    assert (given["version"], given["weekdays"]["saturday"]) == (0, ["10:00-16:00"])
    file.write_text(json.dumps({**given, "zone": "Europe/Berlin"}), "utf-8")
    done = run("settings", "set", "hours", str(file), "--why", "moved")
    assert (done.exit_code, "version 1 of the hours is in force" in done.output) == (0, True), done.output
    late = run("settings", "set", "hours", str(file), "--why", "again")
    assert (late.exit_code, "version 1 of the hours is in force: read it" in late.output) == (1, True)
    assert run("settings", "rollback", "hours", "0", "--why", "back").exit_code == 0
    shown = [line.split() for line in run("settings", "versions", "hours").output.splitlines()[1:]]
    assert [(row[0], row[3:5]) for row in shown[:2]] == [("2", ["operator", "back"]), ("1", ["operator", "moved"])]
    assert json.loads(run("settings", "get", "hours", "--version", "1").output)["zone"] == "Europe/Berlin"
    file.write_text('{"weekdays": {"mon": []}, "days": [{"date": "2027-02-29"}]}', "utf-8")
    wrong = run("settings", "set", "hours", str(file), "--why", "x")
    assert wrong.exit_code == 1
    assert '"mon" is not a day' in wrong.output
    assert "is in no calendar" in wrong.output


def test_a_queue_that_the_business_made_is_known_to_every_command(whole: dict[str, str], cloud: Cloud, run: Run, tmp_path: Path) -> None:
    given = json.loads(run("settings", "get", "queues").output)
    file, mine = tmp_path / "queues.json", tmp_path / "mine.yaml"
    file.write_text(json.dumps({**given, "queues": [*given["queues"], {"id": "vip", "en": "VIP", "zh": "贵宾"}]}), "utf-8")
    assert run("settings", "set", "queues", str(file), "--why", "VIPs").exit_code == 0
    waiting = own_queues(cloud, "baton-whole")[1]
    cloud.client("sqs").send_message(QueueUrl=waiting, MessageBody="{}")
    assert [line.split() for line in run("status").output.splitlines() if "vip-urgent" in line] == [["vip-urgent", "1", "0"]]
    cloud.client("sqs").purge_queue(QueueUrl=waiting)
    mine.write_text((ROOT / SHIPPED).read_text("utf-8").replace("queue: billing", "queue: vip"), "utf-8")
    assert run("rules", "check", str(mine)).exit_code == 0, "with --stage, as the runner gives it"
    assert CliRunner().invoke(main, ["rules", "check", str(mine)]).exit_code == 1
    assert run("rules", "push", str(mine)).exit_code == 0
    doctor = run("doctor").output
    assert "✓ rules" in doctor
    assert "✓ settings" in doctor
    assert run("rules", "reset").exit_code == 0


def test_doctor_finds_nothing_to_stop_a_healthy_stack(whole: dict[str, str], run: Run) -> None:
    done = run("doctor")
    assert done.exit_code == 0, done.output
    for name in ("stack", "public address", "secrets", "table stream", "failed records", "alarms"):
        assert f"✓ {name}" in done.output


def test_doctor_says_everything_that_is_wrong_and_its_cure(whole: dict[str, str], cloud: Cloud, run: Run) -> None:
    ssm, functions, sqs = (cloud.client(name) for name in ("ssm", "lambda", "sqs"))
    root = ssm.get_parameter(Name="/baton/whole/secrets/root", WithDecryption=True)["Parameter"]["Value"]
    [mapping] = functions.list_event_source_mappings(FunctionName=whole["BotAnswerName"])["EventSourceMappings"]
    ssm.delete_parameter(Name="/baton/whole/secrets/root")
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    sqs.send_message(QueueUrl=whole["FailedQueue"], MessageBody="no json")
    try:
        done = run("doctor")
    finally:
        ssm.put_parameter(Name="/baton/whole/secrets/root", Value=root, Type="SecureString")
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
        sqs.purge_queue(QueueUrl=whole["FailedQueue"])
    assert done.exit_code == 1
    for said in (
        "root secret is missing",
        "BotAnswer does not get the table's stream",
        "1 records failed",
        "redrive --stage whole",
        "nobody is told of alarms",
    ):
        assert said in done.output


def test_a_secret_is_stored_encrypted_and_never_shown(cloud: Cloud, stage: str, run: Run) -> None:
    def value(name: str) -> str:
        found = cloud.client("ssm").get_parameter(Name=f"/baton/{stage}/secrets/{name}", WithDecryption=True)["Parameter"]
        assert found["Type"] == "SecureString"
        return str(found["Value"])

    outputs = [
        run("secret", "set", "twilio_auth_token", typed=SECRET + "\n"),
        run("secret", "set", "twilio_auth_token", typed=SECRET + "-2"),
    ]
    assert [done.exit_code for done in outputs] == [0, 0]
    assert (value("twilio_auth_token"), value("twilio_auth_token_previous")) == (SECRET + "-2", SECRET)
    outputs += [
        run("secret", "set", "twilio_auth_token", SECRET),
        run("secret", "set", "root", typed=SECRET),
        run("secret", "set", "twilio_account_sid"),
    ]
    assert [done.exit_code != 0 for done in outputs[2:]] == [True, True, True]
    assert not any(SECRET in done.output for done in (outputs[0], outputs[1], outputs[3], run("doctor"), run("status")))


def test_users_are_let_in_and_listed(whole: dict[str, str], cloud: Cloud, run: Run) -> None:
    made = run("users", "add", "ada@example.com", "--group", "agents", "--name", "Ada", "--password", typed="Long-enough-12")
    assert made.exit_code == 0, made.output
    assert "Long-enough-12" not in made.output
    promoted = run("users", "add", "ada@example.com", "--group", "supervisors")
    assert "is known, and in supervisors" in promoted.output
    listed = run("users", "list")
    assert [line.split() for line in listed.output.splitlines()[1:]] == [["ada@example.com", "Ada", "supervisors", "active"]]
    assert run("users", "add", "eve@example.com", "--group", "kings").exit_code != 0


def test_logs_are_shown_in_order_and_by_function(whole: dict[str, str], cloud: Cloud, run: Run) -> None:
    groups = {r.name: r.id for r in resources(cloud, "baton-whole", "AWS::Logs::LogGroup")}
    now = int(time.time() * 1000)
    for name, at, message in (
        ("SiteLogGroup", now - 1000, "later"),
        ("DeliverLogGroup", now - 5000, "earlier"),
        ("DeliverLogGroup", now - 7200_000, "long ago"),
    ):
        logs = cloud.client("logs")
        logs.create_log_stream(logGroupName=groups[name], logStreamName=f"test-{message}")
        line = json.dumps({"level": "ERROR", "message": message, "timestamp": "x", "conversation": "c.1"})
        logs.put_log_events(logGroupName=groups[name], logStreamName=f"test-{message}", logEvents=[{"timestamp": at, "message": line}])
    done = run("logs", "--since", "1m")
    assert done.output.index("Deliver ERROR earlier conversation=c.1") < done.output.index("Site ERROR later")
    assert "long ago" not in done.output
    only = run("logs", "deliver", "--since", "3h")
    assert "long ago" in only.output
    assert "later" not in only.output
    assert "one of: APIHandler, BotAnswer" in run("logs", "nobody").output
    assert "is not a time span" in run("logs", "--since", "soon").output


def test_a_template_with_errors_is_not_deployed(packaged: Package, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Nowhere"}}}}}
    monkeypatch.setattr("infra.package.build", lambda *_: replace(packaged, template=broken))
    done = run("deploy", "--without-mail", "--yes", on="linted")
    assert done.exit_code == 1
    assert "Nowhere" in done.output
    assert "what would change" not in done.output


def test_log_lines_are_shaped_for_people() -> None:
    assert shape("START RequestId: 1", raw=False) == ""
    assert shape("START RequestId: 1", raw=True) == "START RequestId: 1"
    assert shape("plain [words]\n", raw=False) == r"plain \[words]"
    assert shape('{"level": "INFO", "message": "sent", "service": "baton", "n": 1}', raw=False) == "[default]INFO[/] sent [dim]n=1[/]"
    died: dict[str, Any] = {"time": "2026-12-01T01:00:00Z", "type": "platform.report", "record": {"requestId": "r-1", "status": "timeout"}}
    died["record"]["metrics"] = {"durationMs": 3000.0}
    assert shape(json.dumps(died), raw=False) == "[red]ERROR[/] timeout [dim]durationMs=3000.0 request=r-1[/]"
    died["record"]["status"] = "success"
    assert shape(json.dumps(died), raw=False) == ""
    assert (seconds("90s"), seconds("10m"), seconds("1d")) == (90, 600, 86400)


def test_commands_on_a_stack_that_is_not_there_say_so(endpoint: str, run: Run) -> None:
    commands = (["status"], ["doctor"], ["logs"], ["redrive"], ["users", "list"], ["destroy"])
    for command in commands:
        done = run(*command, on="none")
        assert done.exit_code == 1
        assert "--stage" in done.output or "deploy" in done.output
        assert "Traceback" not in done.output


def test_destroy_asks_for_the_name_and_removes_everything_of_a_test_stage(
    whole: dict[str, str], cloud: Cloud, stack: str, run: Run
) -> None:
    cloud.client("s3").put_object(Bucket=whole["MailBucket"], Key="raw/1", Body=b"mail")
    cloud.client("s3").delete_object(Bucket=whole["MailBucket"], Key="raw/1")
    kept = run("destroy", typed="baton-other\n")
    assert kept.exit_code == 1
    assert "nothing was removed" in kept.output
    assert describe(cloud, stack)
    gone = run("destroy", typed=f"{stack}\n")
    assert gone.exit_code == 0, gone.output
    assert describe(cloud, stack) is None
    assert own_queues(cloud, stack) == []
    assert cloud.client("ssm").get_parameters_by_path(Path="/baton/whole/", Recursive=True)["Parameters"] == []
    assert not shared_parameters.exists(cloud, stack)
    assert cloud.client("apigateway").get_account()["cloudwatchRoleArn"].endswith(api_logs.ROLE), "the account's, not the stage's"


def test_destroy_keeps_what_is_retained_and_says_which(cloud: Cloud, endpoint: str, tmp_path: Path, run: Run) -> None:
    outputs = deploy(session(), endpoint, package(tmp_path), "baton-kept", {}, lambda _: None)
    done = run("destroy", "--confirm", "baton-kept", on="kept")
    assert done.exit_code == 0, done.output
    assert f"Table (DynamoDB Table) {outputs['Table']}" in done.output
    assert cloud.client("dynamodb").describe_table(TableName=outputs["Table"])
    assert cloud.client("ssm").get_parameter(Name="/baton/kept/secrets/root"), "the secret stays with the data that needs it"
    assert shared_parameters.exists(cloud, "baton-kept")
