"""What the business sets by API: checked, under versions, in force within half a minute; and what is broken stops no answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.bot.answers import wording
from chalicelib.bot.answers.context import Context
from chalicelib.bot.messages import brain, outgoing
from chalicelib.business import current, lines, store
from chalicelib.business import queues as queue_file
from chalicelib.business.opening_hours import HoursStatus, state
from chalicelib.conversations import table
from chalicelib.conversations.model import Answer
from chalicelib.desk import sweep, waiting_line, workspace
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.governance import business_settings, queue_names, roster
from chalicelib.governance.roster import Agent
from tests.unit.conftest import T0, Store, asked_of_the_table, incoming
from tests.unit.test_api import Api, api, code  # noqa: F401 - a fixture among them
from tests.unit.test_workspace import wait

HOURS = {"zone": "Europe/Berlin", "weekdays": {"monday": ["09:00-13:00"]}}
VIP = {"id": "vip", "en": "VIP", "zh": "贵宾"}
SUPERVISOR = {"sub": "agent-sue", "email": "sue@shop.example", "cognito:groups": "supervisors"}


@pytest.fixture
def own_lines(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the API's function is told to make lines with."""
    sqs = clients.client("sqs")
    dead = sqs.create_queue(QueueName="baton-test-dead-letters")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    monkeypatch.setenv("DEAD_LETTERS", arn)
    monkeypatch.setenv("OWN_QUEUES", "baton-test_")


@pytest.fixture
def boss(api: Api) -> Api:  # noqa: F811
    api.claims = dict(SUPERVISOR)
    return api


def queues(*more: dict[str, str], without: str = "", default: str = "general") -> dict[str, Any]:
    shipped = [one for one in current.shipped("queues")["queues"] if one["id"] != without]
    return {"default": default, "queues": [*shipped, *more]}


def put(kind: str, content: Any, base: int = 0) -> None:
    business_settings.change(business_settings.known_kind(kind), content, base, by="agent-sue", why="test", now=T0)


