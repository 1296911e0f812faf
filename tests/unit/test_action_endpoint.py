"""Calls to the business's endpoint: signed, to one host, safe to repeat, quick; whatever it answers, the bot knows what was done or says
that it does not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from chalicelib import safe_http
from chalicelib.bot.actions import endpoint
from chalicelib.errors import BatonError, Forbidden, Unavailable
from infra.demo.shop_endpoint import FRESH, verified
from tests.parameters import know
from tests.unit.action_shop import SECRET, Shop, open_shop

HOSTILE = Path(__file__).parent.parent / "fixtures" / "hostile"
BODY = {"action": "order-status", "values": {"order": "A-10342"}}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    know(monkeypatch, secrets__actions=SECRET)
    with open_shop() as running:
        monkeypatch.setenv("ACTIONS_URL", running.address)
        yield running


def call(seconds: float = 4.0, key: str = "k1", body: dict[str, Any] | None = None) -> endpoint.Reply:
    return endpoint.call("orders/status", key, body or BODY, time.monotonic() + seconds)


def test_a_signed_call_is_answered(shop: Shop) -> None:
    reply = call()
    assert (reply.outcome, reply.fields["status"]) == ("done", "shipped")
    assert shop.calls == [("orders/status", "k1", BODY)]
    assert shop.headers[0]["Content-Type"] == "application/json"


def test_another_secret_is_refused_and_not_tried_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, secrets__actions="t" * 40)
    with pytest.raises(Forbidden):
        call()
    assert (shop.calls, shop.refused) == ([], 1)


def test_without_a_secret_nothing_is_called(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch)
    with pytest.raises(Forbidden):
        call()
    assert shop.refused == 0


class TestSignature:
    """As docs/api.md tells a business to check it."""

    def test_it_covers_time_id_path_and_body(self) -> None:
        now = 1_790_000_000
        good = {"Baton-Timestamp": str(now), "Baton-Id": "k", "Baton-Signature": endpoint.signature(SECRET, now, "k", "/a/b", b"{}")}
        assert verified(SECRET, good, "/a/b", b"{}", now + FRESH)
        assert not verified(SECRET, good, "/a/b", b"{}", now + FRESH + 1)
        assert not verified(SECRET, good, "/a/c", b"{}", now)
        assert not verified(SECRET, good, "/a/b", b"{ }", now)
        assert not verified(SECRET, good | {"Baton-Id": "l"}, "/a/b", b"{}", now)
        assert not verified(SECRET, good | {"Baton-Timestamp": str(now + 1)}, "/a/b", b"{}", now)
        assert not verified(SECRET, good | {"Baton-Timestamp": "²"}, "/a/b", b"{}", now)
        assert not verified(SECRET, {}, "/a/b", b"{}", now)

    def test_the_vector_of_the_documentation(self) -> None:
        told = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
        assert endpoint.signature("an-example-secret-of-32-characters", 1790000000, "4be0", "/baton/orders/status", b"{}") in told


@pytest.mark.parametrize(
    "bad", [(500, {}, b""), (503, {}, b""), (429, {}, b""), (408, {}, b""), "hang up", (200, {"Content-Length": "900"}, b"{")]
)
def test_what_may_pass_is_tried_once_more_under_the_same_id(shop: Shop, bad: Any) -> None:
    shop.bad = [bad]
    assert call().outcome == "done"
    assert [key for _, key, _ in shop.calls] == ["k1", "k1"]
    assert len(shop.orders.answered) == 1, "the shop did it once"


@pytest.mark.parametrize(
    "bad",
    [
        (301, {"Location": "http://127.0.0.1:1/"}, b""),
        (302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""),
        (307, {"Location": "/actions/orders/address"}, b""),
        (400, {}, b"{}"),
        (404, {}, b"{}"),
        (201, {}, b'{"outcome": "done"}'),
        (200, {}, b"<html>"),
        (200, {}, b""),
        (200, {}, b"\xff\xfe"),
        (200, {}, b"[" * 10_000),
        (200, {}, b"9" * 9_000),
        (200, {}, b'"done"'),
        (200, {}, b'{"outcome": 1}'),
        (200, {}, b'{"outcome": "done", "fields": [1]}'),
        (200, {}, b" " * endpoint.LARGEST + b'{"outcome": "done"}'),
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b" + b"0" * 100),
    ],
)
def test_what_is_no_answer_is_told_as_none(shop: Shop, bad: Any) -> None:
    shop.bad = [bad, bad]
    with pytest.raises(BatonError):
        call()
    assert {path for path, _, _ in shop.calls} == {"orders/status"}, "no redirect is followed"


@pytest.mark.parametrize("bad", [["drip"] * 2, ["hang up"] * 2, [(500, {}, b"")] * 2])
def test_it_ends_in_time_whatever_the_server_does(shop: Shop, monkeypatch: pytest.MonkeyPatch, bad: Any) -> None:
    monkeypatch.setattr(endpoint, "ATTEMPT", 0.3)
    shop.bad = bad
    began = time.monotonic()
    with pytest.raises(Unavailable):
        call(0.8)
    assert time.monotonic() - began < 1.5


def test_nobody_listens(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:9/actions")
    with pytest.raises(Unavailable):
        call()


def test_hostile_values_stay_text_in_the_body(shop: Shop) -> None:
    """They reach the shop as they were written, and neither a header nor the address."""
    strings = []
    for name in ("header-injection", "json-bodies", "prompt-injection", "naughty-strings"):
        strings += [str(entry["value"]) for entry in json.loads((HOSTILE / f"{name}.json").read_text("utf-8"))["strings"]]
    assert len(strings) > 100
    whole = "\n".join(strings)
    for n in range(0, len(whole), 20_000):
        part = whole[n : n + 20_000].encode("utf-8", "replace").decode("utf-8")
        call(key=f"k{n}", body={"action": "x", "values": {"address": part}})
        assert shop.calls[-1][2]["values"]["address"] == part
    assert {path for path, _, _ in shop.calls} == {"orders/status"}
    assert len({tuple(sorted(headers)) for headers in shop.headers}) == 1


class TestWhere:
    @pytest.mark.parametrize(
        "base",
        [
            "http://shop.example",
            "http://169.254.169.254/latest",
            "http://127.0.0.1.evil.example",
            "https://user:word@shop.example",
            "https://shop.example?x=1",
            "https://shop.example#x",
            "https://shop.example/../x/../..//y",
            "https://shop.example\\@evil.example",
            "https://shop.example/a b",
            "ftp://shop.example",
            "file:///etc/passwd",
            "shop.example",
        ],
    )
    def test_only_https_and_plainly_written(self, base: str) -> None:
        with pytest.raises(Forbidden):
            endpoint.allowed(base, "orders/status")

    @pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "100.64.0.1"])
    def test_a_name_that_leads_inside_is_not_called(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(safe_http, "resolve", lambda _: ["93.184.216.34", address])
        with pytest.raises(Forbidden):
            endpoint.allowed("https://shop.example/baton", "orders/status")

    def test_the_call_goes_to_the_address_that_was_checked(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[Any] = []

        def nowhere(address: Any, *_args: Any, **_more: Any) -> Any:
            made.append(address)
            raise OSError("nowhere else in a test")

        monkeypatch.setattr(safe_http, "resolve", lambda _: ["93.184.216.34"])
        monkeypatch.setattr(urllib3.util.connection, "create_connection", nowhere)
        monkeypatch.setenv("ACTIONS_URL", "https://shop.example:8443/baton/")
        for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        with pytest.raises(Unavailable):
            call()
        assert set(made) == {("93.184.216.34", 8443)}
        assert endpoint.allowed("https://shop.example:8443/baton/", "orders/status").path == "/baton/orders/status"
