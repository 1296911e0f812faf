"""The local CloudFormation refuses two indexes at once, as AWS does; a deployment brings them one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.changes import make_plan
from infra.cloud import Cloud
from infra.deploy import carry_out, deploy, prepare
from infra.errors import DeployError
from infra.operate.shown import show_plan
from infra.progress import Progress
from infra.upload import put_template, upload
from tests.deploy.small import BROKEN, package, table

pytestmark = pytest.mark.deploy


def ignore(_: Progress) -> None:
    return


def indexes(cloud: Cloud, outputs: dict[str, str]) -> list[str]:
    found = cloud.client("dynamodb").describe_table(TableName=outputs["Table"])["Table"].get("GlobalSecondaryIndexes", [])
    return sorted(index["IndexName"] for index in found)


def version(cloud: Cloud, outputs: dict[str, str]) -> Any:
    return json.loads(cloud.client("lambda").invoke(FunctionName=outputs["Function"])["Payload"].read())["version"]


@pytest.fixture
def running(cloud: Cloud, stack: str, tmp_path: Path) -> dict[str, str]:
    outputs = deploy(cloud.session, cloud.endpoint_url, package(tmp_path), stack, {"Business": "Shop"}, ignore)
    cloud.client("dynamodb").put_item(TableName=outputs["Table"], Item={"pk": {"S": "T#1"}, "sk": {"S": "HEAD"}})
    return outputs


def test_the_local_aws_refuses_two_indexes_at_once(cloud: Cloud, stack: str, tmp_path: Path, running: dict[str, str]) -> None:
    template = upload(cloud, package(tmp_path, "2", Table=table("work", "day")), ignore)
    plan = make_plan(cloud, stack, put_template(cloud, template), [])
    with pytest.raises(DeployError, match="more than one GSI"):
        carry_out(cloud, plan, ignore)


def test_two_new_indexes_come_in_two_steps_that_are_told(
    cloud: Cloud, stack: str, tmp_path: Path, running: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[Progress] = []
    plan = prepare(cloud, package(tmp_path, "2", Table=table("work", "day")), stack, {}, ignore)
    show_plan(plan)
    shown = capsys.readouterr().out
    assert "in 2 steps" in shown
    assert "1. add by_work (Table)" in shown
    assert "~ Table (DynamoDB Table)" in shown
    assert carry_out(cloud, plan, told.append)["Table"] == running["Table"]
    said = [one.text for one in told if not one.resource]
    assert said == ["step 1 of 2: add by_work (Table)", "step 2 of 2: add by_day (Table); the new version"]
    assert indexes(cloud, running) == ["by_day", "by_work"]
    assert version(cloud, running) == "2"
    assert cloud.client("dynamodb").scan(TableName=running["Table"])["Count"] == 1
    assert prepare(cloud, package(tmp_path, "2", Table=table("work", "day")), stack, {}, ignore).change_set == ""


def test_indexes_are_exchanged_and_the_rest_goes_on_where_a_step_failed(
    cloud: Cloud, stack: str, tmp_path: Path, running: dict[str, str]
) -> None:
    def bring(number: str, *names: str, **more: Any) -> None:
        made = package(tmp_path, number, Table=table(*names), **more)
        deploy(cloud.session, cloud.endpoint_url, made, stack, {}, ignore)

    with pytest.raises(DeployError, match=r"Zfirst(?s:.*)rolled back"):
        bring("2", "work", "day", **BROKEN)
    assert (indexes(cloud, running), version(cloud, running)) == (["by_work"], "1")
    bring("3", "day", "customer")
    assert (indexes(cloud, running), version(cloud, running)) == (["by_customer", "by_day"], "3")
