"""Whatever happened, in any order: the copy holds all of a customer, the erasure leaves nothing of her, and nobody else's things change."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chalicelib.aws import clients, objects
from tests.unit.conftest import Store
from tests.unit.erasure_world import BUCKETS, PEOPLE, World, make_world, tell
from tests.unit.test_erasure import places

__all__ = ["make_world"]

WHO = st.sampled_from(PEOPLE)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["mail", "chat", "text", "prove", "answer", "resolve", "judge", "park"]), WHO),
        st.tuples(st.sampled_from(["mail_twice", "robot", "hand_over", "stop", "export"]), WHO),
        st.tuples(st.sampled_from(["merge", "split"]), WHO, WHO),
        st.tuples(st.sampled_from(["learn", "report", "report_during"])),
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS, WHO)
def test_whatever_happened_all_of_one_is_found_and_goes_and_nothing_else(world: World, steps: list[Any], who: str) -> None:
    _empty(world.store)
    world.mail(who)
    for step in steps:
        _do(world, *step)
    mine = set(world.customers_of(who))
    with_her = [one for one in PEOPLE if world.customers_of(one) and set(world.customers_of(one)) <= mine]
    apart = [one for one in PEOPLE if not set(world.customers_of(one)) & mine]
    before = {one: tell(world, one) for one in PEOPLE}
    copy = world.export(who).decode("utf-8", "replace").lower()
    assert [mark for told in before[who].values() for mark in told if mark not in copy] == []
    assert [job.left for job in world.erase(who)] == [0] * len(mine)
    assert {one: tell(world, one) for one in with_her} == {one: {} for one in with_her}
    for one in apart:
        assert _settled(places(tell(world, one))) == _settled(places(before[one]))


def _do(world: World, kind: str, *who: str) -> None:
    if kind in ("learn", "report"):
        getattr(world, kind)()
    elif kind == "report_during":
        world.report(during=True)
    elif kind == "mail_twice":
        world.mail(*who, twice=True)
    elif kind == "robot":
        world.mail(*who, robot=True)
    elif kind == "hand_over":
        world.chat(*who, ask=False)
    elif kind == "stop":
        world.text(*who, words="STOP")
    else:
        getattr(world, kind)(*who)


def _settled(told: dict[str, list[str]]) -> dict[str, list[str]]:
    """But for the reports of a day that is not over, which are made anew, and the records of moves between her and others."""
    return {where: marks for where, marks in told.items() if not where.startswith(("reports ", "conversations K#"))}


def _empty(store: Store) -> None:
    dynamodb = clients.client("dynamodb")
    for name in ("conversations", "notes", "knowledge"):
        for item in dynamodb.scan(TableName=name, ConsistentRead=True)["Items"]:
            if not item["pk"]["S"].startswith(("AGENTS", "ARTICLES")):
                dynamodb.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
    for bucket in BUCKETS:
        objects.erase(bucket, "")
    for queue in (store.failed, store.postponed):
        while found := clients.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            for message in found:
                clients.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    store.seen.clear()
