"""The bot's turn: a customer's message comes out of the stream, and it is answered, handed over, or left to its owner.

The head is read, the decision made, and the head saved under the condition that nobody changed it meanwhile. Only then
is the answer stored. So an answer that comes after a person took over is refused by the database; and after a crash
between the two writes the head remembers that this message was answered, and the answer is stored on the next try.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib import settings
from chalicelib.aws import pauses, streams
from chalicelib.aws.dynamodb import Item
from chalicelib.bot.actions.flow_result import FlowResult
from chalicelib.bot.answers.answer import examined, is_miss, may_wait
from chalicelib.bot.answers.context import Load
from chalicelib.bot.answers.repeats import marked
from chalicelib.bot.messages import deciding, in_queue, outgoing, pieces
from chalicelib.bot.messages.opening import OpenedConversation, is_not_for_the_bot, open_for, prove
from chalicelib.bot.messages.waiting.place import Place
from chalicelib.bot.messages.waiting.reply import reply
from chalicelib.bot.rules.facts import hear
from chalicelib.conversations import baton, ids, keys, lines, memory, model, rescue, table
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.customers import identities
from chalicelib.errors import Conflict, NotFound, NotOwner, Unavailable
from chalicelib.governance import queue_names
from chalicelib.observability import now

_ATTEMPTS = 4

ONLY_FILES = "sent files without a word"


def handle(item: Item, _old: Item | None) -> str:
    """One incoming message of the stream, or one that comes again after a pause: one word of what happened. Raises Unavailable
    if it should come again. Whatever else goes wrong, the customer gets a person; the record is parked by whoever called."""
    message = keys.message(item)
    try:
        return _attempted(message, item)
    except (Conflict, NotFound, Unavailable):
        raise
    except Exception:
        _rescue(message, now())
        raise


def _attempted(message: Message, item: Item) -> str:
    for attempt in range(_ATTEMPTS):
        head = table.head(message.thread, consistent=attempt > 0 or streams.is_paused(item))
        try:
            return _turn(head, message, item, now())
        except NotOwner:
            raise
        except Conflict:
            continue
    if _is_told(message):
        return "answered"
    raise Unavailable("the head of this thread changes faster than it can be read")


def _is_told(message: Message) -> bool:
    """Was this message dealt with so long ago that the head has forgotten it? It came again, and what it would get is stored already."""
    return any(table.message(message.thread, name) for name in ids.beside(message.id))


def _rescue(message: Message, at: int) -> None:
    """Nothing that could fail a second time takes part: no rules, no knowledge, no actions."""
    head = table.head(message.thread, consistent=True)
    done = memory.outcome(head.recent, message.id) if head else ""
    if message.by == "robot" or done not in ("", "waits"):
        return
    opening = open_for(head, message)
    c = opening.conversation if done else baton.received(opening.conversation, message)
    if c.owner == "bot":
        rescue.hand_over(c, message, queue_names.known()[0], "the bot failed", at=at, past=opening.past)
    else:
        _leave(replace(opening, conversation=c), message)


def _turn(head: Conversation | None, message: Message, item: Item, at: int) -> str:
    done = memory.outcome(head.recent, message.id) if head else ""
    if streams.is_paused(item) and not done and (not head or message.id not in head.pieces):
        return "waits"  # so late that the head has forgotten it; or it was never taken in, and the stream brings it again
    if head and (done == "waits" or (streams.is_paused(item) and not done)):
        return _go_on(OpenedConversation(head), message, item, at)
    if done and head:
        return _finish(head, message, at) if done == "answered" else done
    return _notice(head, message) if message.by == "robot" else _take_in(open_for(head, message), message, item, at)


def _take_in(opening: OpenedConversation, message: Message, item: Item, at: int) -> str:
    prove(message)
    received = replace(opening, conversation=baton.received(opening.conversation, message))
    c = received.conversation
    if c.owner == "agent" or is_not_for_the_bot(message) or (c.owner == "queue" and opening.quiet):
        return _leave(received, message)
    if c.owner == "queue":
        return _beside(received, message, item, pieces.words(c, message.text), at)
    if opening.quiet:
        return _hand_over(c, opening.past, message, replace(deciding.to_person(c, message, at, "quiet", opening.quiet), text=""), at)
    if _is_only_files(message):
        return _hand_over(c, opening.past, message, deciding.to_person(c, message, at, "only-files", ONLY_FILES), at)
    words = pieces.words(c, deciding.question(c, message))
    moved = deciding.moved(c, message, words, at, waits=pieces.is_piece(message))
    if moved.piece or (not moved.ours and may_wait(moved.said) and pieces.is_piece(message)):
        return _wait(received, message, item, words)
    return _act(received, message, moved, words, at)


def _leave(received: OpenedConversation, message: Message) -> str:
    """For the person who holds the baton, or will: the bot is silent. What endangers somebody makes it urgent all the same."""
    c = received.conversation
    table.set_outcome(c.thread, [message.id], "person")
    in_danger = not is_not_for_the_bot(message) and not received.quiet and hear(message.text).urgent_topic
    table.save(replace(c, urgency="urgent") if in_danger else c, past=received.past)
    return "seen"


def _beside(received: OpenedConversation, message: Message, item: Item, words: str, at: int) -> str:
    """She waits for a person: what the bot says meanwhile, and what changes for her."""
    c = received.conversation
    paused = streams.is_paused(item)
    said = reply(examined(words, deciding.context(c, message, at), deciding.mind(message, at)), _place(c, message, words, at))
    if said.said.outcome == "taken" and not said.change and pieces.is_piece(message) and not paused:
        return _wait(received, message, item, words)
    if outgoing.is_chatter(c, message, said.said, at):
        return in_queue.keep_silent(received, message, said, at)
    return in_queue.speak(received, message, said, words, at)


def _place(c: Conversation, message: Message, words: str, at: int) -> Place:
    def looked_up() -> Answer | None:
        return deciding.glanced(c, message, words, at) if settings.optional("ACTIONS_URL") else None

    def moved() -> FlowResult | None:
        return deciding.acted(c, message, words, at) if settings.optional("ACTIONS_URL") else None

    def ahead() -> Load:
        urgent = lines.line(c.queue, "urgent", at, before=0 if c.urgency == "normal" else c.waiting_since)
        normal = lines.line(c.queue, c.urgency, at, before=c.waiting_since) if c.urgency == "normal" else None
        return deciding.load([urgent, normal] if normal else [urgent], at)

    def noticed() -> str:
        return deciding.noticed(c, words, at)

    asked_for = deciding.contact_request(c, message, waits=not deciding.is_in_action(c, at))
    new = asked_for if asked_for and str(asked_for) != c.contact_request else None
    return Place(c.urgency, c.asking, new, _is_only_files(message), bool(c.flow), moved, looked_up, noticed, ahead)


def _unspoken(received: OpenedConversation, message: Message, outcome: str) -> str:
    """Where each message costs or disturbs, the same word is not said twice a day: its outcome is recorded, and the person sees it."""
    c = received.conversation
    table.set_outcome(c.thread, dict.fromkeys((*c.pieces, message.id)), outcome)
    table.save(baton.noted(c, message), past=received.past)
    return "seen"


def _notice(head: Conversation | None, message: Message) -> str:
    """A robot's mail is kept in its thread, but opens nothing, wakes nobody and is owed nothing; who holds the conversation is told."""
    if not head:
        identities.note_stray(message)
    if head and head.owner in ("queue", "agent"):
        table.save(baton.noticed(head, message))
    return "seen"


