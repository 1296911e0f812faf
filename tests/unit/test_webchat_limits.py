"""Rate limits: a bucket lets through what its rule says and tells how long to wait; many containers do not multiply it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws import clients
from chalicelib.conversations import counters
from chalicelib.errors import TooMany, Unavailable
from chalicelib.governance import limits
from chalicelib.governance.limits import MINUTE, spend
from chalicelib.governance.token_bucket import Rule, take
from tests import resets
from tests.unit.conftest import T0, Store

RULES = st.builds(Rule, burst=st.integers(1, 50), every=st.integers(1, 10_000))
PAUSES = st.lists(st.integers(0, 5_000), min_size=1, max_size=200)


@pytest.fixture(autouse=True)
def container() -> Iterator[None]:
    resets.forget_limits()
    yield
    resets.forget_limits()


@given(rule=RULES, pauses=PAUSES)
def test_no_stretch_of_time_holds_more_than_the_burst_and_what_came_back(rule: Rule, pauses: list[int]) -> None:
    busy, now, let_through = 0, T0, []
    for pause in pauses:
        now += pause
        busy, wait = take(busy, rule, now)
        if not wait:
            let_through.append(now)
    for n, first in enumerate(let_through):
        for m in range(n, len(let_through)):
            assert m - n + 1 <= rule.burst + (let_through[m] - first) / rule.every


@given(rule=RULES, extra=st.lists(st.integers(0, 100), max_size=200))
def test_whoever_keeps_the_pace_never_waits(rule: Rule, extra: list[int]) -> None:
    busy, now = 0, T0
    for more in extra:
        busy, wait = take(busy, rule, now)
        assert wait == 0
        now += rule.every + more


@given(rule=RULES, pauses=PAUSES)
def test_the_wait_is_exact_and_a_refusal_costs_nothing(rule: Rule, pauses: list[int]) -> None:
    busy, now = 0, T0
    for pause in pauses:
        now += pause
        after, wait = take(busy, rule, now)
        if wait:
            assert after == busy
            assert take(busy, rule, now + wait - 1)[1] > 0
            assert take(busy, rule, now + wait)[1] == 0
        busy = after


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    rule, busy = Rule(2, 1_000), 0
    for now in (T0, T0, T0 - 60_000):
        busy, wait = take(busy, rule, now)
    assert wait > 0


def test_a_person_who_writes_costs_no_write(store: Store) -> None:
    for n in range(40):
        spend(limits.MESSAGES, "visitor", T0 + n * 8_000)
    assert store.items() == []


def test_a_burst_waits_as_long_as_it_is_told(store: Store) -> None:
    for _ in range(limits.MESSAGES.rule.burst):
        spend(limits.MESSAGES, "visitor", T0)
    with pytest.raises(TooMany) as refused:
        spend(limits.MESSAGES, "visitor", T0)
    assert refused.value.retry_after == 1
    spend(limits.MESSAGES, "another", T0)
    spend(limits.MESSAGES, "visitor", T0 + 1_000 * refused.value.retry_after)


def test_many_containers_together_let_through_what_is_allowed_in_a_minute(store: Store) -> None:
    start, passed, waits = T0 - T0 % MINUTE, 0, list[int]()
    for container in range(30):
        resets.forget_limits()
        for _ in range(limits.MESSAGES.rule.burst):
            try:
                spend(limits.MESSAGES, "flooder", start + container)
                passed += 1
            except TooMany as refused:
                waits.append(refused.retry_after)
    assert all(0 < wait <= 60 for wait in waits)
    free = limits.MESSAGES.free
    assert free
    assert passed <= limits.MESSAGES.most + 30 * free.burst
    [counter] = store.items()
    assert counter["pk"]["S"] == "L#message#flooder"
    # Each container asks at most once after the limit was reached.
    assert int(counter["count"]["N"]) <= limits.MESSAGES.most + 30
    spend(limits.MESSAGES, "flooder", start + MINUTE)


def test_without_the_table_nobody_is_turned_away(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: object) -> int:
        raise Unavailable("down")

    monkeypatch.setattr(counters, "add", down)
    for n in range(limits.MESSAGES.rule.burst):
        spend(limits.MESSAGES, "visitor", T0 + n)


def test_counters_vanish_by_themselves(store: Store) -> None:
    assert [counters.add("message", "x", 7, 1), counters.add("message", "x", 7, 2), counters.add("message", "x", 8, 1)] == [1, 3, 1]
    assert {int(i["expires"]["N"]) for i in store.items()} == {7 * 60 + counters.KEEP_SECONDS, 8 * 60 + counters.KEEP_SECONDS}
    assert clients.client("dynamodb")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8::1", "2001:0db8:0000:0000"),
        ("::ffff:203.0.113.9", "203.0.113"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("nonsense", ""),
        ("zz::1", ""),
    ],
)
def test_a_network_is_what_one_customer_can_change_within(address: str, network: str) -> None:
    assert limits.network(address) == network


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED", 100)
    for n in range(1_000):
        spend(limits.FRAMES, f"visitor-{n}", T0)
    assert len(limits._busy) == 100


def attempts(accounts: list[str], networks: list[str], at: int) -> int:
    """How many of these attempts to sign in were let through, each a millisecond after the one before."""
    taken = 0
    for n, (account, network) in enumerate(product(accounts, networks)):
        with suppress(TooMany):
            limits.sign_in(account, network, at + n)
            taken += 1
    return taken


def test_whoever_guesses_passwords_is_stopped_and_the_owner_is_not(store: Store) -> None:
    """Also by many containers at once: what is beyond two attempts is counted together."""
    assert attempts(["ann@shop.example", " Ann@shop.example"] * 5, ["203.0.113"], T0) == 5
    resets.forget_limits()
    assert attempts(["ann@shop.example"] * 10, ["203.0.113"], T0 + 20) < 5
    assert attempts(["ann@shop.example"], ["198.51.100"], T0 + 40) == 1
    assert "ann" not in str(store.items())


def test_an_account_and_a_network_have_limits_of_their_own(store: Store) -> None:
    assert attempts(["ann@shop.example"], [f"10.0.{n}" for n in range(200)], T0) == 60
    assert attempts([f"agent-{n}@shop.example" for n in range(100)], ["203.0.113"], T0 + 5 * MINUTE) == 30
