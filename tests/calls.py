"""What each function asks of AWS, as the local AWS noted it, in the template's words: `python -m tests.calls FILE...` writes
tests/fixtures/aws_calls.tsv anew out of files `calls.tsv` of the local AWS (`state/calls.tsv` in the folder of a run)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.package import ROOT
from infra.template.data import BUCKETS
from infra.template.queues import agent_queues

TABLE = ROOT / "tests/fixtures/aws_calls.tsv"
_SUFFIX = re.compile(r"-[0-9A-Fa-f]{10,}(?=$|/)")
_STACK = "baton-local-"
_KEY = re.compile(r"[\w#/+-]+", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Call:
    """`key`: the beginning of a partition key; "" if it does not matter."""

    function: str
    action: str
    resource: str
    key: str = ""


def read(lines: Iterable[str]) -> set[Call]:
    """The notes of a local AWS; what was refused is no part of them."""
    found = set()
    for line in lines:
        function, action, arn, keys, denied = line.rstrip("\n").split("\t")
        if not denied:
            told = [key for key in keys.split() if _KEY.fullmatch(key)]  # hostile strings are tried as keys, too
            found |= {Call(_named(function), action, resource(arn), key) for key in told or [""]}
    return found


def kept() -> set[Call]:
    """The table of the repository."""
    return {Call(*line.split("\t")) for line in TABLE.read_text("utf-8").splitlines()}


def write(calls: Iterable[Call]) -> None:
    rows = (f"{call.function}\t{call.action}\t{call.resource}\t{call.key}" for call in sorted(set(calls)))
    TABLE.write_text("".join(f"{row}\n" for row in rows), "utf-8")


def resource(arn: str) -> str:
    """As policies name it: the logical name, and what stands behind it."""
    name = arn.split(":", 5)[-1].removeprefix("table/").removeprefix("function:")
    if arn.startswith("arn:aws:execute-api"):
        return "WebsocketAPI/" + re.sub(r"(@connections)/.*", r"\1/*", name.partition("/")[2])
    if arn.startswith("arn:aws:ses"):
        return "identity/*"
    name = _named(name)
    if arn.startswith("arn:aws:s3"):
        bucket, _, key = name.partition("/")
        name = "/".join(filter(None, (_BUCKETS[bucket], key if key.count("/") == 0 else key.partition("/")[0] + "/*")))
    return _QUEUES.get(name, name)


def _named(name: str) -> str:
    return _SUFFIX.sub("", name.removeprefix(_STACK))


_BUCKETS = {name.lower(): name for name in BUCKETS}
_QUEUES = {queue.replace(".", "-"): "agent queues" for queue in agent_queues(ROOT)} | {"dead-letters": "DeadLetters"}


if __name__ == "__main__":
    write(call for file in sys.argv[1:] for call in read(Path(file).read_text("utf-8").splitlines()))
