"""What an agent decides teaches the bot at once: a verdict on one of its answers, or the article named when resolving.

A customer's words become an example only by that decision, and masked.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.conversations import asking, baton, story, table
from chalicelib.conversations.model import Conversation, Event, Message
from chalicelib.errors import BadRequest, NotFound
from chalicelib.governance.roster import Agent
from chalicelib.knowledge.articles import store
from chalicelib.knowledge.articles.example import example
from chalicelib.knowledge.index.words import cut
from chalicelib.knowledge.learning import taught, verdicts
from chalicelib.knowledge.learning.masking import masked
from chalicelib.knowledge.learning.verdicts import Judgement, Verdict, Via
from chalicelib.teaching.schemas import VerdictRequest

KEEP_SECONDS = 30
OFFERED = 3
_FOUND = 8
_WORDS, _HAN = 3, 4  # with fewer a text says too little by itself ("and abroad?")


@dataclass(frozen=True, slots=True)
class Titles:
    """Of one article, by language."""

    id: str
    titles: dict[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """An agent's word at the end: the article that answers what was asked, or that there is none; `wording`: how it was asked."""

    article: str = ""
    no_article: bool = False
    wording: str = ""


_kept: list[tuple[float, list[Titles]]] = []


def verdict(agent: Agent, conversation_id: str, message_id: str, given: VerdictRequest, now: int) -> dict[str, Any]:
    """What was learned of it. Raises NotFound, BadRequest."""
    judged = given.verdict
    c, m = _answer(conversation_id, message_id)
    named = known_article(given.article) if judged == "better" else ""
    text = masked(_question(c, m), _names(c, [m]))
    via: Via = "review" if verdicts.is_review(conversation_id, message_id, m.at) and given.review else "story"
    article = str(m.meta["article"])
    learned = _learned(text, _teaches(judged, article, named), c, agent, now)
    made = Verdict(
        conversation=c.id,
        message=m.id,
        verdict=judged,
        article=article,
        confidence=float(m.meta.get("confidence", 0)),
        asked_at=m.at,
        via=via,
        by=agent.id,
        at=now,
        better=named,
        picked=bool(m.meta.get("picked")) or bool(m.meta.get("composed", {}).get("read")),
        example=learned,
    )
    _replaced(verdicts.put(made), learned)
    shown = {"verdict": judged, "by": agent.id, "at": now, **({"article": named} if named else {})}
    table.set_meta(replace(m, meta={**m.meta, "verdict": shown}), done=False)
    return {**shown, "learned": text if learned else ""}


def offer(conversation_id: str, wanted: str = "", message_id: str = "") -> dict[str, Any]:
    """Which articles to choose from, for an answer of the bot or, without one, for what came to people: how the customer asked (masked,
    just what would be learned), the three that come nearest, and what is found by title. Raises NotFound, BadRequest."""
    known = {one.id: one for one in titles()}
    question, near = _near_answer(conversation_id, message_id, known.values()) if message_id else _near_hand_over(conversation_id)
    return {
        "question": question,
        "near": [_view(known[article]) for article in near if article in known][:OFFERED],
        "found": [_view(one) for one in search(wanted, list(known.values()))],
    }


def resolving(agent: Agent, conversation_id: str, choice: Choice, now: int) -> dict[str, Any]:
    """Learns what the agent says at the end; returns what the story is to remember of it. Raises NotOwner, BadRequest."""
    if not choice.article and not choice.no_article:
        return {}
    if choice.article and choice.no_article:
        raise BadRequest("give an article, or no_article, not both")
    c = table.conversation(conversation_id)
    baton.resolved(c, agent.id, now)  # raises NotOwner before anything is learned
    article = known_article(choice.article) if choice.article else ""
    event = asking.last_hand_over(story.events(c))
    messages = _until(c, event)
    text = masked(choice.wording, _names(c, messages)) if choice.wording else _asked(c, messages, event.at if event else 0)
    learned = _learned(text, article, c, agent, now, chosen=bool(choice.wording))
    facts = event.detail.get("facts", {}) if event else {}
    made = Verdict(
        conversation=c.id,
        message=f"hand-over-{event.at if event else 0}",
        verdict="article" if article else "no_article",
        article=str(facts.get("article", "")),
        confidence=float(facts.get("confidence", 0)),
        asked_at=event.at if event else c.opened_at,
        via="resolve",
        by=agent.id,
        at=now,
        better=article,
        example=learned,
    )
    _replaced(verdicts.put(made), learned)
    return {"article": article} if article else {"no_article": True}


