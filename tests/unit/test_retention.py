"""How long things are kept: for ever unless a deployment says otherwise; what is open does not end; what is over is shown to nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.conversations import baton, keys, notes, retention, story, table
from chalicelib.conversations.model import Event, Message
from chalicelib.desk import sweep
from chalicelib.governance.roster import Agent
from chalicelib.observability import now
from tests.unit.conftest import T0, Store, incoming
from tests.unit.packaged import of_type
from tests.unit.test_baton import HAND_OVER

DAY = settings.DAY
VARIABLES = ("TABLE", "KEEP_CONVERSATIONS", "NOTES_TABLE", "KEEP_NOTES")


@pytest.fixture
def thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEP_CONVERSATIONS", "30")
    monkeypatch.setenv("KEEP_NOTES", "30")


def expires(store: Store, sk: str) -> int:
    item = next(item for item in store.items() if item["sk"]["S"] == sk)
    return int(item["expires"]["N"]) * 1000 if "expires" in item else 0


def test_nothing_ends_unless_a_deployment_says_so(store: Store) -> None:
    message = incoming()
    table.record(message)
    table.save(baton.opened(message, "c1"), Event("proven", T0, "customer"))
    notes.add("w1", notes.Note("n1", T0, "agent-ann", "Ann", "text"))
    assert not [item for item in store.items() if "expires" in item]


@pytest.mark.usefixtures("thirty_days")
def test_each_thing_bears_its_end_from_the_write_that_makes_it(store: Store) -> None:
    message = incoming()
    table.record(message)
    c = table.save(baton.opened(message, "c1"), Event("proven", T0, "customer"))
    assert expires(store, keys.message_sk(message.id)) == T0 + 30 * DAY
    assert expires(store, keys.HEAD) == T0 + 30 * DAY
    assert expires(store, keys.event_sk(c)) == T0 + 30 * DAY


@pytest.mark.usefixtures("thirty_days")
def test_a_conversation_that_people_hold_has_no_end_until_it_is_resolved(store: Store) -> None:
    message = incoming()
    c = table.save(baton.opened(message, "c1"))
    c = table.save(baton.escalated(c, message.id, HAND_OVER, T0))
    assert expires(store, keys.HEAD) == 0
    c = table.save(baton.claimed(c, "agent-ann", T0 + DAY))
    assert expires(store, keys.HEAD) == 0
    table.save(baton.resolved(c, "agent-ann", T0 + 40 * DAY))
    assert expires(store, keys.HEAD) == T0 + 70 * DAY


@pytest.mark.usefixtures("thirty_days")
def test_what_waits_keeps_its_first_words(store: Store, ann: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep of the day's first minutes gives an old open conversation longer; others are let be."""
    for thread in ("w1", "w2"):
        message = incoming(thread=thread)
        table.record(message)
        c = table.save(baton.opened(message, "c1"))
        if thread == "w1":
            table.save(baton.escalated(c, message.id, HAND_OVER, T0))
    midnight = (T0 // DAY + 29) * DAY
    monkeypatch.setattr(sweep, "now", lambda: midnight + DAY // 2)
    sweep.sweep()
    at_noon = {item["pk"]["S"]: item["expires"] for item in store.items() if item["sk"]["S"].startswith("M#")}
    assert len({str(end) for end in at_noon.values()}) == 1
    monkeypatch.setattr(sweep, "now", lambda: midnight + 5 * 60_000)
    sweep.sweep()
    ends = {item["pk"]["S"]: int(item["expires"]["N"]) * 1000 for item in store.items() if item["sk"]["S"].startswith("M#")}
    assert ends == {"T#w1": midnight + 5 * 60_000 + 30 * DAY, "T#w2": T0 + 30 * DAY}


@pytest.mark.usefixtures("thirty_days")
def test_what_is_over_is_shown_to_nobody_though_it_is_still_there(store: Store) -> None:
    at = now()
    old, new = (incoming(id=f"m-{days}", at=at - days * DAY) for days in (31, 1))
    for message in (old, new):
        table.record(message)
        notes.add("w1", notes.Note(f"n-{message.id}", message.at, "agent-ann", "Ann", message.id))
    c = table.save(baton.opened(old, "c1"))
    assert [m.id for m in story.messages(c)] == [new.id]
    assert table.conversation(c.id).number == 1, "the head tells where the next conversation begins"
    assert [n.text for n in notes.of("w1")] == [new.id]


def test_a_message_that_bore_a_code_is_gone_after_a_day(store: Store) -> None:
    table.record(Message("e1", "v+1", "outgoing", "email", T0, "••••••", "a@x.example", by="bot", state="pending", meta={"code_for": "w1"}))
    assert expires(store, "M#v+1") == T0 + retention.CODE


def test_a_stub_of_an_erased_customer_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEP_CONVERSATIONS", "30")
    c = replace(baton.opened(incoming(), ""), address=keys.ERASED)
    assert "expires" not in keys.conversation_item(c)


def test_each_kind_has_its_days_and_they_are_off_by_default(resources: dict[str, Any], package: Any) -> None:
    chosen = {name: made for name, made in package.template["Parameters"].items() if name.endswith("RetentionDays") and "Log" not in name}
    assert set(chosen) == {f"{kind}RetentionDays" for kind in ("Conversation", "Note", "Mail", "File", "Report")}
    assert {made["Default"] for made in chosen.values()} == {0}
    buckets = of_type(resources, "AWS::S3::Bucket")
    for bucket, days in (("MailBucket", "Mail"), ("FilesBucket", "File"), ("ReportsBucket", "Report")):
        (rule,) = [r for r in buckets[bucket]["LifecycleConfiguration"]["Rules"] if r["Id"] != "tidy"]
        limited = f"Limits{days}RetentionDays"
        assert rule["Status"] == {"Fn::If": [limited, "Enabled", "Disabled"]}
        assert rule["ExpirationInDays"] == {"Fn::If": [limited, {"Ref": f"{days}RetentionDays"}, 1]}
    for table_name in ("Table", "NotesTable"):
        assert resources[table_name]["Properties"]["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    functions = of_type(resources, "AWS::Serverless::Function")
    told = {variable: {name for name, one in functions.items() if variable in one["Environment"]["Variables"]} for variable in VARIABLES}
    assert told["KEEP_CONVERSATIONS"] == told["TABLE"]
    assert told["KEEP_NOTES"] == told["NOTES_TABLE"]


def test_copies_are_forgotten_after_a_week_and_certificates_never(resources: dict[str, Any]) -> None:
    rules = resources["ExportsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (copies,) = [rule for rule in rules if "ExpirationInDays" in rule]
    assert (copies["Prefix"], copies["ExpirationInDays"]) == ("customers/", 7)
    assert copies["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}
