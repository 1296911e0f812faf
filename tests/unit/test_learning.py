"""`learn`: what people taught and asked becomes knowledge, its report says so, and what spoils an answer is taken out by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.bot.answers.answer import Context, answer
from chalicelib.bot.learning import learn as learning
from chalicelib.bot.learning import live_examples, replay
from chalicelib.bot.messages import brain
from chalicelib.conversations import baton, ids, model, table
from chalicelib.conversations.model import Answer, Conversation, Event, Message
from chalicelib.errors import BadRequest, Conflict, NotFound, Unavailable
from chalicelib.governance.roster import Agent
from chalicelib.knowledge.articles import store as knowledge
from chalicelib.knowledge.articles.example import example
from chalicelib.knowledge.articles.writing import article_of
from chalicelib.knowledge.encoder import encoder, passage_encoder
from chalicelib.knowledge.index import publishing, releases
from chalicelib.knowledge.learning import gaps, lessons, threshold, verdicts
from chalicelib.knowledge.learning.masking import SIGN
from chalicelib.knowledge.learning.verdicts import Verdict
from chalicelib.teaching import gaps as gap_desk
from chalicelib.teaching import learned, teaching
from chalicelib.teaching.schemas import VerdictRequest
from tests.unit.conftest import T0, Store, incoming, make_bucket
from tests.unit.test_baton import HAND_OVER

BUCKET = "knowledge"
LATER = T0 + 3_600_000
RETURNS = article_of(
    {"id": "returns", "language": "en", "title": "How do I return a product?", "body": "Send it back within 30 days."},
    ["How can I send something back?", "Return an item"],
)
INVOICE = article_of(
    {"id": "invoice", "language": "en", "title": "Where do I find my invoice?", "body": "In your account."},
    ["I need a copy of the bill", "Please send me the invoice"],
)
UNSURE = {"band": "none", "article": "returns", "confidence": 0.2, "near": {"returns": 0.2}, "language": "en"}
CUSTOMS = ["Who pays the customs duty?", "Do I have to pay customs duties?", "customs duty, who pays for it"]


@pytest.fixture(autouse=True)
def house(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A shop with two published articles, that knows words alone."""
    monkeypatch.setenv("KNOWLEDGE_BUCKET", BUCKET)
    monkeypatch.setenv("ENCODER", "/nowhere")
    monkeypatch.setattr(passage_encoder, "load", lambda: None)
    make_bucket(BUCKET)
    encoder.load.cache_clear()
    teaching.forget()
    brain.forget()
    for article in (RETURNS, INVOICE):
        knowledge.put_article(replace(article, examples=()), 0, "test", T0)
        knowledge.add_examples(
            [example(text, article.id, "en", source="file", by="x", at=T0, place=n) for n, text in enumerate(article.examples)]
        )
    release = releases.new("publish", "test", T0)
    assert publishing.carry_out(release, replay.replay(T0), lambda: T0).switched
    yield
    encoder.load.cache_clear()
    brain.forget()


def learn(at: int = LATER) -> learning.Lesson:
    return learning.learn(lambda: at, replay.replay(at))


def handed_over(
    text: str, thread: str, *, reply: str = "", facts: dict[str, Any] | None = None, said: dict[str, Any] | None = None
) -> None:
    """A conversation that went to people and was resolved."""
    asked = incoming(text, thread=thread, name="Bea Miller")
    table.record(asked)
    c = table.save(baton.opened(asked, f"c-{thread}"))
    hand_over = replace(HAND_OVER, facts=UNSURE | (facts or {}))
    c = table.save(baton.escalated(c, asked.id, hand_over, T0 + 50), model.hand_over_event(hand_over, T0 + 50))
    c = table.save(baton.claimed(c, "agent-ann", T0 + 60))
    if reply:
        table.record(Message(thread, ids.reply(f"r{thread}"), "outgoing", "webchat", T0 + 70, reply, thread, "Ann", "agent-ann"))
    table.save(baton.resolved(c, "agent-ann", T0 + 80), Event("resolved", T0 + 80, "agent-ann", said or {}))


def answered(text: str, thread: str, article: str = "returns") -> Message:
    """The bot answered, and nobody asked for more."""
    asked = incoming(text, thread=thread)
    table.record(asked)
    c = table.save(baton.opened(asked, f"c-{thread}"))
    table.save(baton.answered(c, asked, Answer("Like this.", article, confidence=0.9), T0 + 100))
    meta = {"article": article, "confidence": 0.9}
    said = replace(asked, id=ids.answer(asked.id), direction="outgoing", by="bot", at=T0 + 100, text="Like this.", meta=meta)
    table.record(said)
    return said


def says(question: str) -> str:
    """The article that the bot answers with; "" if it does not."""
    brain.forget()
    found = answer(question, Context("webchat", LATER), brain.load())
    return found.article if isinstance(found, Answer) else ""


