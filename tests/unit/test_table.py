"""What storage promises: once, by one writer, in one unit, and nothing by scan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws import dynamodb
from chalicelib.conversations import baton, keys, lines, model, notes, sockets, story, table, work
from chalicelib.conversations.counted import Line
from chalicelib.conversations.model import Event
from chalicelib.customers import customer, identities
from chalicelib.errors import Conflict, NotFound, Unavailable
from tests import threads
from tests.unit.conftest import T0, Store, asked_of_the_table, incoming
from tests.unit.test_baton import HAND_OVER


def test_a_message_is_stored_once_however_often_it_comes(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda n: table.record(incoming(at=T0 + n)), range(24)))
    assert new.count(True) == 1
    assert len(threads.whole("w1").messages) == 1


def test_a_message_comes_back_as_it_was_stored(store: Store) -> None:
    sent = incoming(text="“Grüße” 你好 \U0001f600\n\ttabs", name="Zoë", subject="", meta={"a": [1, {"b": None}]}, language="zh")
    table.record(sent)
    assert table.message("w1", sent.id) == sent
    assert table.message("w1", "another") is None


def test_only_one_of_two_writers_of_the_same_version_wins(store: Store) -> None:
    first = table.save(baton.opened(incoming(), "c1"))
    assert first.version == 1
    table.save(baton.received(first, incoming(id="m-0000002")))
    with pytest.raises(Conflict):
        table.save(baton.escalated(first, "m-0000001", HAND_OVER, T0))
    stored = table.head("w1", consistent=True)
    assert stored
    assert (stored.owner, stored.version, stored.incoming) == ("bot", 2, 1)


def test_a_head_that_exists_cannot_be_opened_again(store: Store) -> None:
    table.save(baton.opened(incoming(), "c1"))
    with pytest.raises(Conflict):
        table.save(baton.opened(incoming(id="m-0000002"), "c2"))


def test_what_goes_with_a_version_is_all_or_nothing(store: Store) -> None:
    c = table.save(baton.opened(incoming(), "c1"))
    reply = replace(incoming(), direction="outgoing", id="r+1", state="pending")
    table.record(reply)
    with pytest.raises(Conflict):
        table.save(baton.escalated(c, "m-0000001", HAND_OVER, T0), Event("escalated", T0, "bot"), [reply])
    stored = table.head("w1", consistent=True)
    assert stored
    assert stored.owner == "bot"
    assert threads.whole("w1").events == ()


def test_an_earlier_conversation_stays_readable_when_the_next_one_opens(store: Store) -> None:
    first = table.save(baton.expired(table.save(baton.opened(incoming(), "c1")), 0))
    table.record(incoming())
    later = incoming("Another thing", id="m-0000009", at=T0 + 10**9)
    table.record(later)
    table.save(baton.reopened(first, later), past=first)
    thread = threads.whole("w1")
    assert [c.number for c in thread.conversations] == [1, 2]
    assert [m.id for m in story.messages(thread.conversations[0])] == ["m-0000001"]
    assert [m.id for m in story.messages(thread.conversations[1])] == ["m-0000009"]
    assert table.conversation("w1.1").resolved_by == "assumed"
    assert table.conversation("w1.2").owner == "bot"
    assert [c.id for c in customer.of("c1").conversations] == ["w1.2", "w1.1"]


@pytest.mark.parametrize("strange", ["", "w1", "w1.", "w1.x", "w1.2", "nobody.1", "w1.١", ".1", "w1.1.1"])
def test_what_is_not_there_cannot_be_told_from_what_cannot_be(store: Store, strange: str) -> None:
    table.save(baton.opened(incoming(), "c1"))
    with pytest.raises(NotFound, match=r"^no such conversation$"):
        table.conversation(strange)


def test_waiting_is_listed_by_age_and_only_while_it_waits(store: Store) -> None:
    for n, since in enumerate((300, 100, 200)):
        c = table.save(baton.opened(incoming(thread=f"w{n}"), f"c{n}"))
        table.save(baton.escalated(c, "m", HAND_OVER, T0 + since))
    assert [c.thread for c in work.waiting("billing", "normal")] == ["w1", "w2", "w0"]
    assert work.waiting("billing", "urgent") == []
    assert lines.line("billing", "normal", T0) == Line(3, T0 + 100)
    assert lines.line("billing", "urgent", T0) == Line(0, 0)
    oldest = table.conversation("w1.1")
    table.save(baton.claimed(oldest, "ann", T0 + 400))
    assert [c.thread for c in work.waiting("billing", "normal")] == ["w2", "w0"]
    assert [c.thread for c in work.held_by("ann")] == ["w1"]


def test_a_customers_conversations_of_the_last_days_are_counted_on_all_channels(store: Store) -> None:
    for n, thread in enumerate(("w1", "w2", "e3")):
        table.save(baton.opened(replace(incoming(thread=thread), at=T0 + n), "c1"))
    later = replace(incoming(thread="w1"), at=T0 + 9)
    table.save(baton.reopened(table.conversation("w1.1"), later), past=table.conversation("w1.1"))
    table.save(baton.opened(incoming(thread="w9"), "somebody else"))
    assert sorted(table.opened_since("c1", T0)) == [T0 + 1, T0 + 2, T0 + 9]
    assert table.opened_since("nobody", 0) == []


def test_the_days_conversations_come_whole_from_all_shards(store: Store) -> None:
    for n in range(40):
        table.save(replace(baton.opened(incoming(thread=f"w{n}"), "c1"), reason="kept"))
    table.save(baton.opened(incoming(thread="other", at=T0 + 86_400_000), "c1"))
    found = list(table.opened_on("2026-09-21"))
    assert len(found) == 40
    assert {c.reason for c in found} == {"kept"}


def test_the_state_of_a_message_only_moves_from_where_it_was_expected(store: Store) -> None:
    m = replace(incoming(), direction="outgoing", id="a+1", state="pending")
    table.record(m)
    assert table.set_state(m, "sending", ("pending",), T0)
    assert not table.set_state(m, "sending", ("pending",), T0)
    assert table.set_state(m, "sent", ("sending",), T0, provider_id="p1")
    stored = table.message("w1", "a+1")
    assert stored
    assert (stored.state, stored.provider_id) == ("sent", "p1")


def test_a_usual_head_fits_into_one_write_unit() -> None:
    c = baton.opened(incoming("x" * 200, thread="w" + "f" * 32, name="A name of usual length"), "c" + "0" * 24)
    for n in range(20):
        m = incoming("How long does the delivery to Switzerland take, please? " * 3, thread=c.thread, id=f"{n:040d}", at=T0 + n)
        c = baton.answered(baton.received(c, m), m, model.Answer("a", "shipping-abroad"), T0 + n)
    item = keys.conversation_item(c)
    size = sum(len(name) + len(str(next(iter(v.values())))) for name, v in item.items())
    assert size < 1_000


def test_an_address_belongs_to_one_customer(store: Store) -> None:
    """Two first messages at once: tests/stack/test_races.py."""
    known = identities.whose(incoming())
    assert identities.whose(incoming()).customer == known.customer
    assert identities.whose(incoming(address="w2")).customer != known.customer


def test_notes_are_in_a_table_of_their_own(store: Store) -> None:
    note = notes.Note("n-1", T0, "ann", "Ann", "He is furious")
    assert notes.add("w1", note)
    assert not notes.add("w1", replace(note, text="again"))
    assert notes.of("w1") == [note]
    assert "furious" not in str(store.items())


def test_notes_of_more_than_a_megabyte_are_all_there(store: Store) -> None:
    written = [notes.Note(f"n-{n:02d}", T0 + n, "agent-ann", "Ann", "字" * 20_000) for n in range(40)]
    for note in written:
        notes.add("w1", note)
    assert notes.of("w1") == written


def test_an_expired_socket_is_not_used_even_if_its_row_is_still_there(store: Store) -> None:
    sockets.open_visitor("w1", "old", T0)
    sockets.open_visitor("w1", "new", T0 + 7_000_000)
    assert sockets.of_visitor("w1", T0 + 8_000_000) == ["new"]
    sockets.close_visitor("w1", "new")
    assert sockets.of_visitor("w1", T0 + 8_000_000) == []


def test_no_request_scans(store: Store) -> None:
    """Every access pattern has a key: the table's module never asks for a scan."""
    asked = asked_of_the_table()
    c = table.save(baton.opened(incoming(), "c1"))
    table.record(incoming())
    story.messages(c)
    story.events(c)
    work.waiting("billing", "normal")
    work.held_by("ann")
    lines.of([("billing", "normal")], T0)
    list(table.opened_on("2026-09-21"))
    table.of_customer("c1")
    table.conversation(c.id)
    assert "Scan" not in asked
    assert "Query" in asked


