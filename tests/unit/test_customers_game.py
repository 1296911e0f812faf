"""Whatever customers and supervisors do, in any order: nobody is in two customers, and a split undoes a merge."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.aws import clients
from chalicelib.conversations import keys, table
from chalicelib.customers import customer as customers
from chalicelib.customers import identities, merging, proofs
from chalicelib.customers.customer import Customer
from chalicelib.errors import BadRequest, NotFound
from tests.unit.conftest import T0, Store
from tests.unit.test_customers import clock, work_off, world, writes

__all__ = ["clock"]  # a fixture for each test here, too

ADDRESSES = [
    ("email", "a@x.example"),
    ("email", "b@x.example"),
    ("sms", "+12025550101"),
    ("webchat", "w1"),
    ("webchat", "w2"),
    ("account", "7"),
]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("writes"), st.integers(0, 4)),
        st.tuples(st.just("proves"), st.integers(3, 4), st.sampled_from([0, 1, 2, 5])),
        st.tuples(st.just("merges"), st.integers(0, 5), st.integers(0, 5)),
        st.tuples(st.just("splits"), st.integers(0, 5)),
    ),
    min_size=3,
    max_size=9,
)


@settings(
    max_examples=20,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_whatever_happens_every_conversation_is_its_identitys_and_a_split_undoes_a_merge(store: Store, steps: list[Any]) -> None:
    _empty(store)
    for n, step in enumerate(steps):
        before = world(store)
        try:
            move = _do(step, T0 + 10 * n)
        except (NotFound, BadRequest):
            continue
        work_off(store)
        held, talks = world(store)
        for where, customer in talks.items():
            c = keys.conversation(next(i for i in store.items() if i["pk"]["S"] + i["sk"]["S"] == where))
            assert held[keys.identity_pk(c.channel, c.address)] == customer
        if step[0] == "merges" and move:
            _undo_and_redo(store, move, before, T0 + 10 * n)
        _assert_proofs_never_clash_by_themselves(store)


def _do(step: tuple[Any, ...], at: int) -> customers.MergeRecord | None:
    kind, first = step[0], ADDRESSES[step[1]]
    if kind == "writes":
        thread = first[1] if first[0] == "webchat" else f"{first[0][0]}{at}"
        if not table.head(thread, consistent=True):
            writes(*first, thread, at)
    elif kind == "proves":
        proofs.prove(first[1], *ADDRESSES[step[2]], "code", at)
    elif kind == "merges":
        one, other = (_customer(*ADDRESSES[n]) for n in step[1:])
        return merging.merge(one, other, "agent-sue", "by hand", at)
    else:
        merging.split(_customer(*first), *first, "agent-sue", at)
    return None


def _customer(channel: str, address: str) -> Customer:
    known = identities.read(channel, address)
    if not known:
        raise NotFound("nobody")
    return customers.of(known.customer)


def _undo_and_redo(store: Store, move: customers.MergeRecord, before: tuple[Any, Any], at: int) -> None:
    channel, address = keys.split_identity(move.identities[0])
    merging.split(customers.of(move.target), channel, address, "agent-sue", at + 1)
    work_off(store)
    assert world(store) == before
    merging.merge(customers.of(move.source), customers.of(move.target), "agent-sue", "by hand", at + 2)
    work_off(store)


def _assert_proofs_never_clash_by_themselves(store: Store) -> None:
    """Two proven addresses of one kind are one customer's only if a person said so."""
    for customer in set(world(store)[0].values()):
        found = customers.of(customer)
        by_hand = any(m.by == "agent-sue" and m.kind == "merge" and not m.undone for m in found.moves)
        mails = [i for i in found.identities if i.channel == "email" and i.proven]
        assert len(mails) <= 1 or by_hand


def _empty(store: Store) -> None:
    for item in store.items():
        clients.client("dynamodb").delete_item(TableName="conversations", Key={"pk": item["pk"], "sk": item["sk"]})
    store.seen.clear()
