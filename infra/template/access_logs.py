"""Who called the two APIs, and how that ended: a line for each call, in groups that forget.

Nothing personal and nothing secret: no address (whose it is), no path as it was asked for (links to files hold a token) and no query (the
WebSocket's holds a ticket), but the route. API Gateway writes by a role of the whole account, which `deploy` makes (infra/api_logs.py).

docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from __future__ import annotations

import json

from infra.template.cfn import Json, arn, ref, resource, sub

_EVERY = {"request": "requestId", "at": "requestTimeEpoch", "status": "status", "error": "error.responseType"}
FORMATS = {
    "RestAccessLogs": {
        **_EVERY,
        "method": "httpMethod",
        "route": "resourcePath",
        "length": "responseLength",
        "ms": "responseLatency",
        "function_ms": "integrationLatency",
        "refused_by": "authorizer.error",
    },
    "SocketAccessLogs": {**_EVERY, "route": "routeKey", "event": "eventType", "function_ms": "integrationLatency"},
}


def resources() -> Json:
    """The groups, by the same number of days as those of the functions."""
    return {
        name: resource(
            "AWS::Logs::LogGroup",
            {"LogGroupName": sub(f"/aws/apigateway/${{AWS::StackName}}-{name}"), "RetentionInDays": ref("LogRetentionDays")},
        )
        for name in FORMATS
    }


def setting(name: str) -> Json:
    """What a stage is told. Fn::GetAtt would give the group's ARN with ":*" at its end, which is another one."""
    line = json.dumps({part: f"$context.{variable}" for part, variable in FORMATS[name].items()})
    return {"DestinationArn": arn("logs", f"log-group:${{{name}}}"), "Format": line}
