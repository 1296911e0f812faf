"""Where the bot is not sure, a language model reads for it, if the business named one. Loaded with the first message that needs it.

Each turn asks at most once: what came is remembered for a turn that has to be done again, as somebody wrote meanwhile. A call is counted
before it is made, for the day and for the conversation; whatever is used up or fails, the bot goes on as if no model were named.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib import settings
from chalicelib.bot.actions.flow_result import FlowResult
from chalicelib.bot.answers import bedrock, wording
from chalicelib.bot.answers.answer import examined
from chalicelib.bot.answers.case import Case
from chalicelib.bot.messages import deciding
from chalicelib.bot.reading import consulting, following
from chalicelib.bot.reading.consulting import Consulted
from chalicelib.bot.reading.following import Outcome, Raised
from chalicelib.bot.reading.request import Action
from chalicelib.bot.rules.rules import telling
from chalicelib.conversations import llm_usage
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message, Urgency
from chalicelib.errors import BatonError
from chalicelib.observability import log

SECONDS = 2.5  # for the whole call: what takes longer comes too late for somebody who looks at a chat
A_DAY, A_CONVERSATION = 2_000, 5  # calls, unless the operator says otherwise

_WHY = {"safety": "safety or health", "crisis": "suicide or self-harm", "person": "asked for a person"}


class _Last:
    """The last consultation of this process, and the day whose budget it found used up."""

    asked: tuple[str, str, str] = ("", "", "")  # thread, message, words
    done: Consulted | None = None
    spent: str = ""


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message as the turn has it: `words` are those of the whole turn, `moved` what the bot would say."""

    c: Conversation
    message: Message
    moved: FlowResult
    words: str
    at: int
    case: Case


def read(c: Conversation, message: Message, moved: FlowResult, words: str, at: int) -> tuple[Conversation, FlowResult, dict[str, Any]]:
    """The head with its count of calls, what the bot says after all, and what the message's meta tells of how that was made."""
    case = examined(words, deciding.context(c, message, at), deciding.mind(message, at))
    turn = _Turn(c, message, moved, words, at, case)
    done = _consulted(turn) if following.is_open(case, moved.said) else None
    if not done:
        return c, moved, {}
    after, made = _after(turn, consulting.outcome(case, done))
    return replace(c, model_calls=c.model_calls + 1), after, made


def _after(turn: _Turn, found: Outcome) -> tuple[FlowResult, dict[str, Any]]:
    moved, by = turn.moved, {"by": settings.env("COMPOSE_MODEL")}
    if found.raised:
        return replace(moved, said=_raised(turn, found.raised)), {}
    after = _proposed(turn, found) if found.action else replace(moved, said=found.said) if found.said else None
    if after:
        quoted = [{"article": one.id, "title": one.title} for one in found.quoted]
        return after, {"composed": {**by, "read": True, "sources": quoted}} if quoted else {}
    tells = isinstance(moved.said, Answer) and bool(moved.said.article)
    return moved, {"composed": {**by, "not": found.flaw}} if tells else {}


def _consulted(turn: _Turn) -> Consulted | None:
    """None where nobody is asked."""
    c, message, case, at = turn.c, turn.message, turn.case, turn.at
    asks = (message.thread, message.id, turn.words)
    if _Last.asked == asks:
        return _Last.done
    day = _day(at)
    if c.model_calls >= _most(settings.optional("MODEL_CALLS_A_CONVERSATION"), A_CONVERSATION) or _Last.spent == day:
        return None
    turns, _ = deciding.story(c, message)
    known, asked = consulting.question(case, turns, _actions(), (c.name, message.name))
    if not asked or not _reserved(day, at):
        return None
    done = consulting.consulted(known, asked, bedrock.tool_caller(settings.env("COMPOSE_MODEL"), SECONDS))
    _Last.asked, _Last.done = asks, done
    _note(day, done, consulting.outcome(case, done))
    return done


def _reserved(day: str, at: int) -> bool:
    try:
        if llm_usage.reserve(day, at, _most(settings.optional("MODEL_CALLS_A_DAY"), A_DAY)):
            return True
    except BatonError as error:  # what cannot be counted is not spent
        log.warning("model_not_asked", why=str(error))
        return False
    _Last.spent = day
    log.warning("model_budget_spent", day=day)
    return False


def _note(day: str, done: Consulted, found: Outcome) -> None:
    what = _what(done, found)
    log.info("model_asked", outcome=what, why=found.flaw, ms=done.ms, tokens_in=done.tokens_in, tokens_out=done.tokens_out)
    try:
        llm_usage.note(day, what, done.tokens_in, done.tokens_out, done.ms)
    except BatonError as error:  # the report lacks this call; the customer does not
        log.warning("model_not_counted", why=str(error))


def _what(done: Consulted, found: Outcome) -> str:
    """The count of llm_counts.Use that the call belongs to."""
    if not done.verdict:
        return "late" if done.late else "refused" if done.tokens_in else "failed"
    if found.raised:
        return "raised"
    if found.quoted:
        return "answered"
    if found.said or found.action:
        return "other"
    return "refused" if done.verdict.quotes or done.verdict.kind == "courtesy" else "none"


def _raised(turn: _Turn, raised: Raised) -> Escalation:
    """As the rules decide it, had they heard what the model heard; a table without a rule for that hands over all the same."""
    said = deciding.decide(turn.c, turn.message, turn.words, turn.at, raised=raised)
    if not isinstance(said, Escalation):
        said = deciding.to_person(turn.c, turn.message, turn.at, "model-raised", _WHY[raised])
        said = replace(said, text=_told(examined(turn.words, replace(turn.case.context, raised=raised), turn.case.brain)))
    urgency: Urgency = said.urgency if raised == "person" else "urgent"
    return replace(said, urgency=urgency, facts={**said.facts, "heard_by_model": raised})


def _told(case: Case) -> str:
    """What the table tells whoever is handed over with these facts."""
    texts = telling(case.brain.rules, case.facts, case.asked).texts
    return wording.told(case.brain.rules, texts, case.language, case.context, case.opening)


def _proposed(turn: _Turn, found: Outcome) -> FlowResult | None:
    """The article that leads to the action, and the offer to do it; None without such an action or article, or while another is kept."""
    from chalicelib.bot.actions import declared, run

    action = declared.shipped().by_id.get(found.action)
    said = following.leading(turn.case, action.articles) if action and not turn.c.flow else None
    if not said:
        return None
    offered = run.proposed(deciding.action_case(turn.c, turn.message, turn.words, turn.at), said, found.slots)
    return offered if offered.ours else replace(turn.moved, said=said)


def _actions() -> list[Action]:
    """What the bot can do itself, where the business has an endpoint for it."""
    if not settings.optional("ACTIONS_URL"):
        return []
    from chalicelib.bot.actions import declared

    known = declared.shipped().by_id.values()
    return [Action(one.id, one.title["en"], tuple(slot.name for slot in one.slots)) for one in known]


def _most(given: str, otherwise: int) -> int:
    return int(given) if given.isdigit() else otherwise


def _day(at: int) -> str:
    """The business's day, as its reports count it."""
    zone = ZoneInfo(settings.optional("TIME_ZONE", "UTC"))
    return datetime.fromtimestamp(at / 1000, zone).date().isoformat()