class Batches:
    """DynamoDB under load: of each batch it leaves all but `per_answer` undone."""

    def __init__(self, per_answer: int) -> None:
        self.per_answer, self.asked = per_answer, list[int]()

    def ask(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 (AWS's name)
        keys = RequestItems["t"]["Keys"]
        self.asked.append(len(keys))
        left = keys[self.per_answer :]
        return {"Responses": {"t": keys[: self.per_answer]}, **({"UnprocessedKeys": {"t": {"Keys": left}}} if left else {})}


def test_what_a_batch_leaves_undone_is_asked_for_again_after_growing_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr("random.uniform", lambda _, most: most)
    table, wanted = Batches(per_answer=40), [{"pk": {"S": str(n)}} for n in range(100)]
    found = [key for page in dynamodb.in_batches("read", table.ask, {"t": {"Keys": wanted}}) for key in page["Responses"]["t"]]
    assert (found, table.asked) == (wanted, [100, 60, 20])
    assert waits == sorted(waits)
    assert len(waits) == 2
    stuck = Batches(per_answer=0)
    with pytest.raises(Unavailable):
        list(dynamodb.in_batches("read", stuck.ask, {"t": {"Keys": wanted}}))
    assert len(stuck.asked) < 10, "it comes to an end"


def test_what_was_stored_under_an_older_name_is_read(store: Store) -> None:
    """Heads and events of before 2026-12."""
    head = keys.conversation_item(replace(baton.opened(incoming(), "c1"), contact_request="call +4915123456789"))
    head["wish"] = head.pop("contact_request")
    assert keys.conversation(head).contact_request == "call +4915123456789"
    event = keys.event_item(baton.opened(incoming(), "c1"), Event("wished", T0, "customer", {"wish": "call +4915123456789"}))
    assert keys.event(event) == Event("contact_requested", T0, "customer", {"contact_request": "call +4915123456789"})
