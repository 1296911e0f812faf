"""What CloudFormation, IAM, Lambda and DynamoDB take at most, held against the packaged template, with room to grow.

docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html, .../IAM/latest/UserGuide/reference_iam-quotas.html,
.../lambda/latest/dg/gettingstarted-limits.html, .../amazondynamodb/latest/developerguide/ServiceQuotas.html
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from infra.package import Package
from infra.template.layer import ARCHIVE as LAYER_ARCHIVE
from tests.bench.idle_rounds import resolved
from tests.unit.packaged import of_type, role_of

Json = dict[str, Any]

# The longest that names get: a stage of 16 characters, as CloudFormation then names what it makes; the region with the longest name.
LONGEST: Json = {
    "AWS::StackName": "baton-a-longest-stage1",
    "AWS::Region": "ap-southeast-1",
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws-us-gov",
    "AWS::URLSuffix": "amazonaws.com",
}
NAME = 64  # characters of a name that CloudFormation makes up
OPERATORS = 200  # characters that an operator gives for a parameter


@pytest.fixture(scope="module")
def whole(prod: Package) -> Json:
    """As CloudFormation gets it after SAM's transform."""
    made = json.loads(json.dumps(prod.template).replace('"./', '"s3://baton-deploy-123456789012-ap-southeast-1/packages/'))
    transformed: Json = transform(made, {}, type("Policies", (), {"load": staticmethod(dict)})())
    return transformed


@pytest.fixture(scope="module")
def names(prod: Package) -> dict[str, str]:
    """What each name of the template stands for at most."""
    found = dict(LONGEST)
    for name, parameter in prod.template["Parameters"].items():
        allowed = parameter.get("AllowedValues")
        found[name] = max(map(str, allowed), key=len) if allowed else "x" * OPERATORS
    for name, made in prod.template["Resources"].items():
        address = "https://sqs.ap-southeast-1.amazonaws.com/123456789012/" if made["Type"] == "AWS::SQS::Queue" else ""
        found[name] = address + "x" * NAME
    return found


def test_the_template_is_within_cloudformations_limits(prod: Package, whole: Json) -> None:
    assert len(json.dumps(prod.template)) <= 1_000_000 / 2
    assert len(json.dumps(whole)) <= 1_000_000
    assert len(whole["Resources"]) <= 500 * 0.8
    assert len(whole["Parameters"]) <= 200 / 2
    assert len(whole["Outputs"]) <= 200 / 2
    assert len(whole.get("Mappings", {})) <= 200
    for name, parameter in whole["Parameters"].items():
        assert len(parameter.get("Description", "")) <= 4000, name


def test_each_roles_policies_are_within_iams_limit(prod: Package) -> None:
    """10,240 characters a role, white space apart, all inline policies together, whoever attaches them."""
    resources = prod.template["Resources"]
    sizes: dict[str, int] = {}
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        sizes[name] = sum(_characters(policy["PolicyDocument"]) for policy in role.get("Policies", []))
    for policy in of_type(resources, "AWS::IAM::Policy").values():
        for role in policy["Roles"]:
            sizes[role["Ref"]] += _characters(policy["PolicyDocument"])
    assert sizes
    assert {name: size for name, size in sizes.items() if size > 10_240} == {}


def _characters(document: Json) -> int:
    """With every intrinsic as long as an ARN gets."""
    if isinstance(document, list):
        return 2 + sum(_characters(one) + 1 for one in document)
    if isinstance(document, dict):
        if any(key == "Ref" or key.startswith("Fn::") for key in document):
            return 150
        return 2 + sum(len(key) + 4 + _characters(value) for key, value in document.items())
    return len(json.dumps(document))


def test_no_environment_is_larger_than_lambda_takes(prod: Package, names: dict[str, str]) -> None:
    """4 KB, names and values together."""
    sizes = {}
    for name, function in of_type(prod.template["Resources"], "AWS::Serverless::Function").items():
        given = function["Environment"]["Variables"]
        sizes[name] = sum(len(key) + len(resolved(value, names).encode()) for key, value in given.items())
    assert max(sizes.values()) > 1000, "names were really filled in"
    assert {name: size for name, size in sizes.items() if size > 4096} == {}


def test_functions_and_layers_fit(prod: Package) -> None:
    for name, function in of_type(prod.template["Resources"], "AWS::Serverless::Function").items():
        assert len(function.get("Layers", [])) <= 5, name
        assert 128 <= function["MemorySize"] <= 3008, f"{name}: new accounts have no more than 3,008 MB"
        assert function["Timeout"] <= 900
    assert all(path.stat().st_size < 250_000_000 for path in prod.archives.values())
    assert LAYER_ARCHIVE in prod.archives


def test_tables_with_indexes_are_made_one_after_the_other(prod: Package) -> None:
    """Two that are made at once may fail: a table with indexes waits for the one before, by DependsOn."""
    tables = {name: made for name, made in prod.template["Resources"].items() if made["Type"] == "AWS::DynamoDB::Table"}
    indexed = [name for name, made in tables.items() if made["Properties"].get("GlobalSecondaryIndexes")]
    waiting = [name for name in indexed if set(tables[name].get("DependsOn", [])) & set(indexed)]
    assert len(indexed) - len(waiting) <= 1
    assert all(len(tables[name]["Properties"]["GlobalSecondaryIndexes"]) <= 20 for name in indexed)


def test_what_outlives_its_stack_has_no_fixed_name(prod: Package) -> None:
    """What a failed first deployment leaves, or `destroy`, must not stand in the way of the next: it would "already exist"."""
    named = ("TableName", "BucketName", "DomainName")
    kept = {name: made for name, made in prod.template["Resources"].items() if made.get("DeletionPolicy") == "Retain"}
    assert {"Table", "MailBucket", "UserPool"} <= kept.keys()
    assert {name for name, made in kept.items() if set(named) & made["Properties"].keys()} == set()


def test_nothing_that_goes_with_its_stack_comes_back(prod: Package) -> None:
    """A function that could make its own log group would do so once more while the stack goes, and the next one would find it there."""
    for name, role in of_type(prod.template["Resources"], "AWS::IAM::Role").items():
        assert "logs:CreateLogGroup" not in json.dumps(role), name


def test_every_role_is_made_before_its_function_and_the_mail_events_wait_for_leave(whole: Json) -> None:
    """What is tried out at once by AWS needs its permission first; a new role works some seconds later, which CloudFormation waits for."""
    functions = {name: made for name, made in whole["Resources"].items() if made["Type"] == "AWS::Lambda::Function"}
    assert len(functions) > 15
    for name, made in functions.items():
        assert made["Properties"]["Role"] == {"Fn::GetAtt": [role_of(whole["Resources"], name), "Arn"]}
    assert whole["Resources"]["MailEventsDestination"]["DependsOn"] == ["MailEventsTopicPolicy"]
