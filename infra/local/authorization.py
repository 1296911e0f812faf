"""The policies of the functions' roles hold on the local AWS, too, and it notes what each function asks for.

MiniStack checks signatures and policies if it is told to (AUTH=true), but knows neither DynamoDB's leading keys nor the policies of its
tables. What was asked for stands in the file that CALLS names, a line for each kind of call: function, action, resource, and the beginning
of the keys; `tests/unit/test_calls.py` compares that with the policies.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from contextvars import ContextVar
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import AuthError, EvalResult
from ministack.services import dynamodb

_HASH = re.compile(r"\s*\(?\s*(#?\w+)\s*=\s*(:\w+)")
_SESSION = re.compile(r"arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.*")
_noted: set[str] = set()
_sender: ContextVar[str] = ContextVar("sender", default="")


def enforce_policies() -> None:
    """From now on, whoever asks for what the policy does not allow is refused, as on AWS."""
    context, enforce, condition = iam_actions.dynamodb_service_context, iam_evaluator.enforce, iam_evaluator._resolve_condition_key
    resource = iam_actions._ses_v2_resource_arn

    def with_keys(body: bytes) -> dict[str, Any]:
        keys = sorted(set(leading_keys(json.loads(body or b"{}"))))
        return {**context(body), **({"dynamodb:LeadingKeys": keys} if keys else {})}

    def identity(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        """Whose mail it is: MiniStack asks for no more than the leave to send any."""
        if path != "/v2/email/outbound-emails":
            return str(resource(method, path, body, region, account_id))
        _sender.set(_from(json.loads(body)))
        return f"arn:aws:ses:{region}:{account_id}:identity/{_sender.get()}"

    def noted(access_key_id: str, iam_action: str, service: str, *where: Any, **more: Any) -> EvalResult | AuthError | None:
        if service == "sqs":
            iam_action = iam_action.removesuffix("Batch")  # a batch needs the leave for its parts, and there is no other
        if iam_action == "ses:SendEmail":
            more["service_context"] = {"ses:FromAddress": _sender.get()}
        denied = enforce(access_key_id, iam_action, service, *where, **more)
        _note(access_key_id, iam_action, more.get("resource_arn", "*"), more.get("service_context") or {}, denied is not None)
        return denied

    def as_on_aws(key: str, request: Any) -> Any:
        """On loopback there is no TLS, which our buckets ask for; and a role's session goes by the name of its role."""
        if key.lower() == "aws:securetransport":
            return "true"
        found = condition(key, request)
        return _SESSION.sub(r"arn:\1:iam::\2:role/\3", found) if key.lower() == "aws:principalarn" else found

    iam_evaluator._resolve_condition_key = as_on_aws
    iam_actions.dynamodb_service_context, iam_evaluator.enforce = with_keys, noted
    iam_actions._ses_v2_resource_arn = identity
    iam_evaluator._RESOURCE_POLICY_LOOKUPS["dynamodb"] = ("dynamodb", "policy_of_table")
    dynamodb.policy_of_table = _policy_of_table


def leading_keys(request: dict[str, Any]) -> Iterator[str]:
    """The values of the partition keys that a request of DynamoDB names."""
    for at in ("Key", "Item"):
        if "pk" in request.get(at, {}):
            yield request[at]["pk"]["S"]
    if found := _HASH.match(request.get("KeyConditionExpression", "")):
        yield next(iter(request["ExpressionAttributeValues"][found[2]].values()))
    for part in request.get("TransactItems", []):
        for asked in part.values():
            yield from leading_keys(asked)
    for asked in request.get("RequestItems", {}).values():
        for part in asked["Keys"] if isinstance(asked, dict) else [next(iter(write.values())) for write in asked]:
            yield from leading_keys({"Key": part} if "pk" in part else part)


def _from(request: dict[str, Any]) -> str:
    """The address in the header of a raw mail."""
    raw = b64decode(request.get("Content", {}).get("Raw", {}).get("Data", ""))
    return str(parseaddr(str(BytesHeaderParser().parsebytes(raw).get("From", "")))[1])


def kind(key: str) -> str:
    """The beginning of a key, up to what tells one item from others of its kind."""
    if key.startswith("T#"):
        return key[:3]
    return key if key.startswith("key/") or "#" not in key else "#".join(key.split("#")[: 2 if key[0] == "I" else 1]) + "#"


def _note(access_key_id: str, action: str, resource: str, context: dict[str, Any], denied: bool) -> None:
    from ministack.services import sts

    session = sts._sessions.get(access_key_id) or {}
    if "CALLS" not in os.environ or ":assumed-role/" not in session.get("Arn", ""):
        return
    found = [] if "/index/" in resource else context.get("dynamodb:LeadingKeys", [])
    keys = " ".join(sorted({kind(key) for key in found}))
    line = "\t".join((session["Arn"].rpartition("/")[2], action, resource, keys, "denied" if denied else ""))
    if line not in _noted:
        _noted.add(line)
        with open(os.environ["CALLS"], "a", encoding="utf-8") as file:  # noqa: PTH123 - a line at a time
            file.write(line + "\n")


def _policy_of_table(arn: str) -> tuple[str, str] | None:
    """As MiniStack asks other services: the resource's own policy, and whose it is."""
    found = dynamodb._resource_policies.get(arn)
    return (found["Policy"], arn.split(":")[4]) if found else None
