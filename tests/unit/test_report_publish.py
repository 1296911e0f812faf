"""Publishing: twice, at once, late, or after a crash, the same bytes stand in the bucket."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from chalicelib.aws import clients
from chalicelib.business import current, store
from chalicelib.business.store import Version
from chalicelib.conversations import baton, table
from chalicelib.conversations.model import Answer, Conversation, Escalation
from chalicelib.errors import BadRequest, BatonError, NotFound, Unavailable
from chalicelib.insight import facts, periods, publish, render
from tests.unit.conftest import Store, incoming, make_bucket

ZONE = "America/New_York"
DAY = periods.day_period("2026-11-01", ZONE)  # of 25 hours
HOUR = 3_600_000
MORNING = DAY.end + HOUR
FILES = ["facts.json", "report.csv", "report.html", "report.json"]


@pytest.fixture(autouse=True)
def bucket(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTS_BUCKET", "reports-of-a-test")
    monkeypatch.setenv("TIME_ZONE", ZONE)
    monkeypatch.setenv("BUSINESS", "Tea House")
    make_bucket("reports-of-a-test")


def stored(at: int, thread: str, **changes: Any) -> Conversation:
    message = incoming(thread=thread, at=at, **changes)
    c = table.save(baton.received(baton.opened(message, "c1"), message))
    return table.save(baton.answered(c, message, Answer("text", "a1"), at + 1_000))


def escalate(c: Conversation, at: int) -> Conversation:
    return table.save(baton.escalated(c, "m", Escalation("r", "not sure", "billing", "normal", "s"), at))


def contents(day: str) -> dict[str, bytes]:
    return {
        name: clients.client("s3").get_object(Bucket="reports-of-a-test", Key=f"reports/{day[:4]}/{day}/{name}")["Body"].read()
        for name in FILES
    }


def report(day: str = DAY.day) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        clients.client("s3").get_object(Bucket="reports-of-a-test", Key=f"reports/{day[:4]}/{day}/report.json")["Body"].read()
    )
    return made


def test_the_last_ended_day_is_published_with_all_that_happened_from_midnight_to_midnight() -> None:
    for n, at in enumerate((DAY.start - 1, DAY.start, DAY.start + 12 * HOUR, DAY.end - 1, DAY.end)):
        stored(at, f"w{n}")
    assert publish.publish(None, MORNING) == [DAY.day]
    assert report()["volume"]["opened"] == 3
    assert len(report()["volume"]["hours"]) == 25
    assert sorted(contents(DAY.day)) == FILES


def test_earlier_conversations_of_a_thread_count_too() -> None:
    first = stored(DAY.start, "w1")
    again = incoming(thread="w1", id="m-0000002", at=DAY.start + 30 * HOUR // 2)
    table.save(baton.reopened(first, again), past=first)
    publish.publish(None, MORNING)
    assert report()["volume"]["opened"] == 2


def test_a_reply_to_a_question_of_days_before_is_found() -> None:
    c = escalate(stored(DAY.start - 5 * 24 * HOUR, "w1"), DAY.start - 5 * 24 * HOUR + 5_000)
    table.save(baton.claimed(c, "ann", DAY.start + HOUR))
    publish.publish(None, MORNING)
    assert report()["waiting"][0] == {"of": "all", "n": 1, "median": 121 * HOUR - 5_000, "p90": 121 * HOUR - 5_000}


def test_open_work_is_what_waits_and_what_agents_hold_when_the_report_is_made() -> None:
    escalate(stored(DAY.end - HOUR, "w1"), DAY.end - HOUR + 2_000)
    held = escalate(stored(DAY.start, "w2"), DAY.start + 2_000)
    table.save(baton.claimed(held, "ann", DAY.start + 4_000))
    old = escalate(stored(DAY.start - 30 * 24 * HOUR, "w3"), DAY.start - 30 * 24 * HOUR)
    table.save(baton.claimed(old, "bea", DAY.start - 29 * 24 * HOUR))
    publish.publish(None, MORNING, agents=["bea"])
    work = report()["open_work"]
    assert [(w["queue"], w["n"], w["oldest"]) for w in work["waiting"] if w["n"]] == [("billing", 1, 2 * HOUR - 2_000)]
    assert (work["at"], work["held"], work["unanswered"]) == (MORNING, 2, 2)
    assert {(w["queue"], w["urgency"]) for w in work["waiting"]} >= {("general", "urgent"), ("technical", "normal")}


def test_twice_gives_the_same_bytes_though_the_conversations_went_on() -> None:
    c = escalate(stored(DAY.end - HOUR, "w1"), DAY.end - HOUR + 2_000)
    publish.publish(None, MORNING)
    before = contents(DAY.day)
    table.save(baton.claimed(c, "ann", MORNING + 1))
    stored(DAY.end - 2 * HOUR, "came-late")
    assert publish.publish(None, MORNING + HOUR) == []
    assert publish.publish(DAY.day, MORNING + 9 * HOUR) == [DAY.day]
    assert contents(DAY.day) == before


@pytest.mark.parametrize("overtaken_at", ["_gather", "_record", "_write"])
def test_at_once_all_files_come_from_the_same_facts(overtaken_at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run does the whole work, with another moment and another conversation, before or within each step of this one."""
    stored(DAY.start, "w1")
    step = getattr(publish, overtaken_at)

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(publish, overtaken_at, step)
        done = step(*arguments) if overtaken_at == "_gather" else None
        stored(DAY.start + HOUR, "w2")
        publish.publish(DAY.day, MORNING + HOUR)
        return done or step(*arguments)

    monkeypatch.setattr(publish, overtaken_at, overtaken)
    publish.publish(None, MORNING)
    files = contents(DAY.day)
    kept = facts.load(files["facts.json"])
    assert {name: files[f"report.{name}"] for name in ("csv", "html", "json")} == render.files(kept)
    first = MORNING if overtaken_at == "_write" else MORNING + HOUR
    assert kept.made_at == first


