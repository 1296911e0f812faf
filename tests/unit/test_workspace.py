"""What agents may do, and what happens when two of them do it at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import schemas
from chalicelib.aws import clients
from chalicelib.conversations import baton, table, work
from chalicelib.conversations.model import Conversation, Urgency
from chalicelib.desk import lists, replies, waiting_line, workspace
from chalicelib.errors import BadRequest, Conflict, Full, NotFound, NotOwner, TooLarge
from chalicelib.governance import roster
from chalicelib.governance.roster import Agent
from chalicelib.governance.schemas import AgentChange, given
from tests.unit.conftest import T0, Store, incoming
from tests.unit.test_baton import HAND_OVER


def wait(thread: str, queue: str = "billing", urgency: Urgency = "normal", since: int = T0, ticket: bool = True) -> Conversation:
    """A conversation that waits, with its ticket in the queue as `deliver` puts it there."""
    message = incoming(thread=thread)
    table.record(message)
    c = table.save(baton.opened(message, f"c-{thread}"))
    c = table.save(baton.escalated(c, message.id, replace(HAND_OVER, queue=queue, urgency=urgency), since))
    if ticket:
        waiting_line.enqueue(c)
    return c


def fresh(agent: Agent) -> Agent:
    return roster.find(agent.id)


def claimed(agent: Agent) -> str:
    c = workspace.claim(fresh(agent), T0 + 10_000)
    return c.thread if c else ""


def test_claims_come_urgent_first_then_oldest_over_all_skills(ann: Agent) -> None:
    wait("a", "billing", since=T0 + 1)
    wait("b", "orders", since=T0)
    wait("c", "orders", "urgent", since=T0 + 9)
    wait("d", "technical", "urgent", since=T0 + 5)
    assert [claimed(ann) for _ in range(5)] == ["d", "c", "b", "a", ""]


def test_only_own_skills(ann: Agent) -> None:
    wait("a", "billing", "urgent")
    specialist = roster.change(ann.id, {"skills": ["orders"]})
    assert claimed(specialist) == ""


def test_at_most_so_many_at_once(ann: Agent) -> None:
    roster.change(ann.id, {"max_open": 1})
    wait("a")
    wait("b")
    assert claimed(ann) == "a"
    with pytest.raises(Full, match="resolve one first"):
        claimed(ann)
    workspace.resolve(ann, "a.1", T0 + 20_000)
    assert claimed(ann) == "b"


def test_the_limit_holds_in_the_database_also_for_two_clicks_at_once(ann: Agent) -> None:
    """Both requests read the agent before either claimed."""
    roster.change(ann.id, {"max_open": 1})
    wait("a")
    wait("b")
    stale = fresh(ann)
    assert workspace.claim(stale, T0 + 10_000)
    with pytest.raises(Full):
        workspace.claim(stale, T0 + 10_000)
    assert fresh(ann).held == 1


def test_a_vanished_ticket_delays_nobody(ann: Agent) -> None:
    wait("a", ticket=False)
    assert claimed(ann) == "a"


def test_who_waits_much_longer_than_any_ticket_comes_first(ann: Agent) -> None:
    wait("young", since=T0 + 5_000_000)
    wait("old", since=T0, ticket=False)
    assert claimed(ann) == "old"
    assert claimed(ann) == "young"


def test_a_stale_ticket_is_dropped(store: Store, ann: Agent, bea: Agent) -> None:
    c = wait("a")
    waiting_line.enqueue(c)
    assert claimed(ann) == "a"
    workspace.resolve(ann, "a.1", T0 + 20_000)
    assert claimed(bea) == ""
    assert store.tickets("billing.normal") == []


@pytest.mark.parametrize(("leave", "holder"), [(baton.withdrawn, "bot"), (baton.closed, "none")])
def test_who_gave_up_her_place_is_claimed_by_nobody(store: Store, ann: Agent, leave: Any, holder: str) -> None:
    c = wait("a")
    table.save(leave(c, T0 + 5_000))
    assert lists.in_queue(ann, "billing", "oldest", 50, "")["conversations"] == []
    assert claimed(ann) == ""
    assert fresh(ann).held == 0
    assert store.tickets("billing.normal") == []
    for act in (workspace.resolve, workspace.hand_back):
        with pytest.raises(NotOwner, match=f"is with: {holder}"):
            act(ann, "a.1", T0 + 20_000)
    with pytest.raises(NotOwner, match=f"is with: {holder}"):
        replies.reply(ann, "a.1", "id-00000001", "Hello", T0 + 20_000)


def test_whoever_closes_while_an_agent_claims_keeps_what_was_first(ann: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent read the head just before the customer closed her request."""
    wait("a")
    save = table.save

    def late(c: Conversation, *args: Any, **also: Any) -> Conversation:
        monkeypatch.setattr(table, "save", save)
        save(baton.closed(table.conversation("a.1"), T0 + 5_000))
        return save(c, *args, **also)

    monkeypatch.setattr(table, "save", late)
    assert claimed(ann) == ""
    assert (table.conversation("a.1").owner, fresh(ann).held) == ("none", 0)


