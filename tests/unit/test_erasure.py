"""A customer's copy and end: all that is hers is found, nothing else is touched, and it may be stopped anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws import clients, objects
from chalicelib.conversations import keys, partitions, table
from chalicelib.conversations import work as lines_of
from chalicelib.customers import identities
from chalicelib.customers.erasure import footprint, jobs, work
from chalicelib.customers.erasure.certificate import Certificate
from chalicelib.errors import Conflict, NotFound
from chalicelib.governance import roster
from chalicelib.knowledge.articles import items
from tests import threads
from tests.unit.conftest import T0
from tests.unit.erasure_world import MINUTE, PEOPLE, World, address, make_world, phone, tell, visitor

__all__ = ["make_world"]


def a_day(world: World, people: str = PEOPLE) -> None:
    """A day on which everything happens to everybody."""
    for who in people:
        world.mail(who, twice=True)
        world.mail(who, ask=False)
        world.mail(who, robot=True)
        world.chat(who)
        world.chat(who, ask=False)
        world.text(who)
        world.prove(who)
        world.answer(who)
        world.judge(who)
        world.resolve(who)
        world.park(who)
    world.learn()
    world.report()


def places(told: dict[str, list[str]]) -> dict[str, list[str]]:
    """By where it is, whatever version of an object it is."""
    return {where.rpartition(" ")[0] if where.split()[0] in ("knowledge", "reports") else where: marks for where, marks in told.items()}


def day_report() -> dict[str, Any]:
    stored = clients.client("s3").get_object(Bucket="reports", Key="reports/2026/2026-09-21/report.json")["Body"].read()
    made: dict[str, Any] = json.loads(stored)
    return {name: value for name, value in made.items() if name not in ("bottlenecks", "until", "made_at")}


def test_everything_of_a_customer_is_in_the_copy_and_goes_with_the_erasure(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    a_day(world)
    before = {who: tell(world, who) for who in PEOPLE}
    kinds = {where.split()[0] for where in before["a"]}
    assert kinds >= {"conversations", "notes", "knowledge", "mails", "files", "reports"}
    copy = world.export("a").decode("utf-8", "replace").lower()
    assert [mark for told in before["a"].values() for mark in told if mark not in copy] == []
    assert [mark for told in before["b"].values() for mark in told if mark in copy] == []
    done = world.erase("a")
    assert [(job.state, job.left) for job in done] == [("done", 0)] * len(done)
    assert tell(world, "a") == {}
    for who in "bc":
        now, then = places(tell(world, who)), places(before[who])
        assert {where for where in now.keys() | then.keys() if now.get(where) != then.get(where)} == set()
    assert "zq9a" not in capsys.readouterr().out.lower()  # nor did a log line hear of her


def test_figures_stay_and_name_nobody(world: World) -> None:
    a_day(world, "ab")
    before, counted = day_report(), len(list(table.opened_on("2026-09-21")))
    ids = {c.id for c in world.talks("a")}
    world.erase("a")
    assert day_report() == before
    stubs = [c for c in table.opened_on("2026-09-21") if c.address == keys.ERASED]
    assert len(list(table.opened_on("2026-09-21"))) == counted
    assert len(stubs) == len(ids)
    assert {(c.name, c.customer, c.subject, c.question, c.recent, c.flow, c.tier) for c in stubs} == {("", "", "", "", (), "", "")}
    facts = clients.client("s3").get_object(Bucket="reports", Key="reports/2026/2026-09-21/facts.json")["Body"].read().decode()
    assert not [one for one in ids if one in facts]
    world.report()  # made again, it is the same
    assert day_report() == before


def test_a_certificate_says_what_went_and_follows_the_one_before(world: World) -> None:
    world.mail("a")
    world.mail("b")
    customer = world.customer("a")
    first, second = (world.erase(who)[0] for who in "ab")
    told = first.certificate
    assert told["erased"] == {"conversations": 1, "messages": 2, "mails": 1, "files": 1, "identities": 1}
    assert (told["by"], told["left"], told["before"]) == ("agent-sue", 0, "")
    assert told["subject"] == jobs.subject(customer)
    assert second.certificate["before"] == told["hash"]
    known = {name: value for name, value in told.items() if name not in ("hash", "text")}
    assert Certificate(**known | {"remains": tuple(known["remains"])}).hash == told["hash"]
    assert "messages: 2" in told["text"]["en"]
    assert "删除证明" in told["text"]["zh"]
    assert customer not in json.dumps(told)
    assert json.loads(objects.read("exports", f"certificates/{first.id}.json") or b"") == told
    assert [(job.id, job.customer, job.secret) for job in jobs.latest()] == [(second.id, "", ""), (first.id, "", "")]


def killing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """From now on the process dies after so many more of its writes."""
    left = [10**9]

    def dies(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            if left[0] <= 0:
                raise KeyboardInterrupt("killed")
            left[0] -= 1
            return real(*args, **more)

        return call

    for module, names in ((partitions, ("remove", "replace")), (objects, ("erase", "write")), (items, ("put", "delete", "write_many"))):
        for name in names:
            monkeypatch.setattr(module, name, dies(getattr(module, name)))
    for name in ("save", "sealed"):
        monkeypatch.setattr(jobs, name, dies(getattr(jobs, name)))

    def kill_after(writes: int) -> None:
        left[0] = writes

    return kill_after


def test_killed_after_each_of_its_writes_it_goes_on_and_ends_alike(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each go dies one write later than the one before: every place where it may be stopped is one of them."""
    for who in "ab":
        world.mail(who)
        world.chat(who)
        world.prove(who)
        world.judge(who)
        world.chat(who, ask=False)
        world.answer(who)
        world.resolve(who)
    world.learn()
    world.report()
    others, kill_after = places(tell(world, "b")), killing(monkeypatch)
    job, deaths = world.begin("a"), 0
    while not jobs.get(job.id).is_over:
        kill_after(deaths + 1)
        world.at += 5 * MINUTE
        try:
            work.work(job.id, world.house(), world.at + MINUTE)
        except KeyboardInterrupt:
            deaths += 1
        kill_after(10**9)
    assert deaths > 10
    assert (jobs.get(job.id).state, jobs.get(job.id).left) == ("done", 0)
    assert jobs.get(job.id).certificate["erased"]["messages"] == 8
    assert tell(world, "a") == {}
    assert places(tell(world, "b")) == others


