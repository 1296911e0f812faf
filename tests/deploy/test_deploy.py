"""What a deployment promises: nothing twice, no data lost, the first cause told, and every failure can be tried again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.changes import discard
from infra.cloud import Cloud
from infra.deploy import carry_out, deploy, losses, prepare
from infra.errors import DeployError
from infra.progress import Progress, describe
from tests.deploy.small import BROKEN, package, table

pytestmark = pytest.mark.deploy

Deploy = Callable[..., dict[str, str]]


def ignore(_: Progress) -> None:
    return


@pytest.fixture
def bring(cloud: Cloud, stack: str, tmp_path: Path) -> Deploy:
    """Deploys a version of the small stack to the test's stage."""

    def deployed(
        version: str = "1", *, show: Any = ignore, given: dict[str, str] | None = None, allow: bool = False, **more: Any
    ) -> dict[str, str]:
        made = package(tmp_path, version, **more)
        return deploy(cloud.session, cloud.endpoint_url, made, stack, given or {}, show, allow_replacement=allow)

    return deployed


def answer(cloud: Cloud, outputs: dict[str, str]) -> Any:
    return json.loads(cloud.client("lambda").invoke(FunctionName=outputs["Function"])["Payload"].read())


def store(cloud: Cloud, outputs: dict[str, str]) -> None:
    cloud.client("dynamodb").put_item(TableName=outputs["Table"], Item={"pk": {"S": "T#1"}, "sk": {"S": "HEAD"}, "text": {"S": "kept"}})


def stored(cloud: Cloud, outputs: dict[str, str]) -> Any:
    found = cloud.client("dynamodb").get_item(TableName=outputs["Table"], Key={"pk": {"S": "T#1"}, "sk": {"S": "HEAD"}})
    return found.get("Item", {}).get("text", {}).get("S")


def root(cloud: Cloud, stage: str) -> Any:
    return cloud.client("ssm").get_parameter(Name=f"/baton/{stage}/secrets/root", WithDecryption=True)["Parameter"]


def test_a_first_deployment_makes_everything_and_tells_each_resource(cloud: Cloud, stage: str, bring: Deploy) -> None:
    told: list[Progress] = []
    outputs = bring(show=told.append, given={"Business": "Shop"})
    assert answer(cloud, outputs) == {"version": "1", "business": "Shop"}
    made = [event.resource for event in told if event.status == "CREATE_COMPLETE"]
    assert set(made) >= {"Table", "Answer", "Role"}
    counts = [event.done for event in told if event.total]
    assert counts == sorted(counts)
    assert counts[-1] == told[-1].total
    assert root(cloud, stage)["Type"] == "SecureString"
    assert len(root(cloud, stage)["Value"]) >= 48


def test_the_deployment_bucket_is_private_and_encrypted_and_gets_each_archive_once(cloud: Cloud, bring: Deploy) -> None:
    first: list[Progress] = []
    again: list[Progress] = []
    bring("bucket", show=first.append)
    bring("bucket", show=again.append)
    assert [e.text for e in first if "uploading" in e.text] == ["uploading code-bucket.zip (0.0 MB)"]
    assert not [e for e in again if "uploading" in e.text]
    s3, name = cloud.client("s3"), f"baton-deploy-{cloud.account}-{cloud.region}"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]


def test_the_same_again_changes_nothing_and_is_a_success(cloud: Cloud, stack: str, stage: str, bring: Deploy) -> None:
    outputs = bring()
    before, secret = describe(cloud, stack), root(cloud, stage)["Value"]
    told: list[Progress] = []
    assert bring(show=told.append) == outputs
    assert not [event for event in told if event.resource]
    assert describe(cloud, stack) == before
    assert root(cloud, stage)["Value"] == secret


def test_an_upgrade_keeps_data_and_parameters(cloud: Cloud, bring: Deploy) -> None:
    outputs = bring("1", given={"Business": "Shop"})
    store(cloud, outputs)
    upgraded = bring("2", Table=table("work"), More={"Type": "AWS::SQS::Queue"})
    assert answer(cloud, upgraded) == {"version": "2", "business": "Shop"}
    assert upgraded["Table"] == outputs["Table"]
    assert stored(cloud, upgraded) == "kept"