def test_tickets_not_taken_are_free_at_once(store: Store, ann: Agent, bea: Agent) -> None:
    for n in range(3):
        wait(f"w{n}", since=T0 + n)
    assert (claimed(ann), claimed(bea)) == ("w0", "w1")
    assert [t["conversation"] for t in store.tickets("billing.normal")] == ["w2.1"]


def test_silent_queues_do_not_hide_who_waits(ann: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    wait("a")
    monkeypatch.setenv("QUEUES", '{"billing.urgent": "https://sqs.invalid/0/x", "billing.normal": "https://sqs.invalid/0/y"}')
    roster.change(ann.id, {"skills": ["billing"]})
    assert claimed(ann) == "a"


def test_a_reply_is_stored_and_sent_once(ann: Agent) -> None:
    wait("a")
    claimed(ann)
    message, new = replies.reply(ann, "a.1", "id-00000001", " On its way. ", T0 + 20_000)
    assert (message.text, message.state, message.by, new) == ("On its way.", "pending", ann.id, True)
    again, new = replies.reply(ann, "a.1", "id-00000001", "On its way.", T0 + 30_000)
    assert (again.at, new) == (message.at, False)
    with pytest.raises(Conflict, match="new id"):
        replies.reply(ann, "a.1", "id-00000001", "Something else", T0 + 30_000)
    head = table.conversation("a.1")
    assert (head.replies, head.waiting_since, head.first_reply_by) == (1, 0, ann.id)


def test_who_does_not_hold_the_baton_cannot_reply_resolve_or_move_it(ann: Agent, bea: Agent) -> None:
    wait("a")
    claimed(ann)
    with pytest.raises(NotOwner):
        replies.reply(bea, "a.1", "id-00000001", "Mine!", T0)
    with pytest.raises(NotOwner):
        workspace.resolve(bea, "a.1", T0)
    with pytest.raises(NotOwner):
        workspace.transfer(bea, "a.1", "orders", "normal", T0)
    with pytest.raises(NotFound):
        replies.reply(bea, "zzz.1", "id-00000001", "Nobody", T0)
    assert table.message("a", "r+id-00000001") is None


def test_the_counters_follow_the_baton(ann: Agent, bea: Agent) -> None:
    for thread in "abcd":
        wait(thread)
        claimed(ann)
    workspace.transfer(ann, "a.1", "orders", "urgent", T0)
    workspace.pass_to(ann, "b.1", bea.id, T0)
    workspace.hand_back(ann, "c.1", T0)
    assert (fresh(ann).held, fresh(bea).held) == (1, 1)
    workspace.give_back(table.conversation("b.1"), T0)
    assert fresh(bea).held == 0
    assert [c.thread for c in work.waiting("orders", "urgent")] == ["a"]
    assert [c.thread for c in work.waiting("billing", "urgent")] == ["b"]
    assert table.conversation("c.1").owner == "bot"


def test_a_colleague_who_is_full_or_unknown_gets_nothing(ann: Agent, bea: Agent) -> None:
    roster.change(bea.id, {"max_open": 1})
    for thread in "ab":
        wait(thread)
        claimed(ann)
    workspace.pass_to(ann, "a.1", bea.id, T0)
    with pytest.raises(Full):
        workspace.pass_to(ann, "b.1", bea.id, T0)
    with pytest.raises(NotFound):
        workspace.pass_to(ann, "b.1", "nobody", T0)
    with pytest.raises(BadRequest):
        workspace.pass_to(ann, "b.1", ann.id, T0)


def test_the_story_has_messages_notes_events_and_the_other_conversations(ann: Agent) -> None:
    c = wait("a")
    table.save(replace(baton.opened(incoming(thread="mail", channel="email"), c.customer)))
    claimed(ann)
    workspace.note(ann, "a.1", "note-0001", "Be gentle", T0 + 5)
    replies.reply(ann, "a.1", "id-00000001", "Hello", T0 + 20_000)
    story = workspace.read("a.1", 0, "", T0 + 30_000)
    assert [m["text"] for m in story["messages"]] == ["Where is my order?", "Hello"]
    assert [e.kind for e in story["events"]] == ["claimed"]
    assert [n.text for n in story["notes"]] == ["Be gentle"]
    assert [o.channel for o in story["others"]] == ["email"]
    assert story["cursor"] == T0 + 20_000
    later = workspace.read("a.1", T0 + 20_000 + 100_000, "", T0 + 130_000)
    assert later["messages"] == []


@pytest.mark.parametrize(
    ("client_id", "text", "error"),
    [
        ("short", "x", BadRequest),
        ("with space 1", "x", BadRequest),
        ("id-00000001", "  ", BadRequest),
        ("id-00000001", "x" * 20_001, TooLarge),
    ],
)
def test_bad_replies_are_refused_in_words(ann: Agent, client_id: str, text: str, error: type[Exception]) -> None:
    wait("a")
    claimed(ann)
    with pytest.raises(error):
        replies.reply(ann, "a.1", client_id, text, T0)


def test_queues_are_shown_with_their_oldest(ann: Agent) -> None:
    wait("a", "orders", "urgent", since=T0 + 5)
    wait("b", "orders", "urgent", since=T0 + 3)
    shown = {(q["queue"], q["urgency"]): (q["waiting"], q["oldest_at"]) for q in workspace.queues(ann, T0)}
    assert shown[("orders", "urgent")] == (2, T0 + 3)
    assert shown[("billing", "normal")] == (0, 0)


@pytest.mark.parametrize(
    "values",
    [
        *({}, {"skills": []}, {"skills": ["magic"]}, {"skills": "orders"}, {"max_open": 0}, {"max_open": True}, {"name": ""}),
        *({"role": "admin"}, {"name": "x" * 81}, {"max_open": 101}, {"per_minute": 9}, {"per_minute": "60"}),
    ],
)
def test_an_agent_is_changed_only_to_what_makes_sense(ann: Agent, values: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        roster.change(ann.id, given(schemas.read(AgentChange, json.dumps(values))))
    assert fresh(ann) == ann


def test_a_new_role_is_taken_over_at_the_next_sign_in(ann: Agent) -> None:
    assert roster.enrol(ann.id, ann.email, ann.name, "supervisor").role == "supervisor"
    assert fresh(ann).role == "supervisor"


def test_sqs_is_left_with_nothing_hidden_when_the_agent_is_full(store: Store, ann: Agent) -> None:
    roster.change(ann.id, {"max_open": 1})
    wait("a")
    wait("b")
    claimed(ann)
    with pytest.raises(Full):
        workspace.claim(replace(fresh(ann), held=0), T0)
    hidden = clients.client("sqs").get_queue_attributes(
        QueueUrl=store.queues["billing.normal"], AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    assert hidden["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "0"
