"""One customer, many identities: one only on proof, never against another proof, and apart again exactly as before."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws import clients, dynamodb, streams
from chalicelib.conversations import baton, keys, model, table
from chalicelib.customers import customer as customers
from chalicelib.customers import identities, merging, proofs
from chalicelib.customers.identities import Identity
from chalicelib.errors import BadRequest, BatonError, Conflict, NotFound, Unavailable
from tests import threads
from tests.unit.conftest import T0, Store, asked_of_the_table, incoming

MAIL, PHONE = "ann@customer.example", "+12025550143"
LATER = T0 + 10 * 60_000


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "now", lambda: LATER)


def writes(channel: str, address: str, thread: str, at: int = T0, **changes: Any) -> model.Conversation:
    """Somebody's first message of a thread, as the bot's turn stores it."""
    message = incoming(thread=thread, channel=channel, address=address, at=at, **changes)
    table.record(message)
    known = identities.whose(message)
    return table.save(baton.opened(message, known.customer, known.tier))


def work_off(store: Store) -> None:
    """What the stream would bring to `deliver`, until nothing new comes."""
    handlers = {"proof": proofs.handle, "move": merging.handle}
    while records := [r for r in store.stream() if r["eventName"] == "INSERT" and r["dynamodb"]["NewImage"]["type"]["S"] in handlers]:
        assert streams.process({"Records": records}, "deliver", handlers) == {"batchItemFailures": []}


def of(channel: str, address: str) -> str:
    known = identities.read(channel, address)
    assert known
    return known.customer


def world(store: Store) -> tuple[dict[str, str], dict[str, str]]:
    """Whose each identity and each conversation is."""
    held: dict[str, str] = {}
    talks: dict[str, str] = {}
    for item in store.items():
        values = dynamodb.decode(item)
        if values["type"] == "identity":
            held[values["pk"]] = values["customer"]
        elif values["type"] in ("head", "past"):
            talks[values["pk"] + values["sk"]] = values["customer"]
    return held, talks


def test_one_query_gives_identities_and_conversations_of_all_channels_newest_first(store: Store) -> None:
    writes("email", MAIL, "e1", T0)
    writes("webchat", "w1", "w1", T0 + 2)
    proofs.prove("w1", "email", MAIL, "code", T0 + 3)
    work_off(store)
    asked = asked_of_the_table()
    found = customers.of(of("email", MAIL))
    assert asked[-2:] == ["Query", "BatchGetItem"]
    assert [c.id for c in found.conversations] == ["w1.1", "e1.1"]
    assert {(i.channel, i.address, i.proven) for i in found.identities} == {("email", MAIL, "code"), ("webchat", "w1", "")}
    assert [(m.kind, m.by, m.why, m.undone) for m in found.moves] == [("merge", "customer", "code", 0)]


def test_a_message_alone_proves_its_address_only_where_its_carrier_vouches_for_it(store: Store) -> None:
    assert identities.whose(incoming(channel="sms", address=PHONE)).proven == "carrier"
    assert identities.whose(incoming(channel="sms", address="Bank")).proven == ""
    assert identities.whose(incoming(channel="email", address="x@y.example")).proven == ""
    assert identities.whose(incoming(channel="email", address="x@y.example", meta={"unproven": True})).proven == ""
    assert identities.whose(incoming(channel="email", address=MAIL, meta={"verified": True})).proven == "mail"
    assert identities.whose(incoming()).proven == ""


def test_a_better_proof_replaces_the_carriers_word_and_nothing_else(store: Store) -> None:
    identities.whose(incoming(channel="sms", address=PHONE))
    assert identities.prove("sms", PHONE, "code", T0 + 1).proven == "code"
    assert identities.prove("sms", PHONE, "jwt", T0 + 2).proven == "code"
    assert identities.whose(incoming(channel="sms", address=PHONE)).proven == "code"


def test_an_identity_of_the_first_version_keeps_its_customer(store: Store) -> None:
    old = dynamodb.encode({"pk": keys.identity_pk("email", MAIL), "sk": "-", "type": "identity", "customer_id": "c-old", "tier": "vip"})
    clients.client("dynamodb").put_item(TableName="conversations", Item=old)
    known = identities.whose(incoming(channel="email", address=MAIL))
    assert (known.customer, known.tier) == ("c-old", "vip")
    assert [i.address for i in customers.of("c-old").identities] == [MAIL]
    assert identities.whose(incoming(channel="email", address=MAIL)).customer == "c-old"


def test_a_blocked_address_that_never_wrote_becomes_a_customer_and_stays_blocked(store: Store) -> None:
    identities.block("email", MAIL, "bounced", T0)
    known = identities.whose(incoming(channel="email", address=MAIL))
    assert known.customer
    assert known.blocked == identities.blocked("email", MAIL) == "bounced"


def test_the_story_tells_who_was_merged_and_why(store: Store) -> None:
    first = writes("email", MAIL, "e1", T0)
    writes("webchat", "w1", "w1", T0 + 5)
    proofs.prove("w1", "email", MAIL, "code", T0 + 9)
    work_off(store)
    events = [e for _, e in threads.whole("w1").events]
    assert [(e.kind, e.by, e.detail.get("how") or e.detail["why"]) for e in events] == [
        ("proven", "customer", "code"),
        ("merged", "customer", "code"),
    ]
    assert events[1].detail["into"] == first.customer
    assert threads.whole("e1").events == ()


def test_a_proof_before_the_first_message_is_good_for_it(store: Store) -> None:
    first = writes("email", MAIL, "e1", T0)
    assert proofs.prove("w1", "email", MAIL, "jwt", T0 + 1)
    assert not proofs.prove("w1", "email", MAIL, "jwt", T0 + 2)
    work_off(store)
    assert writes("webchat", "w1", "w1", T0 + 9).customer == first.customer


def test_two_customers_with_proven_addresses_of_one_kind_are_never_merged_by_themselves(store: Store) -> None:
    writes("webchat", "w1", "w1", T0)
    proofs.prove("w1", "email", MAIL, "code", T0 + 1)
    work_off(store)
    proofs.prove("w1", "email", "bob@customer.example", "code", T0 + 2)
    work_off(store)
    ann, bob = of("email", MAIL), of("email", "bob@customer.example")
    assert of("webchat", "w1") == ann != bob
    assert customers.of(ann).possibly == ((bob, "email"),)
    assert customers.of(bob).possibly == ((ann, "email"),)
    assert customers.are_possibly_the_same(ann, bob)
    merging.merge(customers.of(ann), customers.of(bob), "agent-sue", "by hand", T0 + 3)
    work_off(store)
    both = customers.of(ann)
    assert both == customers.of(bob)
    assert (len(both.identities), both.possibly) == (3, ())


PROVEN = st.sampled_from(["", "code", "mail", "jwt", "carrier"])
HELD = st.lists(st.tuples(st.sampled_from(["email", "sms", "webchat", "account"]), st.integers(0, 3), PROVEN), max_size=5)


def test_two_proofs_of_one_account_at_once_hold_nobody_up(store: Store) -> None:
    """The second comes before the first one's move was carried out, which stands behind it in the stream."""
    for thread in ("w1", "w2"):
        writes("webchat", thread, thread)
        proofs.prove(thread, "account", "mia", "jwt", T0 + 3)
    work_off(store)
    (waits,) = [m for m in clients.client("sqs").receive_message(QueueUrl=store.postponed)["Messages"] if "merged" in m["Body"]]
    again = {name: {"S": value} for name, value in json.loads(waits["Body"])["keys"].items()}
    proofs.handle(clients.client("dynamodb").get_item(TableName="conversations", Key=again)["Item"], None)
    work_off(store)
    assert of("webchat", "w1") == of("webchat", "w2") == of("account", "mia")


