"""A stack with the shape of the real one, small enough to deploy in a second: a table, a queue and a function."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

CODE = "def handler(event, context):\n    return {'version': %r}\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
}


@dataclass(frozen=True)
class Small:
    """What infra.package.Package is, of a small stack."""

    template: dict[str, Any]
    archives: dict[str, Path]
    digest: str


def package(folder: Path, version: str = "1", **resources: Any) -> Small:
    """The small stack whose function answers `version`; `resources` are added or replaced."""
    archive = folder / f"code-{version}.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("index.py"), CODE % version)
    found = {**_resources(), **resources}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Business": {"Type": "String", "Default": "Acme"}},
        "Resources": {name: made for name, made in found.items() if made},
        "Outputs": {
            "Table": {"Value": {"Ref": "Table"}},
            "Function": {"Value": {"Ref": "Answer"}},
            "Business": {"Value": {"Ref": "Business"}},
        },
    }
    digest = sha256(json.dumps(template, sort_keys=True).encode() + archive.read_bytes()).hexdigest()
    return Small(template, {"code.zip": archive}, digest)


def _resources() -> dict[str, Any]:
    return {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            },
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Answer": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.11",
                "Handler": "index.handler",
                "CodeUri": "./code.zip",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Environment": {"Variables": {"BUSINESS": {"Ref": "Business"}}},
            },
        },
    }
