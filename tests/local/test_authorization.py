"""What the local AWS takes for the keys of a request, by which policies decide."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.authorization import kind, leading_keys

KEY = {"pk": {"S": "T#w1"}, "sk": {"S": "HEAD"}}
QUERY = {"KeyConditionExpression": "pk = :pk AND begins_with(sk, :x)", "ExpressionAttributeValues": {":pk": {"S": "CONSOLES"}}}


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        ({"Key": KEY}, ["T#w1"]),
        ({"Item": {**KEY, "text": {"S": "x"}}}, ["T#w1"]),
        (QUERY, ["CONSOLES"]),
        ({"RequestItems": {"table": {"Keys": [KEY, {"pk": {"S": "K#c1"}}]}}}, ["T#w1", "K#c1"]),
        ({"RequestItems": {"table": [{"PutRequest": {"Item": KEY}}, {"DeleteRequest": {"Key": KEY}}]}}, ["T#w1", "T#w1"]),
        ({"TransactItems": [{"Put": {"Item": KEY}}, {"Update": {"Key": {"pk": {"S": "AGENTS"}}}}]}, ["T#w1", "AGENTS"]),
        ({"TableName": "t"}, []),
    ],
    ids=["get", "put", "query", "batch get", "batch write", "transaction", "none"],
)
def test_leading_keys(request_: dict[str, Any], keys: list[str]) -> None:
    assert list(leading_keys(request_)) == keys


@pytest.mark.parametrize(
    ("key", "beginning"),
    [
        ("T#w1", "T#w"),
        ("I#sms#+1202", "I#sms#"),
        ("L#code-email#x", "L#"),
        ("K#c1", "K#"),
        ("CONSOLES", "CONSOLES"),
        ("key/visitor", "key/visitor"),
    ],
)
def test_a_note_tells_the_kind_of_a_key_and_not_whose_it_is(key: str, beginning: str) -> None:
    assert kind(key) == beginning