def _go_on(opening: OpenedConversation, message: Message, item: Item, at: int) -> str:
    """After the pause. If anything happened meanwhile, that took over; a record that the stream repeats waits for its pause."""
    c = opening.conversation
    if not streams.is_paused(item):
        return "waits"
    if c.pieces[-1:] != (message.id,):
        if c.owner in ("agent", "none") or (message.id not in c.pieces and c.claimed_at >= message.at):
            table.set_outcome(c.thread, [message.id], "person")  # who took over during the pause, and may have handed back since
        return "waits"
    if c.owner == "queue":
        return _beside(opening, message, item, c.turn, at)
    return _act(opening, message, deciding.moved(c, message, c.turn, at, waits=False), c.turn, at)


def _wait(opening: OpenedConversation, message: Message, item: Item, words: str) -> str:
    """The pause is ordered first and then remembered: after a crash between the two it is ordered twice, and the second finds its
    work done."""
    pauses.begin(item)
    table.save(baton.waits(opening.conversation, message, words), past=opening.past)
    return "waits"


def _act(opening: OpenedConversation, message: Message, moved: FlowResult, words: str, at: int) -> str:
    """What could not be found out again after a crash is stored with the head, in one transaction; a plain answer costs less."""
    c, moved, read = deciding.read(opening.conversation, message, moved, words, at)
    past, decision = opening.past, moved.said
    if isinstance(decision, Escalation):
        return _hand_over(c, past, message, decision, at)
    if outgoing.is_chatter(c, message, decision, at):
        return _unspoken(opening, message, decision.outcome)
    decision, made = (decision, {}) if moved.ours else outgoing.composed(decision, message, words)
    answered = replace(baton.told(baton.answered(c, message, decision, at, words), marked(decision), at), flow=moved.flow)
    told = outgoing.answer(message, ids.answer(message.id), decision, at, outgoing.behind(decision, c, message, words) | made | read)
    at_once = moved.final or not outgoing.is_repeatable(decision)
    table.save(replace(answered, misses=c.misses + 1) if is_miss(decision) else answered, past=past, messages=[told] if at_once else ())
    if not at_once:
        table.record(told)
    return "answered"


