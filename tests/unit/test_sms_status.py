"""Twilio's status callbacks: signed with the query, in any order, as often as they like."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from urllib.parse import urlencode

import pytest

from chalicelib.channels.sms import twilio as sms_twilio
from chalicelib.channels.tags import tagged
from chalicelib.conversations import baton, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities
from chalicelib.errors import BadRequest, Forbidden
from infra.local import twilio
from tests.parameters import know
from tests.unit.conftest import T0, Store

SITE, TOKEN = "https://hooks.shop.example/prod", "4f1a2b3c4d5e6f708192a3b4c5d6e7f8"
SID, OURS, THEIRS = "SM" + "0" * 32, "+12025550199", "+12025550143"
OUT = Message("s1abc", "a+SM1", "outgoing", "sms", T0, "On its way.", THEIRS, by="bot", state="sent")
QUERY = {"thread": OUT.thread, "message": tagged(OUT.id)}


@pytest.fixture(autouse=True)
def known(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, settings__public_url=SITE, secrets__twilio_auth_token=TOKEN)
    table.save(baton.opened(replace(OUT, direction="incoming"), "c1"))
    table.record(OUT)


def tell(status: str, code: int = 0, query: dict[str, str] | None = None, url: str = "", to: str = THEIRS) -> str:
    asked = QUERY if query is None else query
    form = {"MessageSid": SID, "MessageStatus": status, "To": to, "From": OURS} | ({"ErrorCode": str(code)} if code else {})
    signature = twilio.signature(TOKEN, url or f"{SITE}/sms/twilio/status?{urlencode(asked)}", form)
    return sms_twilio.status(urlencode(form).encode(), {"X-Twilio-Signature": signature}, dict(reversed(asked.items())))


def stored() -> Message:
    found = table.message(OUT.thread, OUT.id)
    assert found
    return found


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])), ids=str)
def test_in_any_order_and_twice_it_ends_delivered(order: tuple[str, ...]) -> None:
    for status in (*order, *order):
        tell(status)
    assert stored().state == "delivered"
    assert stored().provider_id == SID


@pytest.mark.parametrize("code", [30003, 30004, 30007, 30008, 0])
def test_a_failure_says_why_and_calls_a_person(code: int) -> None:
    tell("undelivered", code)
    assert stored().state == "failed"
    assert stored().detail.endswith(f"({code})")
    assert stored().detail != f"({code})"
    head = table.head(OUT.thread, consistent=True)
    assert head
    assert head.owner == "queue"
    assert identities.blocked("sms", THEIRS) == ""


@pytest.mark.parametrize("code", [30005, 30006])
def test_a_number_that_is_gone_gets_nothing_more(code: int) -> None:
    tell("undelivered", code)
    assert stored().state == "bounced"
    assert identities.blocked("sms", THEIRS) == "bounced"


def test_a_stop_that_twilio_knew_of_counts_from_now_on() -> None:
    tell("failed", 21610)
    assert stored().state == "failed"
    assert identities.blocked("sms", THEIRS) == "stopped"


def test_only_the_last_part_tells_that_a_text_arrived() -> None:
    table.set_state(OUT, "sending", ("sent",), T0)
    assert tell("delivered", query=QUERY | {"part": "1"}) == "nothing_new"
    assert stored().state == "sending"
    tell("delivered")
    assert stored().state == "delivered"
    assert tell("undelivered", 30007, query=QUERY | {"part": "1"}) == "delivered"


def test_an_address_with_twilios_settings_for_retries_is_the_same_address() -> None:
    assert tell("delivered", url=f"{SITE}/sms/twilio/status?{urlencode(QUERY)}#rc=5&rp=all") == "delivered"


@pytest.mark.parametrize(
    "url",
    [
        f"{SITE}/sms/twilio/status",
        f"{SITE}/sms/twilio/status?{urlencode(QUERY | {'thread': 's2'})}",
        f"{SITE}/sms/twilio?{urlencode(QUERY)}",
        f"https://evil.example/sms/twilio/status?{urlencode(QUERY)}",
    ],
)
def test_a_signature_for_another_address_is_none(url: str) -> None:
    with pytest.raises(Forbidden):
        tell("failed", 30005, url=url)
    assert stored().state == "sent"


@pytest.mark.parametrize(
    "query", [{}, {"thread": "s1abc"}, QUERY | {"x": "1"}, QUERY | {"thread": "../x"}, QUERY | {"message": "a b"}], ids=str
)
def test_a_query_that_is_not_ours_is_a_bad_request(query: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        tell("delivered", query=query)


def test_a_report_about_somebody_elses_message_changes_nothing() -> None:
    assert tell("failed", 30005, to="+12025550144") == "unknown"
    assert tell("delivered", query={"thread": "s9", "message": tagged("a+9")}) == "unknown"
    assert stored().state == "sent"
    assert identities.blocked("sms", THEIRS) == ""