def test_what_was_taught_is_answered_before_anything_is_built(ann: Agent) -> None:
    strange = "Zibbel quaxify my wumpel please?"
    assert says(strange) == ""
    knowledge.add_example(example(strange, "invoice", "en", source="agent", by=ann.id, at=LATER))
    assert says(strange) == "invoice"
    report = learn(LATER + 10)
    assert report["release"]["switched"]
    assert report["examples"]["list"] == [{"text": strange, "article": "invoice", "by": "agent-ann"}]
    assert says(strange) == "invoice"
    assert learn(LATER + 20)["examples"]["count"] == 0


def test_a_table_that_does_not_answer_leaves_the_bot_what_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_TABLE", "missing")
    assert says("How do I return a product?") == "returns"


def test_questions_without_an_article_become_a_gap_with_the_agents_reply_as_its_draft() -> None:
    for n, text in enumerate(CUSTOMS):
        handed_over(text + f" It is for order 4711{n}", f"w{n}", reply="The receiver pays the duty, Bea Miller. Order 12345.")
    report = learn()
    assert report["gaps"]["questions"] == 3
    [found] = report["gaps"]["found"]
    assert found["count"] == 3
    [gap] = gaps.everything()
    assert gap.body == f"The receiver pays the duty, {SIGN}. Order {SIGN}."
    assert all("4711" not in str(sample) for sample in gap.samples)
    assert learn(LATER + 10)["gaps"] == {"questions": 0, "found": [], "grown": [], "once": 0}
    handed_over(CUSTOMS[0], "w9")
    [grown] = learn(LATER + 20)["gaps"]["grown"]
    assert (grown["id"], grown["before"], grown["count"]) == (gap.id, 3, 4)


def test_only_what_lacks_an_article_counts() -> None:
    handed_over("I want to talk to a person about customs", "w1", facts={"asked_for_person": True})
    handed_over("Where is my refund, as said?", "w2", said={"article": "returns"})
    handed_over("How do I return a product?", "w3", facts={"band": "sure"})
    handed_over("Fire in the teapot!", "w4", facts={"urgent_topic": "safety"})
    handed_over("The bot knew nothing at all then", "w6", facts={"available": False})
    handed_over("Sure, but no article was right", "w5", facts={"band": "sure"}, said={"no_article": True})
    assert learn()["gaps"]["questions"] == 1
    [gap] = gaps.everything()
    assert gap.samples[0]["text"] == "Sure, but no article was right"


def test_what_customers_gave_up_on_counts_when_the_day_is_over() -> None:
    c = Conversation("w1", 1, "webchat", "w1", T0, question="Who pays the customs duty?", language="en", misses=1, last_at=T0)
    table.save(c)
    assert learn()["gaps"]["questions"] == 0
    assert learn(T0 + settings.IDLE + 1)["gaps"]["questions"] == 1


def test_verdicts_move_how_sure_the_bot_must_be() -> None:
    before = brain.load().rules.answer
    for n in range(60):
        verdicts.put(Verdict(f"w{n}.1", "a+m", "wrong" if n % 2 else "right", "returns", 0.8, T0 + n, "story", "agent-ann", T0 + n))
    moved = learn()["threshold"]
    assert moved["before"] == before
    assert moved["answer"] == pytest.approx(before + threshold.UP)
    assert moved["estimate"]["precision"] == 0.5
    brain.forget()
    assert brain.load().rules.answer == moved["answer"]
    assert learn(LATER + 10)["threshold"]["before"] == moved["answer"]
    assert [move["answer"] for move in verdicts.thresholds()][1] == moved["answer"]


def test_without_verdicts_nothing_moves() -> None:
    report = learn()
    assert report["threshold"]["why"] == "too little evidence"
    assert verdicts.threshold() is None


def test_a_learned_example_that_spoils_an_answer_is_taken_out_and_named(ann: Agent) -> None:
    asked = "Can I send something back?"
    answered(asked, "w1")
    bad = "Can I send something back"
    knowledge.add_example(example(bad, "invoice", "en", source="agent", by=ann.id, at=LATER))
    good = "Zibbel quaxify my wumpel please?"
    knowledge.add_example(example(good, "invoice", "en", source="agent", by=ann.id, at=LATER + 9))
    report = learn(LATER + 10)
    assert report["quarantined"] == [{"text": bad, "article": "invoice", "by": "agent-ann", "question": asked}]
    assert report["release"]["switched"]
    assert says(asked) == "returns"
    assert says(good) == "invoice"
    assert bad not in [one.text for one in knowledge.examples()]