def _is_only_files(message: Message) -> bool:
    """Pictures without a word: the bot cannot look at them, and need not ask what they mean."""
    return not message.text.strip() and bool(message.meta.get("attachments") or message.meta.get("media"))


def _hand_over(c: Conversation, past: Conversation | None, message: Message, decision: Escalation, at: int) -> str:
    decision = deciding.with_wish(replace(decision, queue=queue_names.open_one(decision.queue)), c, message, at)
    event = model.hand_over_event(decision, at)
    outcome = "urgent" if decision.facts.get("urgent_topic") else "person"
    known = outgoing.behind(Answer("", "", outcome=outcome), c, message, message.text)
    told = [outgoing.answer(message, ids.hand_over(message.id), Answer(decision.text, ""), at, known)] if decision.text else []
    asked_for = str(deciding.contact_request(c, message) or c.contact_request)
    escalated = baton.told(baton.escalated(c, message.id, decision, at), (f"tell.{decision.facts.get('told', '')}",), at)
    if not told:
        table.set_outcome(c.thread, dict.fromkeys((*c.pieces, message.id)), outcome)
    table.save(replace(escalated, contact_request=asked_for, flow=deciding.resting(c, decision, message.text, at)), event, told, past)
    return "escalated"


def _finish(head: Conversation, message: Message, at: int) -> str:
    """The crash came between head and answer: the answer is stored now, unless it already is."""
    if table.message(message.thread, ids.answer(message.id)):
        return "answered"
    # The head already counts this message as answered; asked about it as it stands, the bot would see a repeated question.
    words = head.question if len(head.question) > len(message.text) else deciding.question(head, message)
    settled = head.article if memory.is_latest(head.recent, message.id) else ""
    as_before = replace(head, misses=0, article="", offered=(), question=head.question if settled else "")
    decision = deciding.decide(as_before, message, words, at, settled=settled)
    if isinstance(decision, Answer):
        said, made = outgoing.composed(decision, message, words)
        table.record(outgoing.answer(message, ids.answer(message.id), said, at, outgoing.behind(said, head, message, words) | made))
        return "answered"
    if head.owner != "bot":
        return "seen"
    return _hand_over(head, None, message, decision, at)