def titles() -> list[Titles]:
    """Of all stored articles; kept for a moment, as whoever types asks often."""
    if _kept and time.monotonic() - _kept[0][0] < KEEP_SECONDS:
        return _kept[0][1]
    found: dict[str, dict[str, str]] = {}
    for article in store.articles():
        found.setdefault(article.id, {})[article.language] = article.title
    _kept[:] = [(time.monotonic(), [Titles(name, by_language) for name, by_language in found.items()])]
    return _kept[0][1]


def forget() -> None:
    """The titles are read again: an article was just written here."""
    _kept.clear()


def search(wanted: str, among: Iterable[Titles]) -> list[Titles]:
    """Those whose titles (or id) hold most of the words of what was typed, or begin with it. Pure."""
    typed = wanted.strip().casefold()[:200]
    if not typed:
        return []
    words = set(cut(typed).words)
    ranked = []
    for one in among:
        shown = " ".join((*one.titles.values(), one.id)).casefold()
        score = len(words & set(cut(shown).words)) + 10 * (typed in shown)
        if score:
            ranked.append((-score, one.id, one))
    return [one for _, _, one in sorted(ranked, key=lambda row: row[:2])[:_FOUND]]


def known_article(article: str) -> str:
    """Raises BadRequest for one that is not stored."""
    if not article or not store.versions_of(article):
        raise BadRequest("article must be the id of one of the articles")
    return article


def is_telling(text: str) -> bool:
    """Does a text say by itself what is asked? Two words that went on with something do not. Pure."""
    han = sum("\u3400" <= c <= "\u9fff" for c in text)
    return han >= _HAN or len(text.split()) >= _WORDS


def _near_answer(conversation_id: str, message_id: str, known: Collection[Titles]) -> tuple[str, list[str]]:
    """The question behind one answer, and what else comes near: the articles that were told besides, then those with a like title."""
    c, m = _answer(conversation_id, message_id)
    text = masked(_question(c, m), _names(c, [m]))
    others = dict.fromkeys([*m.meta.get("also", []), *(one.id for one in search(text, known))])
    return text, [article for article in others if article != m.meta["article"]]


def _near_hand_over(conversation_id: str) -> tuple[str, list[str]]:
    """What came to people, and what the bot found nearest to it."""
    c = table.conversation(conversation_id)
    event = asking.last_hand_over(story.events(c))
    near: dict[str, float] = event.detail.get("facts", {}).get("near", {}) if event else {}
    return _asked(c, _until(c, event), event.at if event else 0), sorted(near, key=lambda article: -near[article])


def _answer(conversation_id: str, message_id: str) -> tuple[Conversation, Message]:
    c = table.conversation(conversation_id)
    m = table.message(c.thread, message_id)
    if not m:
        raise NotFound("there is no such message")
    if not asking.answered(m) or not m.meta.get("article"):
        raise BadRequest("only what the bot answered out of an article can be judged")
    return c, m


def _question(c: Conversation, m: Message) -> str:
    return asking.question_of(m, table.message(c.thread, asking.answered(m)))


def _until(c: Conversation, event: Event | None) -> tuple[Message, ...]:
    """What was said before it came to people."""
    return story.messages(c, event.at if event else 0)


def _asked(c: Conversation, messages: Sequence[Message], at: int) -> str:
    """Masked."""
    return masked(asking.handed_over(messages, at or c.last_at), _names(c, messages))


def _names(c: Conversation, messages: Iterable[Message]) -> list[str]:
    """What this customer is called, as far as is known."""
    return list({c.name, *(m.name for m in messages if m.direction == "incoming")} - {""})


def _teaches(judged: Judgement, article: str, better: str) -> str:
    """The article that the question belongs to from now on; "" if none."""
    return {"right": article, "better": better}.get(judged, "")


def _learned(text: str, article: str, c: Conversation, agent: Agent, now: int, *, chosen: bool = False) -> str:
    """The id of the example that says so, "" if the words say too little."""
    if not text or not (chosen or is_telling(text)):
        return ""
    one = example(text, article, c.language or "en", source="agent", by=agent.id, at=now, conversation=c.id)
    return taught.teach(one)


def _replaced(before: Verdict | None, learned: str) -> None:
    """What came of an earlier verdict on the same answer is taken back."""
    if before and before.example and before.example != learned:
        taught.forget(before.example)


def _view(one: Titles) -> dict[str, Any]:
    return {"id": one.id, "titles": one.titles}