def test_a_failing_upgrade_tells_the_first_cause_and_leaves_everything_as_it_was(cloud: Cloud, stack: str, bring: Deploy) -> None:
    outputs = bring("1")
    store(cloud, outputs)
    with pytest.raises(
        DeployError, match=r"Zfirst \(AWS::SSM::Parameter\) could not be (cre|upd)ated: .*already exists(?s:.*)rolled back"
    ) as failed:
        bring("2", **BROKEN)
    assert "delete or rename it" in failed.value.do
    assert answer(cloud, outputs)["version"] == "1"
    assert stored(cloud, outputs) == "kept"
    found = describe(cloud, stack)
    assert found
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert answer(cloud, bring("3"))["version"] == "3"


def test_a_failing_first_deployment_leaves_nothing_and_can_be_tried_again(cloud: Cloud, stack: str, bring: Deploy) -> None:
    with pytest.raises(DeployError, match=r"Zfirst .*could not be created(?s:.*)removed again"):
        bring("1", **BROKEN)
    assert describe(cloud, stack) is None
    assert answer(cloud, bring("1"))["version"] == "1"


def test_a_first_deployment_that_was_interrupted_can_be_tried_again(cloud: Cloud, stack: str, tmp_path: Path, bring: Deploy) -> None:
    plan = prepare(cloud, package(tmp_path), stack, {}, ignore)
    assert plan.first
    found = describe(cloud, stack)
    assert found
    assert found["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert answer(cloud, bring())["version"] == "1"


def test_a_plan_that_is_discarded_leaves_nothing(cloud: Cloud, stack: str, tmp_path: Path) -> None:
    discard(cloud, prepare(cloud, package(tmp_path), stack, {}, ignore))
    plan = prepare(cloud, package(tmp_path), stack, {}, ignore)
    assert plan.first
    discard(cloud, plan)


def test_a_change_that_would_lose_the_table_is_refused_unless_it_is_meant(cloud: Cloud, stack: str, tmp_path: Path, bring: Deploy) -> None:
    outputs = bring()
    store(cloud, outputs)
    with pytest.raises(DeployError, match=r"would lose data: Table \((may )?replace\)") as refused:
        bring(Table=table(partition="id"))
    assert "--allow-replacement" in refused.value.do
    assert stored(cloud, outputs) == "kept"
    bring(Table=table(partition="id"), allow=True)


def test_removing_the_table_counts_as_losing_it(cloud: Cloud, stack: str, tmp_path: Path, bring: Deploy) -> None:
    bring()
    made = package(tmp_path, "1", Table=None, BotAnswerStream=None)
    del made.template["Outputs"]["Table"]
    plan = prepare(cloud, made, stack, {}, ignore)
    assert [change.resource for change in losses(plan)] == ["Table"]
    discard(cloud, plan)


def test_a_new_index_is_no_loss(cloud: Cloud, stack: str, tmp_path: Path, bring: Deploy) -> None:
    bring()
    plan = prepare(cloud, package(tmp_path, "1", Table=table("day")), stack, {}, ignore)
    assert losses(plan) == []
    carry_out(cloud, plan, ignore)


def test_a_template_that_cloudformation_refuses_says_why(cloud: Cloud, stack: str, bring: Deploy) -> None:
    with pytest.raises(DeployError, match=r"refuses the template: .*AWS::Nothing"):
        bring(Bad={"Type": "AWS::Nothing::AtAll", "Properties": {}})


def test_an_archive_that_the_package_lacks_is_told(bring: Deploy) -> None:
    with pytest.raises(DeployError, match=r"names \./other\.zip"):
        bring(Other={"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "./other.zip"}})


def test_a_busy_stack_is_left_alone(cloud: Cloud, bring: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    bring()
    monkeypatch.setattr("infra.deploy.describe", lambda cloud, stack: {"StackStatus": "UPDATE_IN_PROGRESS", "StackId": stack})
    with pytest.raises(DeployError, match="is busy") as refused:
        bring("2")
    assert "wait" in refused.value.do