def test_with_no_time_it_does_a_little_each_time(world: World) -> None:
    for _ in range(3):
        world.mail("a")
    job, goes = world.begin("a"), 0
    while not jobs.get(job.id).is_over and goes < 200:
        world.at += 5 * MINUTE
        work.work(job.id, world.house(), world.at - 1)
        goes += 1
    assert goes > 3
    assert tell(world, "a") == {}


def test_nobody_works_at_what_another_works_at(world: World) -> None:
    world.mail("a")
    job = world.begin("a")
    jobs.taken(jobs.get(job.id), world.at)
    with pytest.raises(Conflict):
        work.work(job.id, world.house(), world.at + MINUTE)
    assert work.attempt(job.id, world.house(), world.at + MINUTE) == "somebody works at it, or it is over"
    with pytest.raises(Conflict, match="already"):
        world.begin("a")


def test_the_clock_starts_what_nobody_works_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(jobs, "start", lambda job: started.append(job.id))
    world.mail("a")
    job = world.begin("a")
    assert jobs.resume(world.at) == 1
    taken = jobs.taken(jobs.get(job.id), world.at)
    assert jobs.resume(world.at + MINUTE) == 0
    assert jobs.resume(taken.free_at + 1) == 1
    world.through(job)
    assert jobs.resume(world.at + 10**9) == 0
    assert started == [job.id, job.id]


def test_whoever_owes_an_answer_is_told_and_forced_it_is_closed(world: World) -> None:
    world.mail("a", ask=False)
    world.answer("a")
    world.chat("a", ask=False)
    world.prove("a")
    assert roster.find("agent-ann").held == 1
    with pytest.raises(Conflict, match="owes an answer"):
        world.erase("a", force=False)
    world.erase("a")
    assert roster.find("agent-ann").held == 0
    assert (lines_of.held_by("agent-ann"), lines_of.waiting("billing", "urgent"), lines_of.waiting("billing", "normal")) == ([], [], [])
    assert tell(world, "a") == {}


def test_one_that_opened_since_the_order_stops_it_before_anything_goes(world: World) -> None:
    world.chat("a")
    job = work.order("erase", world.customer("a"), "agent-sue", world.at)
    world.chat("a", ask=False)
    before = tell(world, "a")
    assert world.through(job).state == "failed"
    assert "owes an answer" in jobs.get(job.id).error
    assert tell(world, "a") == before


