"""The few words of CloudFormation that the template's modules share."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def ref(name: str) -> Json:
    return {"Ref": name}


def att(name: str, attribute: str = "Arn") -> Json:
    return {"Fn::GetAtt": [name, attribute]}


def sub(text: str) -> Json:
    return {"Fn::Sub": text}


def resource(kind: str, properties: Json, **more: Any) -> Json:
    """One resource; `more` are its neighbours of Properties: DependsOn, Condition, DeletionPolicy ..."""
    return {"Type": kind, "Properties": properties, **more}


def kept(stage: str) -> Json:
    """What happens to data when the stack goes: production keeps it, every other stage is thrown away whole."""
    policy = "Retain" if stage == "prod" else "Delete"
    return {"DeletionPolicy": policy, "UpdateReplacePolicy": policy}


def arn(service: str, rest: str) -> Json:
    """An ARN in this account and region, in any partition."""
    return sub(f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}")
