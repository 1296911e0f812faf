"""The bot's turn: a customer's message comes out of the stream, and it is answered, handed over, or left to its owner.

The head is read, the decision made, and the head saved under the condition that nobody changed it meanwhile. Only then
is the answer stored. So an answer that comes after a person took over is refused by the database; and after a crash
between the two writes the head remembers that this message was answered, and the answer is stored on the next try.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from chalicelib import settings, streams
from chalicelib.bot import brain, outgoing, turns, wording
from chalicelib.bot import wish as wishes
from chalicelib.bot.actions.moved import Moved, may_concern
from chalicelib.bot.answer import Brain, Context, answer, is_miss, may_wait
from chalicelib.bot.context import Load
from chalicelib.bot.facts import DAYS
from chalicelib.bot.language import detect
from chalicelib.conversations import baton, identities, ids, keys, memory, model, openings, proofs, table
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.dynamodb import Item
from chalicelib.errors import Conflict, NotOwner, Unavailable
from chalicelib.observability import now

_ATTEMPTS = 4

# An answer that would come so late (ms) would only surprise: a person looks first.
STALE = settings.HOUR

ENOUGH = "enough automatic answers to this sender"
FORGED = "the sender may be forged"
ONLY_FILES = "sent files without a word"


@dataclass(frozen=True, slots=True)
class Opening:
    """The conversation that a message belongs to, and the earlier one that it replaces on the thread's head.

    `quiet`: why nothing is said to the customer, and a person gets the conversation; "" if the bot may answer.
    """

    conversation: Conversation
    past: Conversation | None = None
    quiet: str = ""


def handle(item: Item, _old: Item | None) -> str:
    """One incoming message of the stream, or one that comes again after a pause: one word of what happened. Raises Unavailable
    if it should come again."""
    message = keys.message(item)
    for attempt in range(_ATTEMPTS):
        head = table.head(message.thread, consistent=attempt > 0 or streams.is_paused(item))
        try:
            return _turn(head, message, item, now())
        except NotOwner:
            raise
        except Conflict:
            continue
    raise Unavailable("the head of this thread changes faster than it can be read")


def _turn(head: Conversation | None, message: Message, item: Item, at: int) -> str:
    done = memory.outcome(head.recent, message.id) if head else ""
    if head and done == "waits":
        return _go_on(Opening(head), message, item, at)
    if done and head:
        return _finish(head, message, at) if done == "answered" else done
    return _notice(head, message) if message.by == "robot" else _take_in(_opening(head, message), message, item, at)


def _take_in(opening: Opening, message: Message, item: Item, at: int) -> str:
    _prove(message)
    c = baton.received(opening.conversation, message)
    if c.owner != "bot" or _is_not_for_the_bot(message):
        return _keep(opening, c, message, at)
    received = replace(opening, conversation=c)
    words = turns.words(c, _question(c, message))
    if opening.quiet:
        return _hand_over(c, opening.past, message, replace(_to_person(c, message, at, "quiet", opening.quiet), text=""), at)
    if _is_only_files(message):
        return _hand_over(c, opening.past, message, _to_person(c, message, at, "only-files", ONLY_FILES), at)
    moved = _moved(c, message, words, at, waits=turns.is_piece(message))
    if moved.piece or (not moved.ours and may_wait(moved.said) and turns.is_piece(message)):
        question = "" if moved.piece else turns.earlier(opening.conversation, message)
        return _wait_or_leave(received, message, item, question, at)
    return _act(received, message, moved, words, at)


def _keep(opening: Opening, c: Conversation, message: Message, at: int) -> str:
    """For whoever holds the baton. A wish to be called or written to is noted, and confirmed once as long as nobody has taken over."""
    wish = (
        wishes.of(message, settings.optional("SMS_NUMBER"))
        if c.owner == "queue" and not opening.quiet and not _is_not_for_the_bot(message)
        else None
    )
    if not wish or str(wish) == c.wish:
        table.save(c, past=opening.past)
        return "seen"
    language = detect(message.text, c.language)
    noted = Answer(wording.noted(brain.load().rules, wish, language), "", language=language)
    event = model.Event("wished", at, "customer", {"wish": str(wish)})
    table.save(replace(c, wish=str(wish)), event, [outgoing.answer(message, ids.answer(message.id), noted, at)], opening.past)
    return "noted"


def _wait_or_leave(received: Opening, message: Message, item: Item, question: str, at: int) -> str:
    """A piece waits for more, unless it only adds to the `question` that was just answered."""
    c = received.conversation
    if question and _is_said(c, message, f"{question}\n{message.text}", at):
        table.save(c, past=received.past)
        return "seen"
    return _wait(received, message, item, turns.words(c, _question(c, message)))


def _notice(head: Conversation | None, message: Message) -> str:
    """A robot's mail is kept in its thread, but opens nothing, wakes nobody and is owed nothing; who holds the conversation is told."""
    if head and head.owner in ("queue", "agent"):
        table.save(baton.noticed(head, message))
    return "seen"