def test_what_was_on_its_way_goes_too_and_who_writes_afterwards_is_somebody_new(world: World) -> None:
    world.chat("a")
    world.mail("a")
    world.prove("a")
    customer = world.customer("a")
    [late] = [m for m in threads.whole(visitor("a")).messages if m.direction == "incoming"]
    job = world.begin("a")
    world.at += MINUTE
    assert work.work(job.id, world.house(), world.at + MINUTE).state == "settling"
    table.record(late)  # its record comes out of the stream once more, and opens a conversation
    world.turn(late)
    assert tell(world, "a")
    world.through(job)
    assert tell(world, "a") == {}
    world.chat("a")
    assert world.customer("a") not in ("", customer)
    assert [c.incoming for c in world.talks("a")] == [1]


def test_who_writes_while_it_is_looked_at_again_stays(world: World) -> None:
    world.chat("a")
    job = world.begin("a")
    world.at += MINUTE
    assert work.work(job.id, world.house(), world.at + MINUTE).state == "settling"
    world.chat("a")
    new = world.customer("a")
    assert world.through(job).left == 0
    assert world.customer("a") == new
    assert [c.incoming for c in world.talks("a")] == [1]


def test_a_stop_outlives_its_customer_without_her_number_and_start_ends_it(world: World) -> None:
    world.text("a")
    world.text("a", words="STOP")
    assert identities.blocked("sms", phone("a")) == "stopped"
    world.erase("a")
    assert tell(world, "a") == {}
    assert identities.blocked("sms", phone("a")) == "stopped"  # also for a code that somebody asks for in a chat
    world.text("a")
    assert identities.blocked("sms", phone("a")) == "stopped"
    world.text("a", words="START")
    assert identities.blocked("sms", phone("a")) == ""
    world.erase("a")
    world.text("a")
    assert identities.blocked("sms", phone("a")) == ""


def test_that_an_address_took_no_mail_is_nobodys_wish_and_goes(world: World) -> None:
    world.mail("a")
    identities.block("email", address("a"), "bounced", T0)
    world.erase("a")
    assert identities.blocked("email", address("a")) == ""
    assert tell(world, "a") == {}


def test_records_of_others_that_name_her_go_with_her(world: World) -> None:
    world.mail("a")
    world.chat("b")
    one, other = world.customer("a"), world.customer("b")
    world.merge("a", "b")
    world.split("a", "b")
    assert (world.customer("a"), world.customer("b")) == (one, other)
    others = footprint.walk(one).others
    assert others == (other,)
    world.erase("b")
    assert tell(world, "b") == {}
    named = [item for item in world.store.items() if item["type"]["S"] in ("move", "possibly") and other in json.dumps(item)]
    assert named == []  # other items of hers may hold the id, which leads nowhere
    world.erase("a")
    assert tell(world, "a") == {}


def test_whoever_was_merged_is_one_with_all_names(world: World) -> None:
    for who in PEOPLE:
        world.mail(who)
    names = [world.customer(who) for who in PEOPLE]
    world.merge("a", "b")
    world.merge("b", "c")
    assert set(footprint.walk(names[2]).names) == set(names)
    world.erase("c")
    assert [tell(world, who) for who in PEOPLE] == [{}, {}, {}]
    with pytest.raises(NotFound):
        footprint.walk(names[1])


def test_a_copy_that_was_made_goes_with_the_erasure(world: World) -> None:
    world.mail("a")
    world.export("a")
    assert list(objects.names("exports", "customers/"))
    world.erase("a")
    assert list(objects.names("exports", "customers/")) == []


def test_a_copy_from_before_a_merge_goes_too(world: World) -> None:
    for who in "ab":
        world.mail(who)
        world.export(who)
    world.merge("a", "b")
    world.erase("a")
    assert list(objects.names("exports", "customers/")) == []


def test_killed_when_the_walk_is_gone_it_still_ends(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.mail("a")
    job = world.begin("a")
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "sealed", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            world.through(job)
    assert list(objects.names("exports", "customers/")) == []
    assert world.through(job).certificate["left"] == 0


def test_an_export_that_fails_again_and_again_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.mail("a")
    job = work.order("export", world.customer("a"), "agent-sue", world.at)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "export", dies)
    for _ in range(3):
        world.at += 5 * MINUTE
        with pytest.raises(KeyboardInterrupt):
            work.work(job.id, world.house(), world.at + MINUTE)
    assert world.through(job).state == "failed"
