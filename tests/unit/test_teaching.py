"""What an agent decides teaches the bot: at once, masked, and so that it can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bot.messages import outgoing
from chalicelib.conversations import baton, ids, keys, model, table
from chalicelib.conversations.model import Answer, Conversation, Message
from chalicelib.desk import workspace
from chalicelib.errors import BadRequest, NotFound, NotOwner
from chalicelib.governance import roster
from chalicelib.governance.roster import Agent
from chalicelib.knowledge.articles import store as knowledge
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.learning import threshold, verdicts
from chalicelib.knowledge.learning.masking import SIGN
from chalicelib.teaching import reviews, teaching
from chalicelib.teaching.schemas import VerdictRequest
from chalicelib.teaching.teaching import Choice
from tests import threads
from tests.unit.conftest import T0, Store, incoming
from tests.unit.test_baton import HAND_OVER

FACTS = {
    "article": "returns",
    "confidence": 0.41,
    "near": {"returns": 0.41, "refund": 0.2, "gone": 0.1},
    "band": "unsure",
    "language": "en",
}


@pytest.fixture(autouse=True)
def articles(store: Store) -> None:
    teaching.forget()
    for name, title in (("returns", "How to return something"), ("refund", "When your refund comes"), ("gift", "Gift cards")):
        knowledge.put_article(Article(name, "en", title, "text", "text", body="text"), 0, "test", T0)
    knowledge.put_article(Article("returns", "zh", "如何退货", "文", "文", body="文"), 0, "test", T0)


def answered(text: str = "How do I send it back, order 12345?", article: str = "returns", thread: str = "w1", **meta: Any) -> Message:
    """A conversation in which the bot has answered."""
    asked = incoming(text, thread=thread, name="Bea Miller")
    table.record(asked)
    c = table.save(baton.opened(asked, "c-1"))
    table.save(baton.answered(c, asked, Answer("Like this.", article, confidence=0.8), T0 + 100))
    known = {"article": article, "confidence": 0.8, **meta}
    said = replace(asked, id=ids.answer(asked.id), direction="outgoing", by="bot", at=T0 + 100, text="Like this.", meta=known)
    table.record(said)
    return said


def held(agent: Agent, text: str = "I am Bea, can I swap the blue teapot for a red one?", thread: str = "w2") -> Conversation:
    """A conversation that the bot handed over and that the agent holds."""
    asked = incoming(text, thread=thread, name="Bea Miller")
    table.record(asked)
    c = table.save(baton.opened(asked, "c-2"))
    hand_over = replace(HAND_OVER, facts=FACTS)
    c = table.save(baton.escalated(c, asked.id, hand_over, T0 + 50), model.hand_over_event(hand_over, T0 + 50))
    return table.save(baton.claimed(c, agent.id, T0 + 60), also=[roster.slot_taken(agent)])


def judge(agent: Agent, said: Message, judged: str, at: int = T0 + 1000, **more: Any) -> dict[str, Any]:
    return teaching.verdict(agent, f"{said.thread}.1", said.id, VerdictRequest(verdict=judged, **more), at)


def taught() -> list[tuple[str, str]]:
    return [(one.text, one.article) for one in knowledge.examples()]


def test_right_makes_the_masked_question_an_example_at_once(ann: Agent) -> None:
    told = judge(ann, answered(), "right")
    assert taught() == [(f"How do I send it back, order {SIGN}?", "returns")]
    assert told["learned"] == f"How do I send it back, order {SIGN}?"
    [one] = knowledge.examples(T0 + 1000)
    assert (one.source, one.by, one.conversation) == ("agent", "agent-ann", "w1.1")


def test_what_a_language_model_chose_says_nothing_of_how_sure_the_bot_is(ann: Agent) -> None:
    judge(ann, answered(composed={"by": "a model", "sources": []}), "right")  # it only put what was sure already
    [sure] = verdicts.latest(T0 + 4000)
    judge(ann, answered(thread="w9", composed={"by": "a model", "read": True, "sources": []}), "right")
    [read] = [one for one in verdicts.latest(T0 + 4000) if one.conversation == "w9.1"]
    assert verdicts.outcome(sure)
    assert not verdicts.outcome(read)


def test_the_story_shows_the_verdict(ann: Agent) -> None:
    said = answered()
    judge(ann, said, "better", article="refund")
    shown = table.message("w1", said.id)
    assert shown
    assert shown.meta["verdict"] == {"verdict": "better", "by": "agent-ann", "at": T0 + 1000, "article": "refund"}
    assert shown.meta["article"] == "returns"
    assert taught() == [(f"How do I send it back, order {SIGN}?", "refund")]


@pytest.mark.parametrize("judged", ["wrong", "escalate"])
def test_wrong_teaches_that_no_article_fits(ann: Agent, judged: str) -> None:
    judge(ann, answered(), judged)
    assert taught() == [(f"How do I send it back, order {SIGN}?", "")]


def test_a_changed_mind_takes_back_what_it_taught(ann: Agent, bea: Agent) -> None:
    said = answered()
    judge(ann, said, "right")
    judge(bea, said, "wrong", T0 + 2000)
    assert taught() == [(f"How do I send it back, order {SIGN}?", "")]
    judge(bea, said, "better", T0 + 3000, article="refund")
    assert taught() == [(f"How do I send it back, order {SIGN}?", "refund")]
    assert [v.verdict for v in verdicts.latest(T0 + 4000)] == ["better"]


def test_the_same_verdict_twice_is_one(ann: Agent) -> None:
    said = answered()
    first = judge(ann, said, "right")
    again = judge(ann, said, "right", T0 + 2000)
    assert len(taught()) == 1
    assert first["learned"] == again["learned"]
    judge(ann, said, "wrong", T0 + 3000)
    assert [article for _, article in taught()] == [""]


def test_what_stands_in_a_file_stays(ann: Agent) -> None:
    from chalicelib.knowledge.articles.example import example

    said = answered("How do I send it back?")
    knowledge.add_example(example("How do I send it back?", "returns", "en", source="file", by="x", at=T0))
    judge(ann, said, "wrong")
    assert sorted(taught()) == [("How do I send it back?", ""), ("How do I send it back?", "returns")]


def test_two_words_that_went_on_with_something_teach_nothing(ann: Agent) -> None:
    assert judge(ann, answered("and abroad?"), "right")["learned"] == ""
    assert taught() == []
    assert judge(ann, answered("and abroad?", thread="w9", question="How long does shipping take? and abroad?"), "right")["learned"]


def test_only_answers_out_of_an_article_can_be_judged(ann: Agent) -> None:
    said = answered()
    with pytest.raises(BadRequest, match="one of the articles"):
        judge(ann, said, "better", article="unknown")
    with pytest.raises(BadRequest, match="one of the articles"):
        judge(ann, said, "better")
    with pytest.raises(BadRequest, match="answered out of an article"):
        teaching.verdict(ann, "w1.1", "m-0000001", VerdictRequest(verdict="right"), T0)
    with pytest.raises(NotFound):
        teaching.verdict(ann, "w1.1", "a+nothing", VerdictRequest(verdict="right"), T0)
    assert taught() == []


def test_at_the_end_the_bots_best_three_are_offered_and_titles_are_found(ann: Agent) -> None:
    c = held(ann)
    offered = teaching.offer(c.id)
    assert offered["question"] == f"I am {SIGN}, can I swap the blue teapot for a red one?"
    assert [one["id"] for one in offered["near"]] == ["returns", "refund"]
    assert offered["near"][0]["titles"] == {"en": "How to return something", "zh": "如何退货"}
    assert [one["id"] for one in teaching.offer(c.id, "gift")["found"]] == ["gift"]
    assert [one["id"] for one in teaching.offer(c.id, "退货")["found"]] == ["returns"]
    assert teaching.offer(c.id, "   ")["found"] == []


def test_a_better_article_is_chosen_for_the_question_of_that_answer_and_not_for_the_hand_over(ann: Agent) -> None:
    said = answered("I am Bea Miller, when does my refund come?", also=["gift"])
    c = table.conversation("w1.1")
    asked = incoming("Something else, please: can I swap it?", thread="w1", id="m-2", at=T0 + 500)
    table.record(asked)
    table.save(baton.escalated(c, asked.id, replace(HAND_OVER, facts=FACTS), T0 + 600), model.hand_over_event(HAND_OVER, T0 + 600))
    offered = teaching.offer("w1.1", "", said.id)
    assert offered["question"] == f"I am {SIGN}, when does my refund come?"
    assert [one["id"] for one in offered["near"]] == ["gift", "refund"]  # what was told besides, then what is called so
    assert judge(ann, said, "better", article="refund")["learned"] == offered["question"]
    with pytest.raises(BadRequest, match="answered out of an article"):
        teaching.offer("w1.1", "", "m-2")


def test_the_article_named_at_resolve_becomes_an_example(ann: Agent) -> None:
    c = held(ann)
    said = teaching.resolving(ann, c.id, Choice("refund"), T0 + 500)
    workspace.resolve(ann, c.id, T0 + 500, said)
    assert taught() == [(f"I am {SIGN}, can I swap the blue teapot for a red one?", "refund")]
    [event] = [e for _, e in threads.whole("w2").events if e.kind == "resolved"]
    assert event.detail == {"article": "refund"}
    [made] = verdicts.latest(T0 + 600)
    assert (made.verdict, made.article, made.better, made.confidence, made.via) == ("article", "returns", "refund", 0.41, "resolve")


def test_the_agents_own_wording_is_masked_too(ann: Agent) -> None:
    c = held(ann)
    teaching.resolving(ann, c.id, Choice("returns", wording="Swap for Bea Miller, call 0171 1234567"), T0)
    assert taught() == [(f"Swap for {SIGN}, call {SIGN}", "returns")]


def test_no_article_fits_is_learned_and_remembered(ann: Agent) -> None:
    c = held(ann)
    assert teaching.resolving(ann, c.id, Choice(no_article=True), T0) == {"no_article": True}
    assert [article for _, article in taught()] == [""]


def test_resolving_without_a_word_learns_nothing(ann: Agent) -> None:
    c = held(ann)
    assert teaching.resolving(ann, c.id, Choice(), T0) == {}
    assert taught() == []
    assert verdicts.latest(T0) == []


def test_whoever_does_not_hold_it_teaches_nothing(ann: Agent, bea: Agent) -> None:
    c = held(ann)
    with pytest.raises(NotOwner):
        teaching.resolving(bea, c.id, Choice("refund"), T0)
    with pytest.raises(BadRequest, match="not both"):
        teaching.resolving(ann, c.id, Choice("refund", no_article=True), T0)
    assert taught() == []


def sampled(start: int = 0) -> str:
    return next(f"m-{n:07d}" for n in range(start, start + 10_000) if threshold.is_sampled(ids.answer(f"m-{n:07d}"), 0.8))


def leaving(message_id: str, thread: str, **meta: Any) -> Message:
    asked = incoming("How do I send 12345 back?", thread=thread, id=message_id)
    table.record(asked)
    c = table.save(baton.opened(asked, "c"))
    table.save(baton.answered(c, asked, Answer("Like this.", "returns", confidence=0.8), T0 + 100))
    known = {"article": "returns", "confidence": 0.8, **meta}
    said = replace(asked, id=ids.answer(asked.id), direction="outgoing", by="bot", at=T0 + 100, text="Like this.", meta=known)
    table.record(said)
    assert reviews.also(lambda item, old: "sent")(keys.message_item(said), None) == "sent"
    return said


def test_of_the_answers_that_leave_the_chosen_ones_come_before_an_agent(ann: Agent) -> None:
    chosen = sampled()
    said = leaving(chosen, "w1")
    leaving(next(f"m-{n:07d}" for n in range(9) if not threshold.is_sampled(ids.answer(f"m-{n:07d}"), 0.8)), "w2")
    listed = reviews.listed(T0 + 1000)
    [one] = listed["reviews"]
    assert (one.question, one.answer, one.article, one.kind) == (
        f"How do I send {SIGN} back?",
        "Like this.",
        "returns",
        "sample",
    )
    assert listed["estimate"] is None
    judge(ann, said, "right", review=True)
    after = reviews.listed(T0 + 2000)
    assert after["reviews"] == []
    assert after["estimate"].reviewed == 1
    [made] = verdicts.latest(T0 + 2000)
    assert verdicts.outcome(made) == threshold.Outcome(0.8, True, threshold.review_chance(0.8))
    leaving(chosen, "w3")
    assert reviews.is_wanted(said)


def test_a_verdict_given_unasked_stands_for_itself_alone(ann: Agent) -> None:
    said = leaving(sampled(), "w1")
    judge(ann, said, "wrong")
    assert reviews.listed(T0)["reviews"] == []
    [made] = verdicts.latest(T0)
    assert verdicts.outcome(made) == threshold.Outcome(0.8, False, 1.0)
    reviews.take(said)
    assert reviews.listed(T0)["reviews"] == []


def test_a_customers_pick_is_only_a_proposal(ann: Agent) -> None:
    said = leaving("m-pick", "w1", picked=True, question="Something about sending 12345 back")
    assert taught() == []
    [one] = reviews.listed(T0)["reviews"]
    assert (one.kind, one.question) == ("pick", f"Something about sending {SIGN} back")
    judge(ann, said, "right", review=True)
    assert taught() == [(f"Something about sending {SIGN} back", "returns")]
    [made] = verdicts.latest(T0)
    assert verdicts.outcome(made) is None


def test_a_table_that_does_not_answer_keeps_no_answer_from_leaving(ann: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KNOWLEDGE_TABLE", "missing")
    leaving(sampled(), "w1")


def test_what_was_handed_over_tells_of_the_calibration_too(ann: Agent) -> None:
    right = held(ann, thread="w3")
    teaching.resolving(ann, right.id, Choice("returns"), T0)
    other = held(roster.find(ann.id), thread="w4")
    teaching.resolving(ann, other.id, Choice(no_article=True), T0)
    seen = sorted(verdicts.outcomes(verdicts.latest(T0)), key=lambda o: o.right)
    assert seen == [threshold.Outcome(0.41, False, answered=False), threshold.Outcome(0.41, True, answered=False)]


def test_an_answer_remembers_what_a_judge_must_know() -> None:
    c = baton.opened(incoming(), "c-1")
    asked = incoming("And to Austria?")
    plain = outgoing.behind(Answer("Yes.", "shipping", confidence=0.81234), c, asked, "And to Austria?")
    assert plain == {"article": "shipping", "confidence": 0.812}
    follows = outgoing.behind(Answer("Yes.", "shipping", asked="Do you ship abroad? And to Austria?"), c, asked, "And to Austria?")
    assert (follows["question"], "picked" in follows) == ("Do you ship abroad? And to Austria?", False)
    offered = replace(c, offered=("returns", "shipping"))
    pick = outgoing.behind(Answer("Yes.", "shipping", asked="Something abroad", offered=offered.offered), offered, incoming("2"), "2")
    assert (pick["question"], pick["picked"]) == ("Something abroad", True)
    assert "article" not in outgoing.behind(Answer("Hello!", ""), c, asked, "Hello")