@given(HELD, HELD)
def test_a_clash_is_found_from_both_sides_and_only_between_proofs(mine: list[Any], theirs: list[Any]) -> None:
    here, there = ([Identity(c, f"{side}{n}", side, 0, proven=p) for c, n, p in held] for side, held in (("a", mine), ("b", theirs)))
    found = customers.clash(here, there)
    assert found == customers.clash(there, here)
    both = {i.channel for i in here if i.proven} & {i.channel for i in there if i.proven} - {"webchat"}
    assert bool(found) == bool(both)


def test_only_a_proven_address_that_takes_messages_is_reachable_and_mail_comes_first() -> None:
    mail, phone = Identity("email", MAIL, "c", 0, proven="code"), Identity("sms", PHONE, "c", 0, proven="carrier")
    assert customers.reachable([phone, mail]) == mail
    assert customers.reachable([phone, replace(mail, blocked="bounced")]) == phone
    assert customers.reachable([replace(phone, blocked="stopped"), replace(mail, proven="")]) is None
    assert customers.reachable([Identity("webchat", "w1", "c", 0)]) is None


def test_a_split_gives_back_what_the_merge_brought_and_new_conversations_go_with_their_identity(store: Store) -> None:
    writes("email", MAIL, "e1", T0)
    writes("webchat", "w1", "w1", T0 + 1)
    before = world(store)
    proofs.prove("w1", "email", MAIL, "code", T0 + 2)
    work_off(store)
    head = table.head("w1", consistent=True)
    assert head
    later = incoming("Another thing", id="m-0000009", at=T0 + 10**9)
    table.save(baton.reopened(replace(head, owner="none"), later), past=replace(head, owner="none"))
    writes("email", MAIL, "e2", T0 + 3)
    both = customers.of(of("webchat", "w1"))
    assert len(both.conversations) == 4
    merging.split(both, "webchat", "w1", "agent-sue", T0 + 5)
    work_off(store)
    held, talks = world(store)
    assert held == before[0]
    assert talks == {
        "T#e1HEAD": held["I#email#" + MAIL],
        "T#e2HEAD": held["I#email#" + MAIL],
        "T#w1HEAD": held["I#webchat#w1"],
        "T#w1C#1": held["I#webchat#w1"],
    }
    assert [e.kind for _, e in threads.whole("w1").events] == ["proven", "merged", "split"]
    assert customers.of(both.id).moves[-1].undone == T0 + 5


