"""Web chat: signed visitors, frames that are answered or refused in words, a replay that misses nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from msgspec import Struct, to_builtins

from chalicelib import tokens
from chalicelib.aws import push
from chalicelib.channels.webchat import adapter
from chalicelib.conversations import sockets, table
from chalicelib.errors import NotAuthenticated
from chalicelib.governance import limits
from tests import resets, threads
from tests.unit.conftest import T0, Store, incoming

Frames = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch, store: Store) -> Frames:
    pushed: Frames = []

    def post(connection: str, frame: Struct) -> bool:
        pushed.append((connection, to_builtins(frame)))
        return connection != "gone"

    monkeypatch.setattr(push, "post", post)
    resets.forget_limits()
    return pushed


@pytest.fixture
def visitor(store: Store) -> dict[str, Any]:
    return adapter.session("", T0)


def send(token: str, connection: str = "tab-1", now: int = T0, **frame: Any) -> None:
    adapter.receive(json.dumps({"action": "message", "token": token, "id": "client-0001", "text": "Hello", **frame}), connection, now)


def test_a_visitor_keeps_the_name_with_a_valid_old_token(store: Store, visitor: dict[str, Any]) -> None:
    again = adapter.session(visitor["token"], T0 + 1_000)
    assert again["visitor"] == visitor["visitor"]
    assert again["expires_at"] > visitor["expires_at"]
    assert adapter.session("", T0)["visitor"] != visitor["visitor"]


@pytest.mark.parametrize(
    "forge", [lambda t: t[:-1], lambda t: t.replace("~", "x", 1), lambda t: "w0" + t, lambda t: "~", lambda t: "a~9~b"]
)
def test_a_forged_token_opens_nothing(store: Store, visitor: dict[str, Any], forge: Any) -> None:
    with pytest.raises(NotAuthenticated):
        adapter.session(forge(visitor["token"]), T0)
    with pytest.raises(NotAuthenticated):
        adapter.connect({"token": forge(visitor["token"])}, "tab-1", T0)


def test_a_token_expires_and_serves_one_purpose_only(store: Store, visitor: dict[str, Any]) -> None:
    with pytest.raises(NotAuthenticated, match="expired"):
        adapter.session(visitor["token"], visitor["expires_at"])
    with pytest.raises(NotAuthenticated):
        adapter.connect({"ticket": visitor["token"]}, "tab-1", T0)
    with pytest.raises(NotAuthenticated):
        adapter.connect({}, "tab-1", T0)


def test_an_agents_ticket_opens_a_console(store: Store) -> None:
    adapter.connect({"ticket": tokens.issue("console", "agent-ann", T0 + 60_000)}, "console-1", T0)
    assert sockets.of_consoles(T0) == [("console-1", "agent-ann")]


def test_a_message_is_stored_once_acknowledged_each_time_and_shown_in_the_other_tabs(frames: Frames, visitor: dict[str, Any]) -> None:
    for tab in ("tab-1", "tab-2", "gone"):
        adapter.connect({"token": visitor["token"]}, tab, T0)
    send(visitor["token"])
    send(visitor["token"], now=T0 + 5_000)
    acknowledged = [f for c, f in frames if f["type"] == "stored"]
    assert acknowledged == [{"type": "stored", "id": "client-0001", "at": T0}] * 2
    assert [c for c, f in frames if f["type"] == "message"] == ["gone", "tab-2"]
    assert sockets.of_visitor(visitor["visitor"], T0) == ["tab-1", "tab-2"]
    [stored] = threads.whole(visitor["visitor"]).messages
    assert (stored.text, stored.channel, stored.address, stored.at) == ("Hello", "webchat", visitor["visitor"], T0)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "UTC", "x" * 64])
def test_where_the_browser_is_goes_with_the_message(frames: Frames, visitor: dict[str, Any], zone: str) -> None:
    send(visitor["token"], zone=zone)
    assert threads.whole(visitor["visitor"]).messages[0].meta["zone"] == zone


@pytest.mark.parametrize("zone", ["", "+05:30", "x" * 65, "../../etc/passwd", "Europe/Berlin\n", "Zürich", "a b", "<b>"])
def test_what_is_no_time_zone_is_left_out_and_the_message_stored(frames: Frames, visitor: dict[str, Any], zone: str) -> None:
    send(visitor["token"], zone=zone)
    [stored] = threads.whole(visitor["visitor"]).messages
    assert (stored.text, "zone" in stored.meta) == ("Hello", False)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"text": " "}, "bad_request"),
        ({"text": 7}, "bad_request"),
        ({"text": "x" * 8_001}, "too_large"),
        ({"id": "short"}, "bad_request"),
        ({"id": "a+client-01"}, "bad_request"),
        ({"id": None}, "bad_request"),
        ({"token": "nobody"}, "not_authenticated"),
        ({"token": None}, "bad_request"),
        ({"name": ["x"]}, "bad_request"),
        ({"zone": 1}, "bad_request"),
        ({"action": "erase"}, "bad_request"),
        ({"action": "replay", "after": "yesterday"}, "bad_request"),
        ({"action": "replay", "after": True}, "bad_request"),
    ],
)
def test_bad_frames_are_refused_in_words_and_store_nothing(
    frames: Frames, store: Store, visitor: dict[str, Any], frame: dict[str, Any], code: str
) -> None:
    send(**({"token": visitor["token"]} | frame))
    [(_, told)] = frames
    assert (told["type"], told["code"]) == ("error", code)
    assert told["message"]
    assert store.items() == []


@pytest.mark.parametrize("body", ["", "None", "[]", "7", "{", "[" * 100_000])
def test_what_is_no_frame_is_refused(frames: Frames, body: str) -> None:
    assert adapter.receive(body, "tab-1", T0) == "bad_request"
    assert frames[0][1]["code"] == "bad_request"


def test_a_replay_gives_what_may_have_been_missed_and_only_ones_own(frames: Frames, visitor: dict[str, Any]) -> None:
    other = adapter.session("", T0)
    for n in range(5):
        send(visitor["token"], id=f"client-000{n}", now=T0 + n * 100_000)
    send(other["token"], id="client-9999")
    frames.clear()
    adapter.receive(json.dumps({"action": "replay", "token": visitor["token"], "after": T0 + 300_000}), "tab-1", T0)
    [(_, replay)] = frames
    assert [m["id"] for m in replay["messages"]] == ["client-0003", "client-0004"]
    assert (replay["cursor"], replay["more"]) == (T0 + 400_000, False)


def test_a_replay_starts_before_the_cursor_as_a_message_may_become_visible_late(frames: Frames, visitor: dict[str, Any]) -> None:
    """A slow writer took its time stamp before the reader's last message and stored it after that."""
    send(visitor["token"], id="client-0002", now=T0 + 1_000)
    cursor = T0 + 1_000
    send(visitor["token"], id="client-0001", now=T0)
    frames.clear()
    adapter.receive(json.dumps({"action": "replay", "token": visitor["token"], "after": cursor}), "tab-1", T0)
    assert "client-0001" in [m["id"] for m in frames[0][1]["messages"]]