def _go_on(opening: Opening, message: Message, item: Item, at: int) -> str:
    """After the pause. If anything happened meanwhile, that took over; a record that the stream repeats waits for its pause."""
    c = opening.conversation
    if not streams.is_paused(item) or not memory.is_latest(c.recent, message.id) or c.owner != "bot":
        return "waits"
    return _act(opening, message, _moved(c, message, c.turn, at, waits=False), c.turn, at)


def _wait(opening: Opening, message: Message, item: Item, words: str) -> str:
    """The pause is ordered first and then remembered: after a crash between the two it is ordered twice, and the second finds its
    work done."""
    streams.later(item)
    table.save(baton.waits(opening.conversation, message, words), past=opening.past)
    return "waits"


def _is_said(c: Conversation, message: Message, words: str, at: int) -> bool:
    """Does this only add to a question that was just answered: would the answer be the same?"""
    decision = _decide(replace(c, article="", misses=0, question=""), message, words, at)
    return isinstance(decision, Answer) and decision.article == c.article


def _moved(c: Conversation, message: Message, words: str, at: int, *, waits: bool) -> Moved:
    """The decision, or what a self-service action makes of it; that room is loaded only where the business has an endpoint for it."""

    def decide(as_if: Conversation, text: str, under_way: bool = False) -> Answer | Escalation:
        return _decide(as_if, replace(message, language=as_if.language), text, at, under_way=under_way)

    def to_person(as_if: Conversation, rule: str, why: str, queue: str) -> Escalation:
        return _to_person(as_if, replace(message, language=as_if.language), at, rule, why, queue=queue)

    known = None if c.flow else decide(c, words)
    if known and not (settings.optional("ACTIONS_URL") and may_concern(known, words)):
        return Moved(known)
    from chalicelib.bot.actions import run

    return run.moved(run.Case(c, message, words, at, waits, decide, to_person), known)


def _act(opening: Opening, message: Message, moved: Moved, words: str, at: int) -> str:
    """What an action did is stored with the words that tell of it: it could not be found out again."""
    c, past, decision = opening.conversation, opening.past, moved.said
    if isinstance(decision, Escalation):
        return _hand_over(c, past, message, decision, at)
    decision, made = (decision, {}) if moved.ours else outgoing.composed(decision, message, words)
    answered = replace(baton.answered(c, message, decision, at, words), flow=moved.flow)
    told = outgoing.answer(message, ids.answer(message.id), decision, at, outgoing.behind(decision, c, message, words) | made)
    table.save(replace(answered, misses=c.misses + 1) if is_miss(decision) else answered, past=past, messages=[told] if moved.final else ())
    if not moved.final:
        table.record(told)
    return "answered"


def _opening(head: Conversation | None, message: Message) -> Opening:
    if head and not baton.is_over(head, message.at, settings.IDLE):
        return Opening(head, quiet=_why_quiet(message, head.bot_answers))
    if not head:
        known = identities.whose(message)
        return Opening(baton.opened(message, known.customer, known.tier), quiet=_why_quiet(message, 0) or _too_often(message))
    past = baton.expired(head, settings.IDLE) if head.owner == "bot" else head
    return Opening(baton.reopened(head, message), past, _why_quiet(message, 0))


def _why_quiet(message: Message, answers: int) -> str:
    """Bulk mail, and whatever else a robot must not answer (RFC 3834) though a person may have written it; or answers enough. If the
    sender may be forged (DMARC failed, or SPF without DMARC to the contrary), the answer would reach somebody who never wrote."""
    if message.meta.get("automatic"):
        return f"not to be answered by a robot: {message.meta['automatic']}"
    if message.meta.get("unproven") and not message.meta.get("verified"):
        return FORGED
    return ENOUGH if message.channel == "email" and answers >= _most() else ""


def _too_often(message: Message) -> str:
    """A sender who opens one thread after the other, or one with the same words again, may be a robot that does not say so."""
    if message.channel != "email" or _is_not_for_the_bot(message):
        return ""
    today = openings.counted(message)
    return ENOUGH if today.opened > _most() or today.repeated else ""


def _most() -> int:
    return int(settings.optional("AUTOMATIC_REPLIES", "5"))


def _prove(message: Message) -> None:
    """A mail that joined a chat came from where our signed address had been sent: this is hers."""
    if message.channel == "email" and message.thread.startswith("w") and not message.meta.get("unproven"):
        proofs.prove(message.thread, "email", message.address, "mail", message.at)


