"""A stack with the shape of the real one, small enough to deploy in a second: a table, queues and two functions."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from infra.package import Package

# `BotAnswer` writes each event into a file, fails while that file's neighbour `.fail` lies there, and fails for the part
# of its records that `.part` names.
CODE = """
import json, os
VERSION = %r
def answer(event, context):
    return {"version": VERSION, "business": os.environ["BUSINESS"]}
def record(event, context):
    seen = os.environ["SEEN"]
    if os.path.exists(seen + ".fail"):
        raise ValueError("still broken")
    with open(seen, "a") as file:
        file.write(json.dumps(event) + "\\n")
    if os.path.exists(seen + ".part"):
        return {"batchItemFailures": [{"itemIdentifier": "1"}]}
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
}
ANSWERS_ONLY = {"Filters": [{"Pattern": json.dumps({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"type": {"S": ["incoming"]}}}})}]}
# What a deployment fails at: conftest.py has made a parameter of this name outside any stack.
TAKEN = "/taken"
BROKEN = {"Zfirst": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": TAKEN, "Type": "String", "Value": "ours"}}}


def package(folder: Path, version: str = "1", seen: Path | None = None, **resources: Any) -> Package:
    """The small stack whose function `Answer` answers `version`; `resources` are added, replaced or (None) left out."""
    archive = folder / f"code-{version}.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("index.py"), CODE % version)
    found = {**_resources(str(seen)), **resources}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Business": {"Type": "String", "Default": "Acme"}, "MailDomain": {"Type": "String", "Default": ""}},
        "Resources": {name: made for name, made in found.items() if made},
        "Outputs": {
            "Table": {"Value": {"Ref": "Table"}},
            "Function": {"Value": {"Ref": "Answer"}},
            "SiteUrl": {"Value": "http://127.0.0.1:1/"},
        },
    }
    digest = sha256(json.dumps(template, sort_keys=True).encode() + archive.read_bytes()).hexdigest()
    return Package(template, {"code.zip": archive}, digest)


def table(*indexes: str, partition: str = "pk") -> dict[str, Any]:
    """The table that holds data, with secondary indexes by these attributes."""
    properties: dict[str, Any] = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in (partition, "sk", *indexes)],
        "KeySchema": [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    if indexes:
        properties["GlobalSecondaryIndexes"] = [
            {"IndexName": f"by_{name}", "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
            for name in indexes
        ]
    return {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain", "Properties": properties}


def _resources(seen: str) -> dict[str, Any]:
    dead = {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": 1}
    return {
        "Table": table(),
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
        "FailedRecords": {"Type": "AWS::SQS::Queue"},
        "DeadLetters": {"Type": "AWS::SQS::Queue"},
        "BillingUrgentQueue": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": dead}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Answer": _function("answer", BUSINESS={"Ref": "Business"}),
        "BotAnswer": _function("record", SEEN=seen),
        "BotAnswerStream": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "BotAnswer"},
                "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
                "StartingPosition": "LATEST",
                "Enabled": False,
                "FilterCriteria": ANSWERS_ONLY,
            },
        },
    }


def _function(handler: str, **environment: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.11",
            "Handler": f"index.{handler}",
            "CodeUri": "./code.zip",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Environment": {"Variables": environment},
        },
    }
