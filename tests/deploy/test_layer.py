"""The second archive, a layer: each content is a version, and what nobody uses any more is deleted."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.cloud import Cloud
from infra.deploy import delete, deploy
from infra.errors import DeployError
from infra.package import Package
from infra.template import layer
from tests.deploy.small import BROKEN, package

pytestmark = pytest.mark.deploy

Bring = Callable[..., dict[str, str]]


def with_layer(folder: Path, version: str, layered: str, **resources: Any) -> Package:
    """The small stack; its function's business stands in a layer, in a module of that name."""
    made = package(folder, version, **resources)
    archive = folder / layer.ARCHIVE
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("python/layered.py"), f"NAME = {layered!r}")
    code = folder / "layered-code.zip"
    with zipfile.ZipFile(code, "w") as file:
        file.writestr(
            zipfile.ZipInfo("index.py"), "import layered\ndef answer(event, context):\n    return layered.NAME\nrecord = answer\n"
        )
    made.template["Resources"] |= layer.resources("x86_64")
    made.template["Resources"]["Answer"]["Properties"]["Layers"] = [{"Ref": layer.LAYER}]
    return replace(made, archives={"code.zip": code, layer.ARCHIVE: archive}, digest=f"{version}{layered}")


@pytest.fixture
def bring(cloud: Cloud, stack: str, tmp_path: Path) -> Bring:
    def deployed(version: str, layered: str, **resources: Any) -> dict[str, str]:
        made = with_layer(tmp_path, version, layered, **resources)
        return deploy(cloud.session, cloud.endpoint_url, made, stack, {}, lambda _: None)

    return deployed


def answer(cloud: Cloud, outputs: dict[str, str]) -> Any:
    return json.loads(cloud.client("lambda").invoke(FunctionName=outputs["Function"])["Payload"].read())


def versions(cloud: Cloud, stack: str) -> list[int]:
    found = cloud.client("lambda").list_layer_versions(LayerName=f"{stack}-encoder")["LayerVersions"]
    return [version["Version"] for version in found]


def test_another_layer_is_another_version_and_the_old_one_goes(cloud: Cloud, stack: str, bring: Bring) -> None:
    assert answer(cloud, bring("1", "first")) == "first"
    assert versions(cloud, stack) == [1]
    assert answer(cloud, bring("1", "second")) == "second"
    assert versions(cloud, stack) == [2]


def test_the_same_layer_stays_the_version_that_it_is(cloud: Cloud, stack: str, bring: Bring) -> None:
    bring("1", "same")
    bring("2", "same")
    assert versions(cloud, stack) == [1]


def test_a_failing_upgrade_leaves_the_function_its_layer(cloud: Cloud, stack: str, bring: Bring) -> None:
    outputs = bring("1", "first")
    with pytest.raises(DeployError, match="rolled back"):
        bring("2", "second", **BROKEN)
    assert answer(cloud, outputs) == "first"
    assert versions(cloud, stack) == [1]


def test_a_stack_that_goes_takes_its_layer_along(cloud: Cloud, stack: str, bring: Bring) -> None:
    bring("1", "first")
    delete(cloud, stack, lambda _: None)
    assert versions(cloud, stack) == []