def _is_not_for_the_bot(message: Message) -> bool:
    """What was quarantined, and a STOP that the carrier answers."""
    return any(message.meta.get(mark) for mark in ("quarantined", "keyword"))


def _is_only_files(message: Message) -> bool:
    """Pictures without a word: the bot cannot look at them, and need not ask what they mean."""
    return not message.text.strip() and bool(message.meta.get("attachments") or message.meta.get("media"))


def _to_person(c: Conversation, message: Message, at: int, rule: str, why: str, *, queue: str = "") -> Escalation:
    """To a person, whatever the bot knows, and `why`; `queue`: where to, if not where such things go."""
    decision = _decide(c, message, turns.words(c, _question(c, message)), at, knows=False, queue=queue)
    if isinstance(decision, Answer):
        return Escalation(rule, why, queue or brain.known_queues()[0], "normal", summary=why)
    summary = decision.summary.replace(f"Handed over: {decision.reason}.", f"Handed over: {why}.", 1)
    summary = "\n".join(filter(None, [summary, _gathered(c, at)]))
    facts = {name: value for name, value in decision.facts.items() if name != "why"}  # no rule decided
    decision = replace(decision, queue=queue or decision.queue)
    return replace(decision, rule=rule, reason=why, reason_zh="", facts=facts, summary=summary)


def _gathered(c: Conversation, at: int) -> str:
    """What a self-service action that is under way has found out."""
    if not c.flow:
        return ""
    from chalicelib.bot.actions import run

    return run.gathered(c.flow, at)


def _decide(
    c: Conversation,
    message: Message,
    question: str,
    at: int,
    *,
    knows: bool = True,
    settled: str = "",
    under_way: bool = False,
    queue: str = "",
) -> Answer | Escalation:
    """The conversation so far and the queues' load cost reads: they are fetched only for a hand-over. A bot that knows nothing
    hands everything over."""
    known = brain.load()
    mind: Brain = known if knows and at - message.at <= STALE else replace(known, index=None)
    context = Context(
        channel=message.channel,
        now=at,
        language=message.language or c.language,
        misses=c.misses,
        last_question=c.question,
        last_article=c.article,
        offered=c.offered,
        settled=settled,
        under_way=under_way,
        name=c.name,
        tier=c.tier,
        opt_out_request=bool(message.meta.get("opt_out_request")),
        composes=bool(outgoing.composer(message)),
        opened=cache(lambda: sorted({c.opened_at, *table.opened_since(c.customer, at - DAYS * settings.DAY)})),
    )

    def look(found: str, urgency: str) -> Load:
        line = table.line(queue or found, urgency)
        return Load(line.waiting, max(0, at - line.since) if line.since else 0, _said(c, message))

    return answer(question, context, mind, look)


def _question(c: Conversation, message: Message) -> str:
    """A first mail often asks in its subject; later ones only repeat it."""
    return f"{message.subject}\n{message.text}" if message.subject and c.incoming == 1 else message.text


def _said(c: Conversation, message: Message) -> tuple[tuple[str, str], ...]:
    """What was said in this conversation before the message; the first one costs no read."""
    if c.incoming <= 1 and not c.bot_answers:
        return ()
    thread = table.read_thread(c.thread)
    return tuple((m.by, m.text) for m in thread.messages if c.opened_at <= m.at and m.id != message.id)


def _hand_over(c: Conversation, past: Conversation | None, message: Message, decision: Escalation, at: int) -> str:
    event = model.hand_over_event(decision, at)
    told = [outgoing.answer(message, ids.hand_over(message.id), Answer(decision.text, ""), at)] if decision.text else []
    wish = str(wishes.of(message, settings.optional("SMS_NUMBER")) or c.wish)
    table.save(replace(baton.escalated(c, message.id, decision, at), wish=wish), event, told, past)
    return "escalated"


def _finish(head: Conversation, message: Message, at: int) -> str:
    """The crash came between head and answer: the answer is stored now, unless it already is."""
    if table.message(message.thread, ids.answer(message.id)):
        return "answered"
    # The head already counts this message as answered; asked about it as it stands, the bot would see a repeated question.
    words = head.question if len(head.question) > len(message.text) else _question(head, message)
    settled = head.article if memory.is_latest(head.recent, message.id) else ""
    as_before = replace(head, misses=0, article="", offered=(), question=head.question if settled else "")
    decision = _decide(as_before, message, words, at, settled=settled)
    if isinstance(decision, Answer):
        said, made = outgoing.composed(decision, message, words)
        table.record(outgoing.answer(message, ids.answer(message.id), said, at, outgoing.behind(said, head, message, words) | made))
        return "answered"
    if head.owner != "bot":
        return "seen"
    return _hand_over(head, None, message, decision, at)