def test_an_agents_wrong_is_no_spoiled_answer(ann: Agent) -> None:
    said = answered("How do I return a product?", "w1")
    answered("How do I return a product?", "w2")
    teaching.verdict(ann, "w1.1", said.id, VerdictRequest(verdict="wrong"), LATER)
    report = learn(LATER + 10)
    assert report["quarantined"] == []
    assert report["release"]["switched"]


def test_one_steps_trouble_keeps_nothing_else_from_being_learned(monkeypatch: pytest.MonkeyPatch, ann: Agent) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("boom")

    monkeypatch.setattr(learning.unanswered, "questions", broken)
    knowledge.add_example(example("Zibbel quaxify my wumpel?", "invoice", "en", source="agent", by=ann.id, at=LATER))
    with pytest.raises(Unavailable, match="gaps"):
        learn(LATER + 10)
    [report] = lessons.latest()
    assert (report["failed"], report["release"]["switched"], report["examples"]["count"]) == (["gaps"], True, 1)


def test_a_supervisors_order_is_done_and_its_report_shown(ann: Agent) -> None:
    order = replace(releases.new("learn", ann.id, LATER), state="ordered")
    releases.save(order)
    learning.learn(lambda: LATER + 1, replay.replay(LATER), order)
    assert releases.get(order.id).state == "done"
    [shown] = learned.listed()["reports"]
    assert (shown["by"], shown["release"]["id"]) == ("agent-ann", order.id)
    assert learned.report(shown["id"])["ended_at"] == LATER + 1
    for unknown in ("1", "x", "²"):
        with pytest.raises(NotFound):
            learned.report(unknown)


def gap_of_customs() -> str:
    for n, text in enumerate(CUSTOMS):
        handed_over(text, f"w{n}", reply="The receiver pays.")
    learn()
    return gaps.everything()[0].id


def test_an_approved_draft_becomes_an_article_that_waits_for_publishing(ann: Agent) -> None:
    gap = gap_of_customs()
    draft = {"id": "customs", "language": "en", "title": "Who pays customs?", "body": "You do."}
    shown = gap_desk.approve(ann, gap, draft, [*CUSTOMS[:2], "Call me on 0171 2345678 about duty"], LATER + 50)
    assert (shown.state, shown.article) == ("approved", "customs")
    assert knowledge.article("customs", "en").article.text == "You do."
    assert {one.text for one in knowledge.examples() if one.article == "customs"} == {*CUSTOMS[:2], f"Call me on {SIGN} about duty"}
    assert says(CUSTOMS[0]) == ""
    assert publishing.carry_out(releases.new("publish", ann.id, LATER + 60), replay.replay(LATER), lambda: LATER + 60).switched
    assert says(CUSTOMS[0]) == "customs"


def test_a_gap_is_edited_assigned_or_rejected(ann: Agent) -> None:
    gap = gap_of_customs()
    assert gap_desk.edit(ann, gap, " Customs ", "You pay.", "en").title == "Customs"
    handed_over(CUSTOMS[1], "w8", reply="Another reply")
    learn(LATER + 10)
    assert (gaps.get(gap).count, gaps.get(gap).body) == (4, "You pay.")
    with pytest.raises(BadRequest, match="200 characters"):
        gap_desk.edit(ann, gap, "x" * 201, "", "en")
    with pytest.raises(Conflict, match="article with this id"):
        gap_desk.approve(ann, gap, {"id": "returns", "language": "en", "title": "x", "body": "y"}, [], LATER)
    with pytest.raises(BadRequest, match="title"):
        gap_desk.approve(ann, gap, {"id": "new", "language": "en", "body": "y"}, [], LATER)
    with pytest.raises(BadRequest, match="one of the articles"):
        gap_desk.assign(ann, gap, "unknown", [], LATER)
    assert gap_desk.listed()["gaps"][0].id == gap
    assert gap_desk.assign(ann, gap, "invoice", CUSTOMS, LATER + 20).state == "assigned"
    assert says(CUSTOMS[2]) == "invoice"
    assert gap_desk.listed()["gaps"] == ()
    assert gap_desk.reject(ann, gap, LATER + 30).state == "rejected"
    assert [one.id for one in gap_desk.listed("rejected")["gaps"]] == [gap]
    with pytest.raises(NotFound):
        gap_desk.reject(ann, "unknown", LATER)


def test_what_was_asked_once_long_ago_is_forgotten() -> None:
    handed_over("Something singular and quaint?", "w1")
    learn()
    assert len(gaps.everything()) == 1
    learn(T0 + gaps.KEPT + settings.DAY)
    assert gaps.everything() == []
    assert gaps.counted(0) == set()


def test_the_learned_threshold_never_meets_the_one_for_offers() -> None:
    verdicts.set_threshold(threshold.ThresholdChange(0.01, 0.7, "evidence"), T0)
    brain.forget()
    rules = brain.load().rules
    assert rules.answer > rules.offer
    live_examples.forget()
    assert live_examples.sure(rules) == rules
