"""The local AWS answers a page of an index as MiniStack does, whatever was written, deleted or asked for before; only faster."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from ministack.services import dynamodb

from infra.local import index_order

KEYS = {"pk": "S", "sk": "S", "work": "S", "since": "N"}


def ask(operation: str, table: str, **asked: Any) -> dict[str, Any]:
    target = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
    body = json.dumps({"TableName": table, **asked}).encode()
    status, _, answer = asyncio.run(dynamodb.handle_request("POST", "/", target, body, {}))
    assert status == 200, answer
    return dict(json.loads(answer))


def made(table: str) -> None:
    def schema(*names: str) -> list[dict[str, str]]:
        return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=True)]

    attributes = [{"AttributeName": name, "AttributeType": kind} for name, kind in KEYS.items()]
    index = {"IndexName": "by_work", "KeySchema": schema("work", "since"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
    ask(
        "CreateTable",
        table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=attributes,
        KeySchema=schema("pk", "sk"),
        GlobalSecondaryIndexes=[index],
    )


def story(table: str) -> list[Any]:
    """What pages show while items come, change and go; the same choices each time."""
    made(table)
    chance, shown, start = random.Random(7), [], None
    for _ in range(400):
        key = {"pk": {"S": f"p{chance.randrange(60)}"}, "sk": {"S": "HEAD"}}
        placed = {"work": {"S": chance.choice("aab")}, "since": {"N": str(chance.randrange(40))}}
        if chance.random() < 0.6:
            ask("PutItem", table, Item=key | placed)
        else:
            ask("DeleteItem", table, Key=key)
        forward, before = chance.random() < 0.6, chance.random() < 0.3
        query = {
            "IndexName": "by_work",
            "KeyConditionExpression": "#w = :w" + (" AND since < :before" if before else ""),
            "ExpressionAttributeNames": {"#w": "work"},
            "ExpressionAttributeValues": {":w": {"S": "a"}} | ({":before": {"N": "100"}} if before else {}),
            "Limit": chance.randrange(1, 9),
            "ScanIndexForward": forward,
        }
        page = ask("Query", table, **query | ({"ExclusiveStartKey": start} if start else {}))
        shown.append((page["Items"], page.get("LastEvaluatedKey")))
        start = page.get("LastEvaluatedKey")
    return shown


def test_a_page_is_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = story("plain")
    for name in ("_query", "_index_members", "_index_item"):
        monkeypatch.setattr(dynamodb, name, getattr(dynamodb, name))
    index_order.keep_order()
    assert story("ordered") == plain
    assert sum(len(items) for items, _ in plain) > 500
