"""The bot's turn: never twice, never after a person took over, never lost in a crash."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bot.answers.answer import Brain, Context
from chalicelib.bot.answers.context import Look
from chalicelib.bot.messages import brain, deciding, opening, turn
from chalicelib.bot.messages import brain as brains
from chalicelib.conversations import baton, keys, table
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.desk import replies, workspace
from chalicelib.errors import Unavailable
from chalicelib.governance import roster
from tests import threads
from tests.unit.conftest import T0, Store, incoming
from tests.unit.test_baton import HAND_OVER


@pytest.fixture(autouse=True)
def small_bot(monkeypatch: pytest.MonkeyPatch) -> list[Context]:
    """A bot of three lines in the place of the real one, which has tests of its own; the clock stands still."""
    asked: list[Context] = []

    def answer(question: str, context: Context, brain: Brain, look: Look) -> Answer | Escalation:
        asked.append(context)
        if "person" in question or brain.index is None:
            said = look(HAND_OVER.queue, HAND_OVER.urgency).said
            return replace(HAND_OVER, summary=str(said), text="A person will answer.")
        return (
            Answer("", "", confidence=0.2, outcome="question")
            if "?" not in question
            else Answer(f"Answer to: {question}", "track", "https://shop.example/a", outcome="answer", told=("answer",))
        )

    monkeypatch.setattr(deciding, "answer", answer)
    monkeypatch.setattr(brain, "load", lambda: Brain(index=object(), rules=None, queues=("billing",), hours=None))
    monkeypatch.setattr(turn, "now", lambda: T0 + 500)
    return asked


def take(message: Message) -> str:
    table.record(message)
    return turn.handle(keys.message_item(message), None)


def head(thread: str = "w1") -> Conversation:
    found = table.head(thread, consistent=True)
    assert found
    return found


def outgoing(thread: str = "w1") -> list[Message]:
    return [m for m in threads.whole(thread).messages if m.direction == "outgoing"]


def test_a_question_is_answered_once_however_often_its_record_comes(store: Store) -> None:
    assert take(incoming()) == "answered"
    assert turn.handle(keys.message_item(incoming()), None) == "answered"
    assert [m.text for m in outgoing()] == ["Answer to: Where is my order?"]
    assert (head().incoming, head().bot_answers, head().owner) == (1, 1, "bot")


def test_two_records_of_the_same_message_at_once_give_one_answer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second worker read the head before the first one saved it; the database refuses its version."""
    table.record(incoming())
    stale = table.head("w1")
    assert take(incoming()) == "answered"
    real, calls = table.head, []

    def stale_once(thread: str, consistent: bool = False) -> Conversation | None:
        calls.append(consistent)
        return real(thread, True) if consistent else stale

    monkeypatch.setattr(turn.table, "head", stale_once)
    assert turn.handle(keys.message_item(incoming()), None) == "answered"
    assert calls == [False, True]
    assert len(outgoing()) == 1
    assert head().bot_answers == 1


def test_an_answer_that_comes_after_a_person_took_over_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take(incoming())
    second = incoming("And what does it cost?", id="m-0000002", at=T0 + 1_000)
    table.record(second)
    before = head()
    # Between reading the head and saving it the conversation goes to a person.
    real = table.head

    def person_first(thread: str, consistent: bool = False) -> Conversation | None:
        found = real(thread, consistent)
        if found == before:
            queued = table.save(baton.escalated(before, "x", HAND_OVER, T0))
            table.save(baton.claimed(queued, "ann", T0))
        return found

    monkeypatch.setattr(turn.table, "head", person_first)
    assert turn.handle(keys.message_item(second), None) == "seen"
    assert len(outgoing()) == 1
    assert (head().owner, head().agent, head().waiting_since) == ("agent", "ann", T0)


