"""The packaged template and archive, made once for the modules that read them, and ways to look into them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.package import Package, build


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build("dev", "aws", tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build("prod", "aws", tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="session")
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