class TestVersions:
    def test_what_ships_is_version_nought_and_every_agent_reads_it(self, api: Api) -> None:  # noqa: F811
        status, got = api("GET", "/settings/queues")
        assert (status, got["version"], got["changed_by"]) == (200, 0, "")
        assert got["content"] == current.shipped("queues")
        assert api("GET", "/settings/hours")[1]["content"]["weekdays"]["saturday"] == ["10:00-16:00"]
        assert api("GET", "/settings/facts")[1]["content"]["phone"] == ""
        refused = api("PUT", "/settings/hours", {"version": 0, "why": "x", "content": HOURS})
        assert code(refused) == (403, "forbidden")

    def test_a_change_has_its_version_who_when_and_why(self, boss: Api) -> None:
        status, got = boss("PUT", "/settings/hours", {"version": 0, "why": "summer", "content": HOURS})
        assert (status, got["version"], got["changed_by"], got["why"]) == (200, 1, "agent-sue", "summer")
        assert boss("PUT", "/settings/hours", {"version": 1, "why": "winter", "content": {**HOURS, "zone": "Asia/Shanghai"}})[0] == 200
        told = boss("GET", "/settings/hours/versions")[1]
        assert told["current"] == 2
        assert [(one["version"], one["why"]) for one in told["versions"]] == [(2, "winter"), (1, "summer"), (0, "")]
        assert all(one["changed_at"] for one in told["versions"][:2])
        assert boss("GET", "/settings/hours?version=1")[1]["content"]["zone"] == "Europe/Berlin"
        assert code(boss("GET", "/settings/hours?version=7")) == (404, "not_found")
        assert code(boss("GET", "/settings/moods/versions")) == (404, "not_found")

    def test_going_back_is_a_new_version(self, boss: Api) -> None:
        for base, zone in enumerate(("Europe/Berlin", "Asia/Shanghai")):
            boss("PUT", "/settings/hours", {"version": base, "why": zone, "content": {**HOURS, "zone": zone}})
        status, got = boss("POST", "/settings/hours/rollback", {"to": 1, "version": 2, "why": "a mistake"})
        assert (status, got["version"], got["why"]) == (200, 3, "a mistake")
        assert str(current.hours().zone) == "Europe/Berlin"
        assert boss("POST", "/settings/hours/rollback", {"to": 0, "version": 3, "why": "as it ships"})[0] == 200
        assert boss("GET", "/settings/hours")[1]["content"]["days"][0]["en"] == "Christmas Day"
        assert code(boss("POST", "/settings/hours/rollback", {"to": 9, "version": 4, "why": "x"})) == (404, "not_found")

    def test_whoever_is_late_gets_a_clear_no(self, boss: Api) -> None:
        boss("PUT", "/settings/hours", {"version": 0, "why": "first", "content": HOURS})
        refused = boss("PUT", "/settings/hours", {"version": 0, "why": "second", "content": HOURS})
        assert code(refused) == (409, "conflict")
        assert "version 1 of the hours is in force: read it, and change that" in refused[1]["error"]["message"]

    def test_of_two_who_are_equally_fast_one_wins(self, store: Store) -> None:
        """Both read version 0; only the table can tell."""
        first = business_settings.Version("hours", 1, HOURS, T0, "ann", "a")
        store_put = business_settings.store.put
        store_put(first)
        with pytest.raises(Conflict, match="somebody changed the hours meanwhile"):
            store_put(business_settings.Version("hours", 1, {**HOURS, "zone": "UTC"}, T0, "bea", "b"))
        assert business_settings.read("hours").by == "ann"
        store_put(business_settings.Version("hours", 2, HOURS, T0, "ann", "c"))
        with pytest.raises(Conflict):
            store_put(business_settings.Version("hours", 2, HOURS, T0, "bea", "d"))

    def test_kinds_do_not_disturb_each_other(self, boss: Api) -> None:
        boss("PUT", "/settings/hours", {"version": 0, "why": "x", "content": HOURS})
        assert boss("PUT", "/settings/facts", {"version": 0, "why": "x", "content": {"phone": "+49 30 123456"}})[0] == 200
        assert current.facts().phone == "+49 30 123456"
        assert str(current.hours().zone) == "Europe/Berlin"

    @pytest.mark.parametrize(
        ("kind", "content", "message"),
        [
            ("hours", {"zone": "Mars/Olympus"}, '"Mars/Olympus" is not known'),
            ("hours", {"days": [{"date": "2020-12-24"}]}, "2020-12-24 is over"),
            ("hours", {"hours": []}, "content: there is no field `hours`"),
            ("hours", {"queues": {"vip": {}}}, 'there is no queue "vip"'),
            ("queues", {"default": "x", "queues": [VIP]}, 'default: "x" is none of the queues'),
            ("queues", {"default": "vip", "queues": [VIP, VIP]}, '"vip" stands there twice'),
            ("queues", {"default": "vip", "queues": [VIP, {**VIP, "id": "gold"}]}, '"贵宾" stands there twice'),
            ("queues", {"default": "VIP", "queues": [{**VIP, "id": "VIP"}]}, '"VIP" cannot be an id'),
            ("queues", {"default": "topic", "queues": [{**VIP, "id": "topic"}]}, "means something else in rules"),
            ("queues", {"default": "vip", "queues": [{**VIP, "zh": " "}]}, "give it a name in English (en) and in Chinese (zh)"),
            ("queues", {"default": "vip", "queues": []}, "content.queues"),
            ("facts", {"phone": "call us"}, "is no telephone number"),
            ("facts", {"email": "nobody"}, "is no e-mail address"),
            ("facts", {"website": "shop.example"}, "must begin with https://"),
            ("facts", {"name": {"en": "a\nb"}}, "name: must be one line"),
        ],
    )
    def test_what_is_wrong_is_told(self, boss: Api, kind: str, content: Any, message: str) -> None:
        refused = boss("PUT", f"/settings/{kind}", {"version": 0, "why": "x", "content": content})
        assert code(refused) == (400, "bad_request")
        assert message in refused[1]["error"]["message"]
        assert boss("GET", f"/settings/{kind}")[1]["version"] == 0

    def test_what_is_read_again_and_again_stays_small(self, boss: Api) -> None:
        days = [{"date": f"2100-{m:02}-{d:02}", "en": "x" * 60, "zh": "y" * 60} for m in range(1, 13) for d in range(1, 11)]
        refused = boss("PUT", "/settings/hours", {"version": 0, "why": "x", "content": {"days": days}})
        assert code(refused) == (413, "too_large")