@pytest.mark.parametrize("dies_before", ["report.csv", "report.html", "report.json"])
def test_a_run_that_died_is_finished_by_the_next(dies_before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(DAY.start, "w1")
    client = clients.client("s3")
    put = client.put_object

    def dying(**request: Any) -> Any:
        if request["Key"].endswith(dies_before):
            raise KeyboardInterrupt
        return put(**request)

    with monkeypatch.context() as broken:
        broken.setattr(client, "put_object", dying)
        with pytest.raises(KeyboardInterrupt):
            publish.publish(None, MORNING)
    stored(DAY.start + 1, "w2")
    assert publish.publish(None, MORNING + HOUR) == [DAY.day]
    assert report()["made_at"] == MORNING
    assert report()["volume"]["opened"] == 1


def test_skipped_days_are_made_up_without_open_work_that_would_be_another_days() -> None:
    stored(DAY.start, "w1")
    publish.publish(None, MORNING)
    assert publish.publish(None, MORNING + 72 * HOUR) == ["2026-11-02", "2026-11-03", "2026-11-04"]
    assert report("2026-11-02")["open_work"] is None
    assert report("2026-11-04")["open_work"] is not None
    assert report("2026-11-02")["volume"]["opened"] == 0


def test_the_day_itself_can_be_reported_and_is_reported_again_when_it_is_over() -> None:
    stored(DAY.start, "w1")
    assert publish.publish(DAY.day, DAY.start + HOUR) == [DAY.day]
    assert (report()["until"], report()["volume"]["opened"]) == (DAY.start + HOUR, 1)
    stored(DAY.start + 2 * HOUR, "w2")
    publish.publish(DAY.day, DAY.start + 3 * HOUR)
    assert report()["volume"]["opened"] == 2
    assert publish.publish(None, MORNING) == [DAY.day]
    assert report()["until"] == DAY.end


def test_a_slow_report_of_the_running_day_never_replaces_the_one_of_the_whole_day(monkeypatch: pytest.MonkeyPatch) -> None:
    stored(DAY.start, "w1")
    gather = publish._gather

    def slow(period: periods.Period, now: int, agents: Any) -> facts.Facts:
        gathered = gather(period, now, agents)
        monkeypatch.setattr(publish, "_gather", gather)
        publish.publish(None, MORNING)
        return gathered

    monkeypatch.setattr(publish, "_gather", slow)
    publish.publish(DAY.day, DAY.end - 1)
    assert report()["until"] == DAY.end


def test_files_older_than_the_facts_are_made_again() -> None:
    """As after a crash right behind the facts, with files of the running day in place."""
    stored(DAY.start, "w1")
    publish.publish(DAY.day, DAY.start + HOUR)
    ended = publish._gather(DAY, MORNING, ())
    time.sleep(1.1)  # the bucket's clock has no finer grain
    publish._record(ended)
    assert publish.publish(None, MORNING) == [DAY.day]
    assert report()["until"] == DAY.end


@pytest.mark.parametrize("day", ["2026-11-03", "2025-01-01", "2026-02-30", "yesterday", "../2026-11-01"])
def test_days_to_come_long_gone_or_never_are_refused(day: str) -> None:
    with pytest.raises(BadRequest):
        publish.publish(day, MORNING)
    with pytest.raises(BadRequest):
        publish.order(day, MORNING)


def test_a_day_that_the_calendar_left_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_ZONE", "Pacific/Apia")
    with pytest.raises(BadRequest, match="calendar"):
        publish.publish("2011-12-30", periods.day_period("2012-01-05", "Pacific/Apia").start)


def test_a_time_zone_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_ZONE", "Europe/Atlantis")
    with pytest.raises(BatonError, match="Europe/Atlantis"):
        publish.publish(None, MORNING)


def test_reports_are_listed_the_newest_first() -> None:
    assert publish.list_reports() == []
    publish.publish(None, MORNING)
    publish.publish(None, MORNING + 48 * HOUR)
    listed = publish.list_reports()
    assert [entry["day"] for entry in listed] == ["2026-11-03", "2026-11-02", "2026-11-01"]
    assert all(abs(entry["made_at"] - time.time() * 1000) < 60_000 for entry in listed)


def test_addresses_open_the_files_with_their_type_and_name_for_five_minutes() -> None:
    publish.publish(None, MORNING)
    found = publish.addresses(DAY.day)
    assert list(found) == ["day", "json", "csv", "html"]
    for kind, how in (("json", "inline"), ("csv", "attachment"), ("html", "inline")):
        answer = requests.get(found[kind], timeout=5)
        assert answer.content == contents(DAY.day)[f"report.{kind}"]
        assert urlsplit(found[kind]).hostname == "reports-of-a-test.s3.eu-central-1.amazonaws.com"
        query = parse_qs(urlsplit(found[kind]).query)
        assert query["X-Amz-Expires"] == ["300"]
        assert query["response-content-disposition"] == [f'{how}; filename="baton-{DAY.day}.{kind}"']
        assert query["response-content-type"][0].split(";")[0] in ("application/json", "text/csv", "text/html")


@pytest.mark.parametrize(("day", "error"), [("2026-10-31", NotFound), ("nonsense", BadRequest)])
def test_what_was_never_reported_has_no_address(day: str, error: type[BatonError]) -> None:
    with pytest.raises(error):
        publish.addresses(day)


def test_what_else_lies_in_the_bucket_is_no_report() -> None:
    clients.client("s3").put_object(Bucket="reports-of-a-test", Key="reports/2026/readme.txt", Body=b"")
    clients.client("s3").put_object(Bucket="reports-of-a-test", Key="reports/2026/2026-10-01/report.csv", Body=b"")
    assert publish.list_reports() == []


def test_more_reports_than_fit_on_a_page_of_the_list_are_all_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    client = clients.client("s3")
    whole = client.list_objects_v2
    monkeypatch.setattr(client, "list_objects_v2", lambda **request: whole(MaxKeys=3, **request))
    publish.publish(None, MORNING)
    assert len(publish.publish(None, MORNING + 72 * HOUR)) == 3
    assert len(publish.list_reports()) == 4


def test_an_order_goes_to_the_report_function(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setenv("REPORT_FUNCTION", "baton-test-PublishReport")
    monkeypatch.setattr(clients.client("lambda"), "invoke", lambda **request: sent.append(request))
    publish.order(DAY.day, MORNING)
    assert sent == [{"FunctionName": "baton-test-PublishReport", "InvocationType": "Event", "Payload": b'{"day": "2026-11-01"}'}]


def test_a_bucket_that_cannot_be_read_is_no_reason_to_record_other_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(**request: Any) -> Any:
        from botocore.exceptions import EndpointConnectionError

        raise EndpointConnectionError(endpoint_url="https://s3")

    monkeypatch.setattr(clients.client("s3"), "get_object", down)
    with pytest.raises(Unavailable):
        publish.publish(DAY.day, MORNING)


def test_a_report_says_nothing_of_customers_that_the_table_knows() -> None:
    stored(DAY.start, "w1", name="Jo Private", address="visitor-secret", text="my first words")
    publish.publish(None, MORNING)
    together = b"".join(contents(DAY.day).values())
    for private in (b"Jo Private", b"visitor-secret", b"my first words"):
        assert private not in together


def test_nothing_of_a_conversation_that_did_not_move_is_kept() -> None:
    quiet = replace(stored(DAY.start - 3 * 24 * HOUR, "quiet"))
    publish.publish(None, MORNING)
    assert quiet.id.encode() not in contents(DAY.day)["facts.json"]


def test_a_queue_of_the_businesss_own_is_called_by_its_names_also_in_a_report_that_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"id": "billing", "en": "Invoices", "zh": "发票"}
    content = {"default": "general", "queues": [{"id": "general", "en": "General", "zh": "综合"}, own]}
    store.put(Version("queues", 1, content, MORNING, "sue", "renamed"))
    escalate(stored(DAY.start, "w1"), DAY.start + HOUR)
    publish.publish(None, MORNING)
    first = contents(DAY.day)["report.html"].decode()
    assert "Invoices" in first
    assert "发票" in first
    store.put(Version("queues", 2, {**content, "queues": [content["queues"][0], {**own, "en": "Money"}]}, MORNING, "sue", "again"))
    current.renew()
    publish.publish(DAY.day, MORNING + HOUR)
    assert contents(DAY.day)["report.html"].decode() == first
