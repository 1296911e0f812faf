"""Signs of life reach only whom they concern; files are handed to whoever stands in their thread; too much is told with the wait."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from msgspec import Struct, to_builtins

from chalicelib.aws import push
from chalicelib.channels.webchat import adapter
from chalicelib.conversations import baton, files, sockets, table
from chalicelib.desk import signals, workspace
from chalicelib.governance import limits
from chalicelib.governance.roster import Agent
from tests import resets, threads
from tests.unit.conftest import T0, Store, incoming, make_bucket

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
Frames = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch, store: Store) -> Frames:
    pushed: Frames = []
    resets.forget_limits()

    def post(connection: str, frame: Struct) -> bool:
        pushed.append((connection, to_builtins(frame)))
        return True

    monkeypatch.setattr(push, "post", post)
    return pushed


@pytest.fixture
def visitor(store: Store) -> dict[str, Any]:
    return adapter.session("", T0)


@pytest.fixture
def held(visitor: dict[str, Any], ann: Agent, bea: Agent) -> str:
    """A conversation that Ann holds; both have a console open. Its id."""
    message = incoming(thread=visitor["visitor"], at=T0)
    table.record(message)
    waiting = replace(baton.received(baton.opened(message, "c1"), message), owner="queue", queue="general", waiting_since=T0)
    table.save(baton.claimed(waiting, ann.id, T0))
    sockets.open_console(ann.id, "ann-1", T0)
    sockets.open_console(bea.id, "bea-1", T0)
    return waiting.id


@pytest.fixture
def bucket(store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FILES_BUCKET", "files")
    make_bucket("files")
    return "files"


def send(visitor: dict[str, Any], action: str, now: int = T0, **frame: Any) -> None:
    adapter.receive(json.dumps({"action": action, "token": visitor["token"], **frame}), "tab-1", now)


def test_typing_is_told_to_the_agent_who_holds_the_conversation(frames: Frames, visitor: dict[str, Any], held: str) -> None:
    send(visitor, "typing")
    assert frames == [("ann-1", {"type": "typing", "id": held})]


def test_typing_to_nobody_tells_nobody_and_stores_nothing(frames: Frames, visitor: dict[str, Any], store: Store) -> None:
    send(visitor, "typing")
    assert frames == []
    assert store.items() == []


def test_reading_only_moves_forward_is_one_item_and_is_told_once(frames: Frames, visitor: dict[str, Any], held: str, store: Store) -> None:
    for at in (T0 + 10, T0 + 5, T0 + 10, T0 + 20):
        send(visitor, "read", now=T0 + 30, at=at)
    assert [f["at"] for _, f in frames] == [T0 + 10, T0 + 20]
    assert {c for c, _ in frames} == {"ann-1"}
    assert workspace.read(held, 0, "", T0 + 30)["read_at"] == T0 + 20
    assert len([i for i in store.items() if i["sk"]["S"] == "READ"]) == 1


@pytest.mark.parametrize("at", [0, -1, True, "now", None, 1.5, T0 + 10**9])
def test_senseless_times_are_refused(frames: Frames, visitor: dict[str, Any], at: Any) -> None:
    send(visitor, "read", at=at)
    assert frames[0][1]["code"] == "bad_request"


def test_an_agent_who_types_is_seen_by_the_visitor_and_nobody_elses_typing_is(
    frames: Frames, visitor: dict[str, Any], held: str, ann: Agent, bea: Agent
) -> None:
    sockets.open_visitor(visitor["visitor"], "tab-1", T0)
    signals.typing(bea, held, T0)
    assert frames == []
    signals.typing(ann, held, T0)
    assert frames == [("tab-1", {"type": "typing"})]


def test_a_file_goes_up_by_a_signed_address_and_comes_back_in_the_message(frames: Frames, visitor: dict[str, Any], bucket: str) -> None:
    digest = sha256(PNG).hexdigest()
    send(visitor, "upload", id="upload-0001", name="a.png", type="image/png", size=len(PNG), sha256=digest)
    assert frames[-1][1]["type"] == "upload"
    assert (frames[-1][1]["id"], frames[-1][1]["sha256"]) == ("upload-0001", digest)
    assert digest in frames[-1][1]["url"]
    claim = {"name": "../a.png", "type": "image/png", "size": len(PNG), "sha256": digest}
    send(visitor, "message", id="client-0001", text="", attachments=[claim])
    assert frames[-1][1]["code"] == "bad_request"
    assert "not uploaded" in frames[-1][1]["message"]
    files.store(visitor["visitor"], PNG)
    send(visitor, "message", id="client-0001", text="", attachments=[claim])
    assert frames[-1][1]["type"] == "stored"
    [stored] = threads.whole(visitor["visitor"]).messages
    assert stored.meta["attachments"] == [{**claim, "name": "a.png", "fate": "stored"}]
    send(visitor, "file", message="client-0001", sha256=digest)
    assert frames[-1][1]["type"] == "file"
    assert frames[-1][1]["url"].startswith("https://")


def test_nobody_gets_a_file_of_another_thread(frames: Frames, visitor: dict[str, Any], bucket: str) -> None:
    digest = files.store(visitor["visitor"], PNG)
    claim = {"name": "a.png", "type": "image/png", "size": len(PNG), "sha256": digest}
    send(visitor, "message", id="client-0001", text="", attachments=[claim])
    other = adapter.session("", T0)
    send(other, "file", message="client-0001", sha256=digest)
    send(other, "message", id="client-0002", text="mine?", attachments=[claim])
    assert [f["code"] for _, f in frames[-2:]] == ["not_found", "bad_request"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "text/html"}, "bad_request"),
        ({"type": "image/svg+xml"}, "bad_request"),
        ({"size": files.LARGEST + 1}, "too_large"),
        ({"size": 0}, "too_large"),
        ({"size": True}, "bad_request"),
        ({"sha256": "../" + "a" * 61}, "bad_request"),
        ({"id": "x"}, "bad_request"),
    ],
)
def test_what_may_not_be_uploaded_gets_no_address(
    frames: Frames, visitor: dict[str, Any], bucket: str, change: dict[str, Any], code: str
) -> None:
    send(visitor, "upload", **({"id": "upload-0001", "name": "a", "type": "image/png", "size": 9, "sha256": "a" * 64} | change))
    assert (frames[-1][1]["type"], frames[-1][1]["code"]) == ("error", code)


def test_a_picture_that_is_none_is_refused_by_its_first_bytes(frames: Frames, visitor: dict[str, Any], bucket: str) -> None:
    script = b"<script>alert(1)</script>"
    claim = {"name": "a.png", "type": "image/png", "size": len(script), "sha256": files.store(visitor["visitor"], script)}
    send(visitor, "message", id="client-0001", text="look", attachments=[claim])
    assert "not of the type" in frames[-1][1]["message"]


def test_too_much_is_told_with_the_time_to_wait_and_nothing_of_another_visitor(frames: Frames, visitor: dict[str, Any]) -> None:
    for n in range(limits.MESSAGES.rule.burst + 1):
        send(visitor, "message", id=f"client-{n:04d}", text="hello")
    last = frames[-1][1]
    assert (last["code"], last["retry_after"], last["id"]) == ("too_many", 1, f"client-{limits.MESSAGES.rule.burst:04d}")
    other = adapter.session("", T0)
    send(other, "message", id="client-0001", text="hello")
    assert frames[-1][1]["type"] == "stored"


def test_new_visitors_of_one_network_are_limited_and_known_ones_are_not(store: Store) -> None:
    resets.forget_limits()
    known = adapter.session("", T0, source="203.0.113.7")
    for _ in range(limits.NEW_VISITORS.rule.burst - 1):
        adapter.session("", T0, source="203.0.113.8")
    with pytest.raises(adapter.TooMany):
        adapter.session("", T0, source="203.0.113.9")
    assert adapter.session(known["token"], T0, source="203.0.113.9")["visitor"] == known["visitor"]
    assert adapter.session("", T0, source="203.0.114.9")
