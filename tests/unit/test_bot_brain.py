"""The brain in process memory: read once, renewed when the pointer moves, never a reason for silence."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from chalicelib.bot.answers.answer import Answer, Context, Escalation, answer
from chalicelib.bot.messages import brain
from chalicelib.bot.rules import override
from chalicelib.errors import Unavailable
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.index import bucket, index
from tests.unit.conftest import KNOWLEDGE
from tests.unit.lantern import OPEN


def publish(s3: Any, text: str) -> str:
    version, files = index.build([Article("returns", "en", "How do I return a product?", text, text, ("Return an item", "Send it back"))])
    for name, content in files.items():
        s3.put_object(Bucket=KNOWLEDGE, Key=index.key(version, name), Body=content)
    s3.put_object(Bucket=KNOWLEDGE, Key=index.POINTER, Body=index.pointer(version))
    return version


def ask() -> Answer | Escalation:
    return answer("How do I return a product?", Context("webchat", OPEN), brain.load())


def test_a_published_index_answers_and_a_new_one_within_a_minute(s3: Any, clock: list[float]) -> None:
    publish(s3, "old")
    assert ask().text == "old"
    publish(s3, "new")
    assert ask().text == "old"
    clock[0] += brain.KEEP_SECONDS
    assert ask().text == "new"


def test_within_a_minute_and_for_the_same_version_nothing_is_read_again(
    s3: Any, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(s3, "text")
    first = brain.load().index
    read: list[str] = []
    fetch = bucket.load
    monkeypatch.setattr(bucket, "load", lambda name: (read.append(name), fetch(name))[1])
    assert brain.load().index is first
    assert read == []
    clock[0] += brain.KEEP_SECONDS
    assert brain.load().index is first
    assert read == [index.POINTER, override.KEY]


def broken(s3: Any, kind: str) -> None:
    version = publish(s3, "text")
    match kind:
        case "nothing published":
            s3.delete_object(Bucket=KNOWLEDGE, Key=index.POINTER)
        case "no bucket":
            for name in (index.POINTER, *(index.key(version, file) for file in index.FILES)):
                s3.delete_object(Bucket=KNOWLEDGE, Key=name)
            s3.delete_bucket(Bucket=KNOWLEDGE)
        case "version gone":
            s3.delete_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARTICLES))
        case "pointer is no JSON":
            s3.put_object(Bucket=KNOWLEDGE, Key=index.POINTER, Body=b"<xml/>")
        case "pointer leads elsewhere":
            s3.put_object(Bucket=KNOWLEDGE, Key=index.POINTER, Body=b'{"version": "../secrets"}')
        case "not packed":
            s3.put_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARTICLES), Body=b"plain")
        case "cut off":
            whole = s3.get_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARTICLES))["Body"].read()
            s3.put_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARTICLES), Body=whole[: len(whole) // 2])
        case "another format":
            s3.put_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARTICLES), Body=gzip.compress(json.dumps({"format": 99}).encode()))
        case "arrays gone":
            s3.delete_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARRAYS))
        case "arrays cut off":
            whole = s3.get_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARRAYS))["Body"].read()
            s3.put_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARRAYS), Body=whole[: len(whole) // 2])
        case "no index":
            s3.put_object(Bucket=KNOWLEDGE, Key=index.key(version, index.ARTICLES), Body=gzip.compress(b"[]"))


@pytest.mark.parametrize(
    "kind",
    [
        "nothing published", "no bucket", "version gone", "pointer is no JSON", "pointer leads elsewhere",
        "not packed", "cut off", "another format", "arrays gone", "arrays cut off", "no index",
    ],
)  # fmt: skip
def test_without_a_readable_index_the_bot_hands_over_and_says_so_in_the_log(s3: Any, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    broken(s3, kind)
    decided = ask()
    assert isinstance(decided, Escalation)
    assert (decided.rule, decided.reason) == ("bot-unavailable", "bot unavailable")
    assert decided.text
    publish(s3, "back") if kind != "no bucket" else None
    assert kind == "no bucket" or ask().text == "back"


def test_the_log_names_what_is_wrong(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(brain.log, "error", lambda event, **fields: told.append((event, fields)))
    broken(s3, "another format")
    brain.load()
    assert told[0][0] == "knowledge_unreadable"
    assert "format 99" in told[0][1]["error"]


def test_a_store_that_is_down_leaves_the_knowledge_as_it_is(s3: Any, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    publish(s3, "text")
    assert ask().text == "text"

    def down(name: str) -> bytes:
        raise Unavailable("S3 is down")

    monkeypatch.setattr(bucket, "load", down)
    clock[0] += brain.KEEP_SECONDS
    assert ask().text == "text"


def test_a_wrong_time_zone_does_not_silence_the_bot(monkeypatch: pytest.MonkeyPatch, s3: Any) -> None:
    publish(s3, "text")
    monkeypatch.setenv("TIME_ZONE", "Nowhere/Town")
    assert ask().text == "text"