def test_a_crash_between_head_and_answer_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    table.record(incoming())
    with monkeypatch.context() as crash:
        crash.setattr(turn.table, "record", lambda m: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            turn.handle(keys.message_item(incoming()), None)
    assert outgoing() == []
    assert turn.handle(keys.message_item(incoming()), None) == "answered"
    assert len(outgoing()) == 1
    assert head().bot_answers == 1


def test_a_hand_over_carries_the_whole_story_and_tells_the_customer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take(incoming())
    assert take(incoming("I want a person", id="m-0000002", at=T0 + 1_000)) == "escalated"
    c = head()
    assert (c.owner, c.queue, c.urgency, c.reason, c.waiting_since) == ("queue", "billing", "normal", "asked for a person", T0 + 500)
    [(_, event)] = threads.whole("w1").events
    assert event.kind == "escalated"
    assert "Where is my order?" in event.detail["summary"]
    assert "I want a person" not in event.detail["summary"]
    assert outgoing()[-1].text == "A person will answer."
    monkeypatch.setattr(brain, "load", brains.shipped)
    assert take(incoming("hello?", id="m-0000003", at=T0 + 2_000)) == "answered"
    assert outgoing()[-1].text.startswith("You are next.")
    assert (head().owner, head().waiting_since) == ("queue", T0 + 500)


def test_asking_back_counts_as_a_miss_and_an_answer_forgets_it(store: Store, small_bot: list[Context]) -> None:
    take(incoming("I do not know how to put it, but something is strange"))
    assert head().misses == 1
    take(incoming("Where is it?", id="m-0000002", at=T0 + 1))
    assert small_bot[-1].misses == 1
    assert head().misses == 0


def test_the_next_message_after_a_resolution_opens_a_new_conversation(store: Store) -> None:
    take(incoming("I want a person"))
    c = table.save(baton.claimed(head(), "ann", T0 + 600))
    table.save(baton.resolved(c, "ann", T0 + 700))
    assert take(incoming("Where is it?", id="m-0000002", at=T0 + 1_000)) == "answered"
    assert (head().id, head().owner, head().incoming) == ("w1.2", "bot", 1)
    assert table.conversation("w1.1").resolved_by == "ann"
    assert table.conversation("w1.1").customer == head().customer


def test_after_a_day_of_silence_a_bot_conversation_counts_as_over(store: Store) -> None:
    take(incoming())
    take(incoming(id="m-0000002", at=T0 + 2 * 86_400_000))
    assert head().id == "w1.2"
    assert table.conversation("w1.1").resolved_by == "assumed"


def test_a_vip_is_known_in_this_and_every_later_conversation(store: Store, small_bot: list[Context]) -> None:
    take(incoming("I want a person"))
    boss = roster.enrol("boss", "boss@shop.example", "Boss", "supervisor")
    assert workspace.set_tier(boss, "w1.1", "vip", T0).tier == "vip"
    c = table.save(baton.claimed(head(), "ann", T0 + 600))
    table.save(baton.resolved(c, "ann", T0 + 700))
    take(incoming("Where is it?", id="m-0000002", at=T0 + 1_000))
    assert (head().id, head().tier, small_bot[-1].tier) == ("w1.2", "vip", "vip")
    take(incoming("From another phone?", thread="w9", address="w1", id="m-0000003", at=T0 + 2_000))
    assert small_bot[-1].tier == "vip"
    assert [e.kind for _, e in threads.whole("w1").events] == ["escalated", "tier"]


def robot(**changes: Any) -> Message:
    note = {"text": "I am out of the office?", "by": "robot", "meta": {"automatic": "auto-submitted"}, "id": "robot-001"}
    return incoming(**{**note, "channel": "email", "thread": "e1", "address": "mia@example.com", **changes})


def mail(number: int, text: str = "Where is my order?", **changes: Any) -> Message:
    """Each in a thread of its own."""
    values = {"thread": f"e{number}", "id": f"mail-000{number}", "channel": "email", "address": "mia@example.com", "at": T0 + number}
    return incoming(text, **{**values, **changes})


class TestRobots:
    """RFC 3834, and what is done about those who do not keep to it."""

    def test_a_robots_mail_is_kept_but_opens_nothing(self, store: Store) -> None:
        assert take(robot()) == "seen"
        assert table.message("e1", "robot-001")
        assert table.head("e1", consistent=True) is None

    @pytest.mark.parametrize("owner", ["bot", "queue", "agent", "none"])
    def test_it_changes_no_owner_starts_no_clock_and_wakes_no_resolved_case(self, store: Store, owner: str) -> None:
        take(mail(1, "I want a person" if owner != "bot" else "Where?"))
        c = head("e1")
        if owner in ("agent", "none"):
            c = table.save(baton.replied(baton.claimed(c, "ann", T0 + 600), "ann", "r1", T0 + 700))
        if owner == "none":
            c = table.save(baton.resolved(c, "ann", T0 + 800))
        said = len(outgoing("e1"))
        assert [take(robot(at=T0 + 10**9)), take(robot(at=T0 + 10**9))] == ["seen", "seen"]
        after = head("e1")
        assert (after.id, after.owner, after.waiting_since, after.incoming, after.last_at) == (c.id, owner, c.waiting_since, 1, c.last_at)
        assert after.version == c.version + (owner in ("queue", "agent")), "whoever holds or awaits it is told once to look"
        assert len(outgoing("e1")) == said

    def test_bulk_mail_goes_to_a_person_without_a_word(self, store: Store) -> None:
        """Nobody knows that no person wrote it: Exchange sets X-Auto-Response-Suppress on people's mails, too."""
        assert take(mail(1, meta={"automatic": "suppressed"})) == "escalated"
        assert (head("e1").owner, outgoing("e1")) == ("queue", [])
        assert head("e1").reason == "not to be answered by a robot: suppressed"

    def test_who_may_be_forged_gets_a_person_and_never_an_answer(self, store: Store) -> None:
        """It would reach somebody who never wrote (backscatter)."""
        assert take(mail(1, meta={"unproven": True})) == "escalated"
        assert (head("e1").owner, head("e1").reason, outgoing("e1")) == ("queue", opening.FORGED, [])
        assert take(mail(2, "I want a person", meta={"unproven": True})) == "escalated"
        assert outgoing("e2") == []

    def test_a_domain_that_vouches_by_dmarc_outweighs_its_spf(self, store: Store) -> None:
        """Forwarded mails fail SPF and keep their signature."""
        assert take(mail(1, meta={"unproven": True, "verified": True})) == "answered"

    def test_a_sender_gets_five_answers_a_day_over_all_threads_and_then_a_person(self, store: Store) -> None:
        taken = [take(mail(n, f"Question {n}?")) for n in range(1, 8)]
        assert taken == ["answered"] * 5 + ["escalated"] * 2
        assert [len(outgoing(f"e{n}")) for n in range(1, 8)] == [1] * 5 + [0] * 2
        assert (head("e7").owner, head("e7").reason) == ("queue", opening.ENOUGH)
        assert take(mail(8, "Question 8?", address="li@example.com")) == "answered", "another sender is not to blame"
        assert take(mail(9, "Question 9?", at=T0 + 24 * 3_600_000)) == "answered", "a new day"

    def test_the_same_words_in_a_new_thread_are_not_answered_again(self, store: Store) -> None:
        """A robot without any sign of being one, that answers to our own address."""
        away = "I am on holiday? Write to my colleague."
        assert [take(mail(n, away)) for n in (1, 2, 3)] == ["answered", "escalated", "escalated"]
        assert [len(outgoing(f"e{n}")) for n in (1, 2, 3)] == [1, 0, 0]

    def test_a_record_that_comes_again_counts_once(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        kept, calls = turn.table.save, []

        def crash_once(*args: Any, **kwargs: Any) -> Conversation:
            if not calls:
                calls.append(1)
                raise KeyboardInterrupt
            return kept(*args, **kwargs)

        monkeypatch.setattr(turn.table, "save", crash_once)
        with pytest.raises(KeyboardInterrupt):
            take(mail(1))
        assert take(mail(1)) == "answered"

    def test_a_conversation_gets_no_more_than_five_either(self, store: Store) -> None:
        taken = [take(mail(1, f"Question {n}?", id=f"mail-000{n}", at=T0 + n)) for n in range(1, 8)]
        assert taken == ["answered"] * 5 + ["escalated", "seen"]
        assert len(outgoing("e1")) == 5

    def test_the_number_is_a_setting(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AUTOMATIC_REPLIES", "1")
        assert [take(mail(n, f"Question {n}?")) for n in (1, 2)] == ["answered", "escalated"]

    def test_chats_and_texts_are_not_counted(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AUTOMATIC_REPLIES", "1")
        assert [take(incoming(f"Question {n}?", id=f"chat-000{n}", at=T0 + n)) for n in (1, 2)] == ["answered", "answered"]


def test_an_answer_that_would_come_hours_late_goes_to_a_person(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "now", lambda: T0 + deciding.STALE + 1)
    assert take(incoming()) == "escalated"
    assert head().owner == "queue"


def test_an_answer_to_a_mail_says_what_it_answers(store: Store) -> None:
    mail = incoming(thread="e1", channel="email", address="ann@example.com", meta={"message_id": "<1@x>", "references": ["<0@x>"]})
    take(mail)
    [answer] = outgoing("e1")
    assert (answer.meta, answer.address, answer.channel) == (
        {"asked_at": T0, "in_reply_to": "<1@x>", "references": ["<0@x>"], "outcome": "answer", "article": "track", "confidence": 1.0},
        "ann@example.com",
        "email",
    )


def test_a_head_that_never_holds_still_is_tried_again_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def conflict(*_: Any, **__: Any) -> None:
        raise model_conflict()

    def model_conflict() -> Exception:
        from chalicelib.errors import Conflict

        return Conflict("moved")

    monkeypatch.setattr(turn.table, "save", conflict)
    with pytest.raises(Unavailable):
        take(incoming())


def test_a_mail_with_a_new_subject_after_the_case_is_over_opens_one_of_that_subject(store: Store, ann: roster.Agent) -> None:
    mail: dict[str, Any] = {"channel": "email", "address": "eve@example.com", "meta": {"message_id": "1@example.com"}}
    long = "Order 1001: " + "the left one is broken, " * 5
    take(incoming("a person please", subject=long, **mail))
    claimed = workspace.claim(ann, T0 + 600)
    assert claimed
    sent, _ = replies.reply(ann, claimed.id, "reply-0001", "We send another.", T0 + 700)
    assert sent.subject == long
    workspace.resolve(ann, claimed.id, T0 + 800)
    take(incoming("a person please", id="m-0000002", at=T0 + 900, subject="Re: " + long, **mail))
    assert (head().number, head().owner) == (2, "queue")
    reopened = workspace.claim(ann, T0 + 1000)
    assert reopened
    workspace.resolve(ann, reopened.id, T0 + 1100)
    take(incoming("a person please", id="m-0000003", at=T0 + 1200, subject="Another matter", **mail))
    assert (head().number, head().subject) == (3, "Another matter")
    assert [m.subject for m in outgoing()][-1] == "Another matter"
    again = workspace.claim(ann, T0 + 1300)
    assert again
    answer, _ = replies.reply(ann, again.id, "reply-0002", "Tell us more.", T0 + 1400)
    assert answer.subject == "Another matter"


def test_a_mail_with_a_new_subject_while_the_case_is_open_stays_in_it(
    store: Store, ann: roster.Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail: dict[str, Any] = {"channel": "email", "address": "eve@example.com", "meta": {"message_id": "1@example.com"}}
    take(incoming("a person please", subject="Order 1001", **mail))
    monkeypatch.setattr(brain, "load", brains.shipped)
    take(incoming("and this", id="m-0000002", at=T0 + 900, subject="One thing more", **mail))
    assert (head().number, head().subject, head().incoming) == (1, "Order 1001", 2)


def test_pictures_without_a_word_go_to_a_person_who_can_look(store: Store) -> None:
    file = {"name": "lid.png", "type": "image/png", "size": 9, "fate": "stored", "sha256": "0" * 64}
    assert take(incoming("", meta={"attachments": [file]})) == "escalated"
    assert (head().owner, head().reason) == ("queue", turn.ONLY_FILES)
    assert [m.text for m in outgoing()] == ["A person will answer."]
