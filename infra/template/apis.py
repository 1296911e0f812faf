"""The two APIs that Chalice makes: limits, errors in our own shape, who is let in, and which function serves which path."""

from __future__ import annotations

import json
from typing import Any

from infra.template import access_logs
from infra.template.cfn import Json, att, ref, sub
from infra.template.functions import FUNCTIONS

# Far above the expected peak of 1,000 messages a second; below what an account allows for all its APIs.
LIMIT = {"ThrottlingRateLimit": 3000, "ThrottlingBurstLimit": 2000}

# What API Gateway refuses by itself -> (status, code, words).
REFUSALS: dict[str, tuple[int, str, str]] = {
    "UNAUTHORIZED": (401, "not_authenticated", "sign in again"),
    "ACCESS_DENIED": (403, "forbidden", "not allowed"),
    "MISSING_AUTHENTICATION_TOKEN": (404, "not_found", "no such address"),
    "RESOURCE_NOT_FOUND": (404, "not_found", "no such address"),
    "REQUEST_TOO_LARGE": (413, "too_large", "too large"),
    "THROTTLED": (429, "too_many", "too many requests: wait a moment"),
    "INTEGRATION_FAILURE": (503, "unavailable", "try again"),
    "INTEGRATION_TIMEOUT": (503, "unavailable", "try again"),
}


def rest() -> Json:
    """To merge over Chalice's RestAPI."""
    return {
        "Properties": {
            "EndpointConfiguration": "REGIONAL",
            "MethodSettings": [{"ResourcePath": "/*", "HttpMethod": "*", "LoggingLevel": "OFF", "DataTraceEnabled": False, **LIMIT}],
            "AccessLogSetting": access_logs.setting("RestAccessLogs"),
            "MinimumCompressionSize": 1024,
            "GatewayResponses": {kind: _refusal(*refusal) for kind, refusal in REFUSALS.items()},
            "DefinitionBody": {"info": {"title": ref("AWS::StackName")}},
        }
    }


def socket() -> Json:
    """To merge over Chalice's WebSocket stage. It deploys itself: Chalice's own deployment would not follow changes."""
    return {
        "Properties": {
            "AutoDeploy": True,
            "DefaultRouteSettings": {"LoggingLevel": "OFF", "DataTraceEnabled": False, **LIMIT},
            "AccessLogSettings": access_logs.setting("SocketAccessLogs"),
        }
    }


def adjust(template: Json) -> None:
    """What a merge cannot do: take nodes away, and change them wherever app.py put them."""
    _drop_socket_deployment(template["Resources"])
    body = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]
    _admit_our_agents(body)
    for name, function in FUNCTIONS.items():
        for path in function.paths:
            _serve(body, path, name)


def _drop_socket_deployment(resources: Json) -> None:
    gone = {name for name, made in resources.items() if made["Type"] == "AWS::ApiGatewayV2::Deployment"}
    for name in gone:
        del resources[name]
    for made in resources.values():
        if made["Type"] == "AWS::ApiGatewayV2::Stage":
            made["Properties"].pop("DeploymentId", None)
        depends = made.get("DependsOn", [])
        if isinstance(depends, list) and gone & set(depends):
            made["DependsOn"] = [name for name in depends if name not in gone]


def _admit_our_agents(body: Json) -> None:
    for definition in body.get("securityDefinitions", {}).values():
        authorizer = definition.get("x-amazon-apigateway-authorizer", {})
        if authorizer.get("type") == "cognito_user_pools":
            authorizer["providerARNs"] = [att("UserPool")]


def _serve(body: Json, path: str, function: str) -> None:
    """Raises KeyError if app.py has no such route."""
    uri = f"arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{function}.Arn}}/invocations"
    for operation in body["paths"][path].values():
        integration: Any = operation["x-amazon-apigateway-integration"]
        if integration["type"] == "aws_proxy":
            integration["uri"] = sub(uri)


def _refusal(status: int, code: str, words: str) -> Json:
    body = json.dumps({"error": {"code": code, "message": words}})
    return {"StatusCode": str(status), "ResponseTemplates": {"application/json": body}}