def test_a_long_replay_comes_in_frames_that_fit(frames: Frames, visitor: dict[str, Any]) -> None:
    """First the end of what was said, then page by page what was said before; what is new, all of it."""
    for n in range(40):
        table.record(replace(incoming("汉" * 2_000, thread=visitor["visitor"]), id=f"client-{n:04d}", at=T0 + n))
    pages: list[list[str]] = []
    asked: dict[str, Any] = {"after": 0}
    while asked:
        frames.clear()
        adapter.receive(json.dumps({"action": "replay", "token": visitor["token"], **asked}), "tab-1", T0)
        assert [f["more"] for _, f in frames] == [True] * (len(frames) - 1) + [False]
        assert all(len(json.dumps(f, ensure_ascii=False).encode()) < 128_000 for _, f in frames)
        pages.insert(0, [m["id"] for _, f in frames for m in f["messages"]])
        older = frames[-1][1]["older"]
        asked = {"before": older} if older else {}
    assert [len(page) for page in pages] == [10, 15, 15]
    assert [name for page in pages for name in page] == [f"client-{n:04d}" for n in range(40)]
    frames.clear()
    adapter.receive(json.dumps({"action": "replay", "token": visitor["token"], "after": T0 + 5}), "tab-1", T0)
    assert len([m for _, f in frames for m in f["messages"]]) == 40
    assert all("older" not in f for _, f in frames)


@pytest.mark.parametrize("body", ['{"action": "ping"}', "no frame", '{"action": "replay", "token": "forged"}'])
def test_whoever_floods_us_with_frames_that_are_no_visitors_is_hung_up_on(
    frames: Frames, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    hung_up: list[str] = []
    monkeypatch.setattr(push, "hang_up", hung_up.append)
    done = [adapter.receive(body, "abuser", T0 + n) for n in range(60)]
    assert len(frames) == limits.ODD_FRAMES.rule.burst
    assert done[-1] == "hung_up"
    assert set(hung_up) == {"abuser"}
    assert adapter.receive(body, "tab-1", T0 + 60) != "hung_up"


def test_ping_keeps_the_connection(frames: Frames) -> None:
    assert adapter.receive('{"action": "ping"}', "tab-1", T0) == "ping"
    assert frames == [("tab-1", {"type": "pong"})]
