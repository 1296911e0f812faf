"""Which AWS services and operations the functions call, and botocore's descriptions cut to them.

Making a client reads the description of its whole service: 57 operations of DynamoDB, of which Baton calls eight. Every cold
start would pay for the others.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra.errors import DeployError

SERVICES: dict[str, frozenset[str]] = {
    service: frozenset(operations.split())
    for service, operations in {
        "apigatewaymanagementapi": "DeleteConnection PostToConnection",
        "bedrock-runtime": "Converse",
        "cognito-idp": "InitiateAuth RespondToAuthChallenge RevokeToken",
        "dynamodb": "BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query TransactWriteItems UpdateItem",
        "lambda": "Invoke",
        "pinpoint-sms-voice-v2": "SendMediaMessage SendTextMessage",
        "s3": "AbortMultipartUpload CompleteMultipartUpload CreateMultipartUpload DeleteObjects GetObject HeadObject ListObjectVersions "
        "ListObjectsV2 PutObject UploadPart "
        "HeadBucket",  # botocore itself asks this where a bucket moved to
        "sesv2": "SendEmail",
        "sqs": "ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage GetQueueAttributes ReceiveMessage "
        "SendMessage",
        "stepfunctions": "StartExecution",
    }.items()
}


def cut(data: Path) -> None:
    """Leaves in botocore's data folder what SERVICES names. Raises DeployError for a name that botocore does not know."""
    for path in data.iterdir():
        if path.is_dir() and path.name not in SERVICES:
            shutil.rmtree(path)
    for examples in data.rglob("examples-*"):
        examples.unlink()
    prefixes = {_cut_service(_newest(data / service), operations) for service, operations in SERVICES.items()}
    _cut_endpoints(data / "endpoints.json", prefixes)


def _newest(service: Path) -> Path:
    """botocore loads a service's newest version only; the older ones go."""
    if not service.is_dir():
        raise DeployError(f"botocore knows no service {service.name}", "correct SERVICES in infra/services.py")
    *older, newest = sorted(service.iterdir())
    for version in older:
        shutil.rmtree(version)
    return newest


def _cut_service(version: Path, wanted: Iterable[str]) -> str:
    """Keeps the wanted operations, with the shapes that they use and without documentation; returns the prefix of the endpoint."""
    file = version / "service-2.json.gz"
    model: dict[str, Any] = json.loads(gzip.decompress(file.read_bytes()))
    missing = sorted(set(wanted) - model["operations"].keys())
    if missing:
        raise DeployError(f"{version.parent.name} has no operation {', '.join(missing)}", "correct SERVICES in infra/services.py")
    model["operations"] = {name: found for name, found in model["operations"].items() if name in wanted}
    used = _closure(model["operations"], model["shapes"])
    model["shapes"] = {name: shape for name, shape in model["shapes"].items() if name in used}
    model |= {part: _without_documentation(model[part]) for part in ("operations", "shapes")}
    file.write_bytes(gzip.compress(json.dumps(model, separators=(",", ":")).encode(), mtime=0))
    return str(model["metadata"]["endpointPrefix"])


def _closure(operations: dict[str, Any], shapes: dict[str, Any]) -> set[str]:
    """All shapes that the operations, their errors and their members lead to."""
    reached: set[str] = set()
    ahead = set(_references(operations))
    while ahead:
        reached |= ahead
        ahead = {name for known in ahead for name in _references(shapes[known])} - reached
    return reached


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("shape"), str):
            yield part["shape"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _without_documentation(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _without_documentation(v) for name, v in part.items() if not (name == "documentation" and isinstance(v, str))}
    return [_without_documentation(value) for value in part] if isinstance(part, list) else part


def _cut_endpoints(file: Path, prefixes: set[str]) -> None:
    endpoints: dict[str, Any] = json.loads(file.read_text())
    for partition in endpoints["partitions"]:
        partition["services"] = {name: found for name, found in partition["services"].items() if name in prefixes}
    file.write_text(json.dumps(endpoints, separators=(",", ":")))