class TestTheCache:
    def test_a_change_counts_within_half_a_minute_at_half_a_unit(self, store: Store, clock: list[float]) -> None:
        assert state(brain.load().hours, T0).open  # a Monday afternoon
        asked = asked_of_the_table()
        put_elsewhere("hours", {**HOURS, "weekdays": {"tuesday": ["09:00-10:00"]}})
        asked.clear()
        for _ in range(5):
            current.hours(), current.queues(), current.facts(), current.lines()
        assert asked == []
        clock[0] += current.KEEP_SECONDS
        for _ in range(5):
            current.hours(), current.queues(), current.facts(), current.lines()
        assert asked == ["GetItem"]
        assert not state(brain.load().hours, T0).open

    def test_what_is_broken_changes_nothing_and_is_logged(self, store: Store, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        put("hours", HOURS)
        assert str(current.hours().zone) == "Europe/Berlin"
        told: list[Any] = []
        monkeypatch.setattr(current.log, "error", lambda event, **fields: told.append((event, fields["kind"], fields["version"])))
        overwrite(hours={"version": 2, "content": '{"zone": 5'}, queues={"version": 1, "content": "[]"})
        clock[0] += current.KEEP_SECONDS
        assert str(current.hours().zone) == "Europe/Berlin", "the last good one"
        assert current.queues().ids[0] == "general", "what ships"
        assert told == [("settings_unreadable", "queues", 1), ("settings_unreadable", "hours", 2)]
        overwrite(hours={"version": 3, "content": '{"zone": "Asia/Tokyo"}'})
        clock[0] += current.KEEP_SECONDS
        assert str(current.hours().zone) == "Asia/Tokyo"

    def test_a_table_that_is_down_changes_nothing(self, store: Store, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        put("hours", HOURS)
        assert str(current.hours().zone) == "Europe/Berlin"
        clock[0] += current.KEEP_SECONDS
        monkeypatch.setattr(current.store, "in_force", lambda: (_ for _ in ()).throw(Unavailable("down")))
        assert str(current.hours().zone) == "Europe/Berlin"
        current.forget()
        assert str(current.hours().zone) == "UTC", "as it ships"

    def test_the_zone_is_the_stages_unless_the_hours_name_another(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TIME_ZONE", "America/New_York")
        assert str(current.hours().zone) == "America/New_York"
        put("hours", {**HOURS, "zone": ""})
        assert str(current.hours().zone) == "America/New_York"
        put("hours", HOURS, 1)
        assert str(current.hours().zone) == "Europe/Berlin"


class TestQueues:
    def test_a_new_queue_gets_its_lines_and_is_served_at_once(self, store: Store, own_lines: None, boss: Api) -> None:
        status, _ = boss("PUT", "/settings/queues", {"version": 0, "why": "VIPs", "content": queues(VIP)})
        assert status == 200
        assert queue_names.known() == ("general", "billing", "orders", "technical", "vip")
        urgent = lines.url("vip", "urgent")
        assert urgent.endswith("/baton-test_vip-urgent")
        attributes = clients.client("sqs").get_queue_attributes(QueueUrl=urgent, AttributeNames=["All"])["Attributes"]
        assert (attributes["VisibilityTimeout"], attributes["MessageRetentionPeriod"]) == ("60", "1209600")
        policy = json.loads(attributes["RedrivePolicy"])
        assert policy["deadLetterTargetArn"].endswith(":baton-test-dead-letters")
        assert int(policy["maxReceiveCount"]) == lines.RECEIVES
        assert boss("PUT", "/agents/agent-ann", {"skills": ["vip"]})[1]["skills"] == ["vip"]
        wait("w1", "vip")
        ann = roster.find("agent-ann")
        assert waiting_line.depth("vip", "normal") == 1
        assert workspace.queues(ann, T0 + 1)[1] == {"queue": "vip", "urgency": "normal", "waiting": 1, "exact": True, "oldest_at": T0}
        taken = workspace.claim(ann, T0 + 1)
        assert taken
        assert taken.queue == "vip"
        assert waiting_line.depth("vip", "normal") == 0

    def test_the_sweep_puts_a_vanished_ticket_of_a_new_queue_back(self, store: Store, own_lines: None) -> None:
        put("queues", queues(VIP))
        wait("w1", "vip", ticket=False)
        assert sweep.sweep()["requeued"] == 1
        assert waiting_line.depth("vip", "normal") == 1

    def test_a_container_that_remembers_the_old_ones_looks_again(self, store: Store, own_lines: None, ann: Agent) -> None:
        queue_names.known()
        put_elsewhere("queues", queues(VIP), {"vip.urgent": "https://sqs.invalid/0/u", "vip.normal": "https://sqs.invalid/0/n"})
        assert "vip" not in queue_names.known()
        assert roster.change(ann.id, {"skills": ["vip"]}).skills == ("vip",)
        put_elsewhere("queues", queues(), {"gold.urgent": "https://sqs.invalid/0/g"}, base=1)
        assert lines.url("gold", "urgent") == "https://sqs.invalid/0/g"
        with pytest.raises(Unavailable, match="silver has no line"):
            lines.url("silver", "urgent")

    def test_a_queue_in_which_somebody_waits_stays(self, store: Store, boss: Api) -> None:
        wait("w1", "billing")
        wait("w2", "billing", urgency="urgent")
        refused = boss("PUT", "/settings/queues", {"version": 0, "why": "x", "content": queues(without="billing")})
        assert code(refused) == (409, "conflict")
        assert "2 still wait in billing" in refused[1]["error"]["message"]

    def test_whoever_comes_into_a_queue_that_was_taken_away_moves_to_the_default_one(self, store: Store, bea: Agent) -> None:
        put("queues", queues(without="billing"))
        assert roster.find(bea.id).skills == ("general", "orders", "technical")
        wait("w1", "billing")  # the bot's container still knew it
        assert sweep.sweep()["waiting"] == 1  # wherever
        moved = table.conversation("w1.1")
        assert (moved.owner, moved.queue, moved.waiting_since) == ("queue", "general", T0)
        taken = workspace.claim(bea, T0 + 1)
        assert taken
        assert taken.id == moved.id

    def test_an_agents_conversation_comes_back_into_the_default_one(self, store: Store, ann: Agent) -> None:
        wait("w1", "billing")
        taken = workspace.claim(ann, T0)
        assert taken
        put("queues", queues(without="billing"))
        assert workspace.give_back(taken, T0 + 1).queue == "general"

    def test_a_queue_comes_back_with_the_lines_it_had(self, store: Store, own_lines: None) -> None:
        put("queues", queues(VIP))
        before = lines.url("vip", "normal")
        put("queues", queues(), 1)
        assert queue_names.removed() == {"vip"}
        assert queue_names.open_one("vip") == "general"
        put("queues", queues({**VIP, "en": "Gold"}), 2)
        assert lines.url("vip", "normal") == before
        assert current.queues().queues[-1].en == "Gold"

    def test_the_default_one_may_be_another(self, store: Store) -> None:
        put("queues", queues(without="general", default="orders"))
        assert queue_names.known()[0] == "orders"
        assert brain.load().queues[0] == "orders"


def test_without_a_stage_all_is_as_it_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TABLE", raising=False)
    assert queue_names.known() == queue_file.shipped().ids
    with pytest.raises(NotFound):
        business_settings.known_kind("moods")


def put_elsewhere(kind: str, content: Any, made: dict[str, str] | None = None, base: int = 0) -> None:
    """By another container: this one hears of it when it looks."""
    store.put(store.Version(business_settings.known_kind(kind), base + 1, content, T0, "sue", "elsewhere"), made)


def overwrite(**attributes: dict[str, Any]) -> None:
    from chalicelib.aws import dynamodb

    item = dynamodb.encode({"pk": store.PK, "sk": store.NOW, **attributes})
    clients.client("dynamodb").put_item(TableName="conversations", Item=item)


class TestFacts:
    def test_are_in_the_bots_sentences_in_her_language(self, store: Store) -> None:
        told = {"name": {"en": "Lantern Tea", "zh": "灯茶"}, "phone": "+49 30 123456", "address": {"en": "Mill Lane 1"}}
        put("facts", told)
        context = Context("webchat", T0, facts=brain.load().facts)
        texts = {"en": "{business}, {location}: {phone}{email}", "zh": "{business}，{location}：{phone}"}
        rules = brain.shipped().rules
        assert wording.told(rules, texts, "en", context, HoursStatus(True)) == "Lantern Tea, Mill Lane 1: +49 30 123456"
        assert wording.told(rules, texts, "zh", context, HoursStatus(True)) == "灯茶，Mill Lane 1：+49 30 123456"

    def test_the_name_goes_before_the_stages_on_every_message(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BUSINESS", "Shop Ltd")
        assert (current.name("en"), current.name("zh"), current.facts().spoken("en")["business"]) == ("Shop Ltd",) * 3
        put("facts", {"name": {"en": "Lantern Tea", "zh": "灯茶"}})
        said = outgoing.answer(incoming(), "m-answer", Answer("Hello", "", language="zh"), T0)
        assert said.name == "灯茶"
        assert current.name("en") == "Lantern Tea"
