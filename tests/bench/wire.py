"""AWS without the wire: what botocore would send is answered here, and kept. Everything before it (serialising, signing) and behind it
(parsing) is done as in production; only the network and AWS's own work are cut off.

It knows the expressions that Baton uses, and refuses any other loudly.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse

from chalicelib.aws.dynamodb import encode
from infra import shared_parameters

Item = dict[str, dict[str, Any]]
Values = dict[str, dict[str, Any]]
Key = tuple[str, str]

INDEXES = {"by_work": ("work", "waiting_since"), "by_day": ("day", "opened_at"), "by_customer": ("customer", "opened_at")}
SECRETS = shared_parameters.items({"secrets/root": "the root secret of a benchmark"})

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>+\-(),]|[#:\w.]+)")


class _Refused(Exception):
    pass


class _Body(BytesIO):
    """What botocore expects of a connection."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


class Wire:
    """`folder`: where mails lie as `in/<name>` and go as `out/<n>.eml`, and what is stored stays between two runs, in `state`.
    `knowledge`: the objects of the knowledge bucket, by the last part of their names."""

    def __init__(self, folder: Path, knowledge: dict[str, bytes]) -> None:
        self.knowledge = knowledge
        self.folder, self.state = folder, folder / "state"
        for name in ("in", "out", "state/files"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        kept = self.state / "table.json"
        stored: list[Item] = json.loads(kept.read_text("utf-8")) if kept.exists() else []
        self.threads: dict[str, dict[str, Item]] = {}
        self.indexes: dict[str, dict[str, dict[Key, tuple[int, Item]]]] = {name: {} for name in INDEXES}
        self.changes: list[tuple[Item | None, Item]] = []
        self.calls: dict[str, int] = {}
        self.sent = len(list((folder / "out").iterdir()))
        for item in stored:
            self._write(item)
        self.changes.clear()

    def keep(self) -> None:
        (self.state / "table.json").write_text(json.dumps(list(self.items()), ensure_ascii=False), "utf-8")

    def items(self) -> Iterator[Item]:
        for items in self.threads.values():
            yield from items.values()

    def send(self, request: Any) -> AWSResponse:
        """In the place of botocore's `URLLib3Session.send`."""
        address = urlsplit(request.url)
        target = request.headers.get("X-Amz-Target", "")
        target = target.decode() if isinstance(target, bytes) else target
        service, _, operation = target.partition(".")
        body = request.body if isinstance(request.body, bytes) or request.body is None else request.body.read()
        name = operation or f"{address.netloc.partition('.')[0]} {request.method}"
        self.calls[name] = self.calls.get(name, 0) + 1
        status, content = 200, b"{}"
        try:
            if service == "DynamoDB_20120810":
                answer = _OPERATIONS[operation](self, json.loads(body))
                content = _ENCODER.encode(answer).encode() if answer else content
            elif service == "AmazonSQS":
                content = b'{"MessageId":"1","MD5OfMessageBody":""}'
            elif "email" in address.netloc:
                content = self._mail(json.loads(body))
            else:
                content = self._object(request.method, address.netloc.partition(".")[0], unquote(address.path), body)
        except _Refused as refused:
            status, content = 400, str(refused).encode()
        except FileNotFoundError:
            status, content = 404, b"<Error><Code>NoSuchKey</Code></Error>"
        headers = {"content-type": "application/json", "content-length": str(len(content))}
        return AWSResponse(request.url, status, headers, _Body(content))

    def put(self, request: dict[str, Any]) -> dict[str, Any]:
        item = request["Item"]
        self._check(_key(item), request)
        self._write(item)
        return {}

    def update(self, request: dict[str, Any]) -> dict[str, Any]:
        pk, sk = _key(request["Key"])
        self._check((pk, sk), request)
        item = dict(self.threads.get(pk, {}).get(sk) or request["Key"])
        _changed(request["UpdateExpression"])(
            item, request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        )
        self._write(item)
        return {"Attributes": item} if request.get("ReturnValues") == "ALL_NEW" else {}

    def delete(self, request: dict[str, Any]) -> dict[str, Any]:
        pk, sk = _key(request["Key"])
        self._check((pk, sk), request)
        self._forget(self.threads.get(pk, {}).pop(sk, None))
        return {}

    def get(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["TableName"] == "parameters":
            return {"Item": encode(SECRETS[request["Key"]["pk"]["S"]])}
        pk, sk = _key(request["Key"])
        item = self.threads.get(pk, {}).get(sk)
        return {"Item": item} if item else {}

    def transact(self, request: dict[str, Any]) -> dict[str, Any]:
        todo = [next(iter(entry.items())) for entry in request["TransactItems"]]
        for kind, asked in todo:
            try:
                self._check(_key(asked["Item"] if kind == "Put" else asked["Key"]), asked)
            except _Refused:
                reasons = [{"Code": "ConditionalCheckFailed"}]
                raise _Refused(json.dumps({"__type": "#TransactionCanceledException", "CancellationReasons": reasons})) from None
        for kind, asked in todo:
            if kind != "ConditionCheck":
                {"Put": self.put, "Update": self.update, "Delete": self.delete}[kind](asked)
        return {}

    def query(self, request: dict[str, Any]) -> dict[str, Any]:
        names, values = request.get("ExpressionAttributeNames", {}), request["ExpressionAttributeValues"]
        parts = re.findall(r"(#?\w+) = (:\w+)|begins_with\((\w+), (:\w+)\)", request["KeyConditionExpression"])
        wanted = {names.get(name, name): values[value]["S"] for name, value, _, _ in parts if name}
        begins = next((values[value]["S"] for _, _, name, value in parts if name), "")
        found = self._found(request.get("IndexName", ""), wanted)
        found = [item for item in found if item["sk"]["S"].startswith(begins) and wanted.get("sk", item["sk"]["S"]) == item["sk"]["S"]]
        if not request.get("ScanIndexForward", True):
            found.reverse()
        found = found[: request.get("Limit", len(found))]
        if "ProjectionExpression" in request:
            shown = [names.get(name, name) for name in re.split(r",\s*", request["ProjectionExpression"])]
            found = [{name: item[name] for name in shown if name in item} for item in found]
        return {"Count": len(found), "ScannedCount": len(found)} | ({} if request.get("Select") == "COUNT" else {"Items": found})

    def batch(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"Responses": {t: [self.get({"Key": k})["Item"] for k in asked["Keys"]] for t, asked in request["RequestItems"].items()}}

    def _found(self, index: str, wanted: dict[str, str]) -> list[Item]:
        if not index:
            return [item for _, item in sorted(self.threads.get(wanted["pk"], {}).items())]
        attribute, _ = INDEXES[index]
        return [item for _, item in sorted(self.indexes[index].get(wanted[attribute], {}).values(), key=itemgetter(0))]

    def _check(self, key: Key, request: dict[str, Any]) -> None:
        condition = request.get("ConditionExpression")
        item = self.threads.get(key[0], {}).get(key[1], {})
        if condition and not _condition(condition)(
            item, request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        ):
            raise _Refused(json.dumps({"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": ""}))

    def _write(self, item: Item) -> None:
        pk, sk = _key(item)
        old = self.threads.setdefault(pk, {}).get(sk)
        self._forget(old)
        self.threads[pk][sk] = item
        for name, (attribute, order) in INDEXES.items():
            if attribute in item and order in item:
                self.indexes[name].setdefault(item[attribute]["S"], {})[pk, sk] = int(item[order]["N"]), item
        self.changes.append((old, item))

    def _forget(self, item: Item | None) -> None:
        for name, (attribute, _) in INDEXES.items():
            if item and attribute in item:
                self.indexes[name].get(item[attribute]["S"], {}).pop(_key(item), None)

    def _mail(self, request: dict[str, Any]) -> bytes:
        self.sent += 1
        (self.folder / "out" / f"{self.sent:06d}.eml").write_bytes(b64decode(request["Content"]["Raw"]["Data"]))
        return json.dumps({"MessageId": f"0100-{self.sent:06d}"}).encode()

    def _object(self, method: str, bucket: str, path: str, body: bytes | None) -> bytes:
        if method == "PUT":
            (self.state / "files" / path.rpartition("/")[2]).write_bytes(body or b"")
            return b""
        if bucket == "knowledge":
            return self.knowledge[path.rpartition("/")[2]]
        return (self.folder / "in" / path.rpartition("/")[2].partition("@")[2]).read_bytes()


_OPERATIONS: dict[str, Callable[[Wire, dict[str, Any]], dict[str, Any]]] = {
    "PutItem": Wire.put,
    "GetItem": Wire.get,
    "UpdateItem": Wire.update,
    "DeleteItem": Wire.delete,
    "Query": Wire.query,
    "BatchGetItem": Wire.batch,
    "TransactWriteItems": Wire.transact,
}

_PYTHON = {"=": "==", "<>": "!=", "AND": "and", "OR": "or", "NOT": "not", "IN": "in", ",)": ",)", "(": "(", "<=": "<=", ">=": ">="}

_Test = Callable[[Item, dict[str, str], Values], bool]
_Change = Callable[[Item, dict[str, str], Values], None]


def _key(item: Item) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _plain(value: dict[str, Any] | None) -> Any:
    """Comparable; None for an attribute that is not there."""
    if value is None:
        return None
    kind, content = next(iter(value.items()))
    return int(content) if kind == "N" else content


def _tokens(expression: str) -> list[str]:
    found = _TOKEN.findall(expression)
    assert "".join(found) == "".join(expression.split()), f"not understood: {expression}"
    return list(found)


@cache
def _condition(expression: str) -> _Test:
    """Into a Python expression, once: comparisons, IN, attribute_(not_)exists, AND, OR, NOT."""
    tokens, out, n = _tokens(expression), [], 0
    while n < len(tokens):
        token = tokens[n]
        if token in ("attribute_exists", "attribute_not_exists"):
            out.append(f"(v({tokens[n + 2]!r}) is {'not ' if token == 'attribute_exists' else ''}None)")
            n += 4
            continue
        if token == ")" and _is_list(out):
            token = ",)"
        out.append(_PYTHON.get(token, token) if token in _PYTHON or token in "<>=,)" else f"v({token!r})")
        n += 1
    code = compile(" ".join(out), expression, "eval")

    def test(item: Item, names: dict[str, str], values: Values) -> bool:
        def value(token: str) -> Any:
            return _plain(values[token] if token.startswith(":") else item.get(names.get(token, token)))

        try:
            return bool(eval(code, {"v": value}))
        except TypeError:  # an attribute that is not there is neither less nor more
            return False

    return test


def _is_list(out: list[str]) -> bool:
    """Does the bracket that was opened last follow an IN? One value in brackets is no list to Python."""
    opened = len(out) - 1 - out[::-1].index("(")
    return opened > 0 and out[opened - 1] == "in"


@cache
def _changed(expression: str) -> _Change:
    """SET a = :v, b = if_not_exists(b, :v), c = c + :v REMOVE d ADD e :v"""
    clauses = re.split(r"\b(SET|REMOVE|ADD)\b", expression)[1:]
    steps: list[_Change] = []
    for kind, text in zip(clauses[::2], clauses[1::2], strict=True):
        steps += [_STEPS[kind](_tokens(part)) for part in re.split(r",(?![^(]*\))", text)]

    def change(item: Item, names: dict[str, str], values: Values) -> None:
        before = dict(item)
        for step in steps:
            step(item, names, {**values, "": before})

    return change


def _set(tokens: list[str]) -> _Change:
    def step(item: Item, names: dict[str, str], values: Values) -> None:
        before: Any = values[""]

        def value(token: str) -> Any:
            return values[token] if token.startswith(":") else before.get(names.get(token, token))

        name, right = names.get(tokens[0], tokens[0]), tokens[2:]
        new = value(right[0]) if right[0] != "if_not_exists" else value(right[2]) or value(right[4])
        rest = right[1:] if right[0] != "if_not_exists" else right[6:]
        if rest:
            new = {"N": str(_plain(new) + (1 if rest[0] == "+" else -1) * _plain(value(rest[1])))}
        item[name] = new

    return step


def _remove(tokens: list[str]) -> _Change:
    return lambda item, names, values: item.pop(names.get(tokens[0], tokens[0]), None) and None


def _add(tokens: list[str]) -> _Change:
    def step(item: Item, names: dict[str, str], values: Values) -> None:
        name = names.get(tokens[0], tokens[0])
        item[name] = {"N": str((_plain(item.get(name)) or 0) + _plain(values[tokens[1]]))}

    return step


_STEPS: dict[str, Callable[[list[str]], _Change]] = {"SET": _set, "REMOVE": _remove, "ADD": _add}