def test_an_identity_that_came_by_no_merge_becomes_a_customer_of_its_own(store: Store) -> None:
    writes("email", MAIL, "e1", T0)
    writes("webchat", "w1", "w1", T0 + 1)
    proofs.prove("w1", "email", MAIL, "code", T0 + 2)
    work_off(store)
    both = customers.of(of("email", MAIL))
    merging.split(both, "email", MAIL, "agent-sue", T0 + 5)
    work_off(store)
    assert of("email", MAIL) != of("webchat", "w1") == both.id
    assert [c.id for c in customers.of(of("email", MAIL)).conversations] == ["e1.1"]


def test_nothing_is_split_that_is_not_there_or_is_all_there_is(store: Store) -> None:
    writes("email", MAIL, "e1", T0)
    alone = customers.of(of("email", MAIL))
    with pytest.raises(NotFound):
        merging.split(alone, "sms", PHONE, "agent-sue", T0)
    with pytest.raises(BadRequest):
        merging.split(alone, "email", MAIL, "agent-sue", T0)
    with pytest.raises(BadRequest):
        merging.merge(alone, alone, "agent-sue", "by hand", T0)
    with pytest.raises(NotFound):
        customers.of("nobody")


def test_of_two_merges_at_once_that_share_a_customer_one_is_refused(store: Store) -> None:
    for n, channel in enumerate(("email", "sms", "webchat")):
        writes(channel, f"a{n}", f"t{n}", T0 + n)
    a, b, c = (customers.exactly(of(channel, f"a{n}")) for n, channel in enumerate(("email", "sms", "webchat")))
    merging.merge(a, b, "agent-sue", "by hand", T0 + 5)
    with pytest.raises(Conflict):
        merging.merge(b, c, "agent-sue", "by hand", T0 + 6)
    with pytest.raises(Conflict):
        merging.merge(c, b, "agent-sue", "by hand", T0 + 7)
    work_off(store)
    merging.merge(customers.of(b.id), c, "agent-sue", "by hand", T0 + 8)
    work_off(store)
    assert {of("email", "a0"), of("sms", "a1"), of("webchat", "a2")} == {a.id}


@pytest.mark.parametrize("survives", range(8))
def test_a_merge_that_is_killed_in_the_middle_is_finished_by_the_next_try(
    store: Store, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    writes("email", MAIL, "e1", T0)
    for n in range(3):
        writes("webchat", "w1", f"w{n}", T0 + n + 1)
    stays, goes = customers.exactly(of("email", MAIL)), customers.exactly(of("webchat", "w1"))
    move = merging.merge(stays, goes, "agent-sue", "by hand", T0 + 5)
    left = survives

    def dies(event_name: str, **_: Any) -> None:
        nonlocal left
        if event_name.rpartition(".")[2] in ("UpdateItem", "TransactWriteItems"):
            left -= 1
            if left < 0:
                raise Unavailable("killed")

    events = clients._session()
    events.register("before-send.dynamodb.*", dies)
    try:
        merging.carry_out(move)
    except BatonError:
        assert survives < 4
    events.unregister("before-send.dynamodb.*", dies)
    work_off(store)
    held, talks = world(store)
    assert set(held.values()) | set(talks.values()) == {stays.id}
    assert not customers.exactly(goes.id).conversations


def test_what_began_before_the_merge_and_was_stored_after_it_follows_at_the_second_look(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first message read its customer just before the merge, and saved its head just after."""
    writes("email", MAIL, "e1", T0)
    writes("webchat", "w1", "w1", T0 + 1)
    known = identities.whose(incoming(thread="w1", address="w1"))
    monkeypatch.setattr(merging, "now", lambda: T0 + 3)
    merging.merge(customers.exactly(of("email", MAIL)), customers.exactly(known.customer), "agent-sue", "by hand", T0 + 2)
    work_off(store)
    queued = clients.client("sqs").receive_message(QueueUrl=store.postponed)["Messages"]
    assert len(queued) == 1
    table.save(baton.opened(incoming(thread="w1b", address="w1", at=T0 + 2), known.customer))
    monkeypatch.setattr(merging, "now", lambda: LATER)
    (move,) = customers.of(of("email", MAIL)).moves
    assert merging.handle(customers.move_item(move), None) == "moved"
    assert len(customers.of(of("email", MAIL)).conversations) == 3
