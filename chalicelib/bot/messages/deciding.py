"""The bot's decision about a message: with what the table knows of its conversation, and what the business's actions make of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib import settings
from chalicelib.bot.actions.flow_result import FlowResult, may_concern
from chalicelib.bot.answers import wording
from chalicelib.bot.answers.answer import Brain, Context, answer
from chalicelib.bot.answers.context import Load
from chalicelib.bot.interpretation import contact_request as requests
from chalicelib.bot.messages import brain, outgoing, pieces
from chalicelib.bot.rules.facts import DAYS, beside_call
from chalicelib.business import current, opening_hours
from chalicelib.conversations import history, lines, table
from chalicelib.conversations import story as stories
from chalicelib.conversations.counted import Line
from chalicelib.conversations.history import Span
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.governance import queue_names

if TYPE_CHECKING:
    from chalicelib.bot.actions import run

# An answer that would come so late (ms) would only surprise: a person looks first.
STALE = settings.HOUR
FAILED = "action-sorry"  # the rule of an action that was handed over because its call failed
_KNOWN = settings.DAY  # ms for which an order that she named is known to somebody who waits for a person


def moved(c: Conversation, message: Message, words: str, at: int, *, waits: bool, calm: bool = False) -> FlowResult:
    """The decision, or what a self-service action makes of it; that room is loaded only where the business has an endpoint for it. `calm`:
    her anger calls for nobody."""
    calm = calm or _is_pressing(words)
    known = None if c.flow else decide(c, message, words, at, calm=calm)
    if known and not (settings.optional("ACTIONS_URL") and may_concern(known, words)):
        return FlowResult(known)
    from chalicelib.bot.actions import run

    return run.moved(action_case(c, message, words, at, waits=waits, calm=calm), known)


def acted(c: Conversation, message: Message, words: str, at: int) -> FlowResult | None:
    """What an action says to somebody who waits for a person, just as if she did not; None if none has a part in it. A person whom she
    calls once more is called already."""
    done = moved(replace(c, owner="bot", misses=0), message, beside_call(words) or words, at, waits=False, calm=True)
    by_rule = isinstance(done.said, Escalation) and not done.said.rule.startswith("action-")
    return done if done.ours and not by_rule else None


def _is_pressing(words: str) -> bool:
    """Does she want something of a certain order that soon is too late? Then her anger must not keep it from being done."""
    if not (settings.optional("ACTIONS_URL") and any(map(str.isdigit, words))):
        return False
    from chalicelib.bot.actions import run

    return run.is_pressing(words)


def asked_where(c: Conversation) -> bool:
    """Did the bot just ask where she would rather be answered?"""
    last = c.told[0] if c.told else ""
    if not last.startswith(("tell.", "where.", "reach.")):
        return False
    rules = brain.load().rules
    texts = next((told.texts for told in rules.tell if f"tell.{told.id}" == last), rules.sentences.get(last, {}))
    return "{contact}" in texts.get("en", "")


def resting(c: Conversation, decision: Escalation, words: str, at: int) -> str:
    """What of an action stays while she waits: the order that was talked about, or that she names; nothing of one that failed."""
    by_action = decision.rule.startswith("action-")
    return "" if decision.rule == FAILED else noticed(c, "" if by_action else words, at)


def noticed(c: Conversation, words: str, at: int) -> str:
    """The action that she is in, or the order that she names; "" without either."""
    if not c.flow and not (settings.optional("ACTIONS_URL") and any(map(str.isdigit, words))):
        return ""
    from chalicelib.bot.actions import run

    return run.resting(c.flow, at, words, at + _KNOWN)


def read(c: Conversation, message: Message, moved: FlowResult, words: str, at: int) -> tuple[Conversation, FlowResult, dict[str, Any]]:
    """What a language model makes of it where the bot is not sure, if the business named one: the head, what is said, how it was made."""
    if moved.ours or not settings.optional("COMPOSE_MODEL"):
        return c, moved, {}
    from chalicelib.bot.messages import reading

    return reading.read(c, message, moved, words, at)


def decide(
    c: Conversation,
    message: Message,
    question: str,
    at: int,
    *,
    knows: bool = True,
    settled: str = "",
    under_way: bool = False,
    queue: str = "",
    calm: bool = False,
    raised: str = "",
) -> Answer | Escalation:
    """The conversation so far and the queues' load cost reads: they are fetched only for a hand-over. A bot that knows nothing
    hands everything over."""
    known = replace(context(c, message, at), settled=settled, under_way=under_way, calm=calm, raised=raised)

    def look(found: str, urgency: str) -> Load:
        said, reachable = story(c, message)
        return replace(load([lines.line(queue or found, urgency, at)], at), said=said, known_address=reachable)

    return answer(question, known, mind(message, at) if knows else replace(brain.load(), index=None), look)


def to_person(c: Conversation, message: Message, at: int, rule: str, why: str, *, queue: str = "") -> Escalation:
    """To a person, whatever the bot knows, and `why`; `queue`: where to, if not where such things go."""
    decision = decide(c, message, pieces.words(c, question(c, message)), at, knows=False, queue=queue)
    if isinstance(decision, Answer):
        return Escalation(rule, why, queue or queue_names.known()[0], "normal", summary=why)
    summary = decision.summary.replace(f"Handed over: {decision.reason}.", f"Handed over: {why}.", 1)
    summary = "\n".join(filter(None, [summary, _gathered(c, at)]))
    facts = {name: value for name, value in decision.facts.items() if name != "why"}  # no rule decided
    decision = replace(decision, queue=queue or decision.queue)
    return replace(decision, rule=rule, reason=why, reason_zh="", facts=facts, summary=summary)


def glanced(c: Conversation, message: Message, words: str, at: int) -> Answer | None:
    """What the business tells of an order that she names while she waits."""
    from chalicelib.bot.actions import run

    return run.glance(action_case(c, message, words, at, waits=False))


def is_in_action(c: Conversation, at: int) -> bool:
    """Does an action wait for an answer, which may be an address?"""
    return bool(_gathered(c, at))


def _gathered(c: Conversation, at: int) -> str:
    """What a self-service action that is under way has found out."""
    if not c.flow:
        return ""
    from chalicelib.bot.actions import run

    return run.gathered(c.flow, at)


def action_case(c: Conversation, message: Message, words: str, at: int, *, waits: bool = False, calm: bool = False) -> run.Case:
    """A message as the actions' room wants it, with the bot's decisions for it to ask for."""
    from chalicelib.bot.actions import run

    def decided(as_if: Conversation, text: str, under_way: bool = False) -> Answer | Escalation:
        return decide(as_if, replace(message, language=as_if.language), text, at, under_way=under_way, calm=calm)

    def handed_over(as_if: Conversation, rule: str, why: str, queue: str) -> Escalation:
        return to_person(as_if, replace(message, language=as_if.language), at, rule, why, queue=queue)

    return run.Case(c, message, words, at, waits, decided, handed_over)


def mind(message: Message, at: int) -> Brain:
    """An answer that would come late would only surprise."""
    known = brain.load()
    return known if at - message.at <= STALE else replace(known, index=None)


def contact_request(c: Conversation, message: Message, *, waits: bool = False) -> requests.ContactRequest | None:
    """Where she would like to be reached, if the message says so."""
    return requests.of(message, settings.optional("SMS_NUMBER"), asked=asked_where(c), waits=waits)


def with_wish(decision: Escalation, c: Conversation, message: Message, at: int) -> Escalation:
    """A hand-over that confirms where she would like to be reached."""
    asked_for, language = contact_request(c, message), str(decision.facts.get("language", ""))
    if not asked_for or not decision.text:
        return decision
    known = mind(message, at)
    opening = opening_hours.state(opening_hours.of(known.hours, decision.queue), at)
    noted = wording.sentence(known.rules, f"reach.{asked_for.how}", language, context(c, message, at), opening, address=asked_for.address)
    return replace(decision, text=f"{decision.text}\n\n{noted}")


def context(c: Conversation, message: Message, at: int) -> Context:
    how, _, address = str(contact_request(c, message) or c.contact_request).partition(" ")
    return Context(
        channel=message.channel,
        now=at,
        language=c.language or message.language,
        page=message.language,
        misses=c.misses,
        last_question=c.question,
        last_article=c.article,
        offered=c.offered,
        name=c.name,
        tier=c.tier,
        queue=c.queue if c.owner == "queue" else "",
        opt_out_request=bool(message.meta.get("opt_out_request")),
        composes=bool(outgoing.composer(message)),
        opened=cache(lambda: sorted({c.opened_at, *table.opened_since(c.customer, at - DAYS * settings.DAY)})),
        told=c.told,
        asking=c.asking,
        facts=current.facts(),
        zone=str(message.meta.get("zone", "")),
        known_address=bool(how),
        contact_by=how,
        reached_at=address,
    )


def question(c: Conversation, message: Message) -> str:
    """A first mail often asks in its subject; later ones only repeat it."""
    return f"{message.subject}\n{message.text}" if message.subject and c.incoming == 1 else message.text


def story(c: Conversation, message: Message) -> tuple[tuple[tuple[str, str], ...], bool]:
    """What was said in this conversation before the message, and whether an address is proven in it; the first message costs no read."""
    if c.incoming <= 1 and not c.bot_answers:
        return (), False
    said = history.latest(c.thread, Span(c.opened_at), history.STORY).messages
    return tuple((m.by, m.text) for m in said if m.id != message.id), bool(stories.proofs(c.thread))


def load(found: Sequence[Line], at: int) -> Load:
    """How many wait in some lines together, and how long the first of them has."""
    since = min((line.since for line in found if line.since), default=0)
    waiting, exact = sum(line.waiting for line in found), all(line.exact for line in found)
    return Load(waiting, max(0, at - since) if since else 0, (), exact)
