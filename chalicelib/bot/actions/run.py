"""A message and a self-service flow: what the bot's decision becomes.

The rules go first: whoever asks for a person, or writes of danger, gets one, with what was gathered. Nothing here is stored: the turn saves
flow and answer together, so a record that comes again finds its work done, or does the same again under the same id.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace

from chalicelib import settings
from chalicelib.bot import language as languages
from chalicelib.bot.actions import calls, declared, endpoint, flow, hearing, numbers, sentences, state, values
from chalicelib.bot.actions.calls import Case
from chalicelib.bot.actions.declared import FREE, Action, Actions
from chalicelib.bot.actions.moved import Moved
from chalicelib.bot.actions.sentences import Told
from chalicelib.bot.actions.state import Flow, Heard, Move
from chalicelib.bot.answer import is_miss, may_wait
from chalicelib.bot.follow_ups import asks_something
from chalicelib.bot.sense import ACTED
from chalicelib.conversations.model import Answer, Conversation, Escalation, Urgency
from chalicelib.errors import BatonError, Forbidden, Unavailable
from chalicelib.observability import log

__all__ = ["Case", "gathered", "glance", "moved", "resting"]

_TELLING = 12  # letters from which on a text tells its language
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_CLAUSES = re.compile(r"[,.;!?，。；！？]+")
_PRESSING = ("unreachable", "wanted", "misses")  # sentences of a hand-over that may be late for the order
_TOLD = 80  # letters of what only tells of something
_PARTS = 4  # clauses that are looked for by themselves
_ROUNDS = 4  # moves that one message can lead to: proof, call, and what is said of them
_OUTSIDE = ("contact", "resend", "elsewhere", "claimed", "check", "call")


def moved(case: Case, decided: Answer | Escalation | None) -> Moved:
    """What the bot says; `decided`: its decision, if no flow is kept. Raises Unavailable if our own tables do not answer."""
    actions = declared.shipped()
    known = state.read(case.c.flow, actions.by_id, case.at)
    if not known or _gives(case, known, actions.by_id[known.action]):
        return _begun(case, decided or case.decide(case.c, case.words, False), actions)
    action = actions.by_id[known.action]
    heard = hearing.heard(known, action, case.words, actions.phrases, first_line=case.message.channel == "email")
    wanted = _other(known, action, heard, actions)
    # Said to us, "no" tells nothing of the article before; and a value is no question that the knowledge must be sure of.
    is_ours = bool(wanted) or hearing.is_for(known, action, heard)
    calm = replace(case.c, misses=0, article="", question="", offered=(), language=known.language) if is_ours else case.c
    decision = case.decide(calm, case.words, is_ours)
    if known.started and isinstance(decision, Answer) and is_miss(decision):
        about = replace(calm, article=action.articles[0], question=action.title[known.language])
        decision = _asked(case, calm, about) or decision
    if isinstance(decision, Escalation) and (is_ours or _presses(decision)):
        return Moved(_noted(decision, known, action), ours=True)
    known = replace(known, language=_language(known, action, case.words))
    elsewhere = wanted and isinstance(decision, Answer) and decision.article and decision.article not in wanted.articles
    if wanted and not elsewhere and not values.names(wanted, case.words):
        made = _leaning(case, wanted, known, action, decision)
        return _beside(case, made, wanted, known, action) if wanted.looks and known.started else made
    sure = isinstance(decision, Answer) and not is_miss(decision) and not heard.kind
    states = {"states"} if known.step == "offer" and not sure and _states(case, decision) else set()
    move = flow.step(known, action, replace(heard, answers=sure, hints=heard.hints | states))
    if move.do == "pass":
        return _begun(case, decision, actions, known)
    if case.waits and flow.is_free(known, action) and move.do not in ("leave", "aside"):
        return Moved(decision, case.c.flow, ours=True, piece=True)
    return _carried_out(case, move, known, decision)


def _states(case: Case, decision: Answer | Escalation) -> bool:
    """Does she tell of what was offered, and ask nothing? She is then asked for the order's number once more."""
    unsure = isinstance(decision, Escalation) or (is_miss(decision) and not case.c.offered)
    return unsure and len(case.words) <= _TOLD and not asks_something(case.words)


def _asked(case: Case, *as_if: Conversation) -> Answer | None:
    """What a question in the middle of a flow asks that is not understood by itself: of what the action is about, or in one of its clauses
    ("who pays the postage, I am in Austria")."""
    parts = [part.strip() for part in _CLAUSES.split(case.words) if asks_something(part)][:_PARTS]
    asked = (case.decide(one, part, True) for one in as_if for part in dict.fromkeys((case.words, *parts)) if parts)
    return next((one for one in asked if isinstance(one, Answer) and _is_sure(one)), None)


def _gives(case: Case, known: Flow, action: Action) -> bool:
    """Does she give, after a flow, what an article that was told since asks for?"""
    if known.started or not case.c.article or case.c.article in action.articles or not values.names(action, case.words):
        return False
    decision = case.decide(case.c, case.words, False)
    return isinstance(decision, Escalation) and bool(decision.facts.get("given"))


def gathered(kept: str, at: int) -> str:
    """One line for whoever takes over, of the flow on a head; "" if none was begun."""
    actions = declared.shipped()
    known = state.read(kept, actions.by_id, at)
    return sentences.gathered(known, actions.by_id[known.action]) if known and known.started else ""


def resting(kept: str, at: int) -> str:
    """The flow as it stays while a person is awaited: an offer, or the order that was talked about; "" if none was begun."""
    actions = declared.shipped()
    known = state.read(kept, actions.by_id, at)
    if not known:
        return ""
    rests = known if known.step == "offer" else flow.remembering(known, actions.by_id[known.action])
    return state.written(replace(rests, until=known.until) if rests else None)


def glance(case: Case) -> Answer | None:
    """For a customer who waits for a person: what the bot would say to the order's number in her message, where that takes no more than
    a look; None if it would say nothing. Begins nothing, sends nothing, never raises."""
    try:
        return _glanced(case)
    except BatonError as error:
        log.warning("glance_failed", error=str(error))
        return None


def _glanced(case: Case) -> Answer | None:
    actions = declared.shipped()
    action = next((one for one in actions.by_id.values() if one.looks), None)
    known = values.found(action, case.words) if action else {}
    if not action or not settings.optional("ACTIONS_URL") or not values.names(action, case.words) or len(known) < len(action.slots):
        return None
    asked = Flow(action.id, "ask", values=known, language=_spoken(case, action))
    move, told = calls.done(case, Move("call", asked), asked, action, time.monotonic() + endpoint.BUDGET)
    if move.say != "done":
        return None
    over = replace(move.flow, less=False) if move.flow else None  # a code would begin a flow
    text = sentences.said(replace(move, flow=over), asked, action, actions, told)
    return Answer(text, "", language=asked.language, outcome=f"action:{action.id}")


def _noted(decision: Escalation, known: Flow, action: Action) -> Escalation:
    """With what was gathered, if the offer was taken up."""
    return replace(decision, summary=f"{decision.summary}\n{sentences.gathered(known, action)}") if known.started else decision


def _presses(decision: Answer | Escalation) -> bool:
    """A person is needed now, and not only because the words of an answer to us say nothing to the knowledge."""
    return isinstance(decision, Escalation) and (not may_wait(decision) or bool(decision.facts.get("opt_out_request")))


def _begun(case: Case, decision: Answer | Escalation, actions: Actions, before: Flow | None = None) -> Moved:
    """A flow begins where an article that leads to one is surely found, be it only without the order's number in the question. `before`:
    the flow that is over or was not taken up; its order is remembered."""
    kept = _kept(case, flow.remembering(before, actions.by_id[before.action])) if before else ""
    if _presses(decision):
        return Moved(decision)
    action, decision = _wanted(case, decision, actions)
    if not action:
        return Moved(decision, kept)
    detected = decision.language if isinstance(decision, Answer) else languages.detect(case.words, case.c.language, case.message.language)
    language = detected if detected in action.title else "en"
    return _opened(case, action, flow.begin(action, case.words, language, before), language, decision)


def _other(known: Flow, action: Action, heard: Heard, actions: Actions) -> Action | None:
    """The action that is wanted for the order that was, or is, talked about."""
    if not flow.about(known, action) or hearing.asks_for_more(known, heard) or flow.is_free(known, action):
        return None
    wanted = hearing.leans_to(heard.text, actions)
    return None if known.started and (heard.kind or wanted is action) else wanted


def _leaning(case: Case, wanted: Action, known: Flow, action: Action, decision: Answer | Escalation) -> Moved:
    """ "Cancel it": the order that was talked about."""
    move = flow.begin(wanted, case.words, known.language, known, leans=True)
    return _opened(case, wanted, move, known.language, decision)


def _beside(case: Case, made: Moved, wanted: Action, known: Flow, action: Action) -> Moved:
    """Looked up in the middle of another flow, which then goes on."""
    if not isinstance(made.said, Answer):
        return made
    text = made.said.text.removesuffix(f"\n{wanted.more[known.language]}" if wanted.more else "")
    again = sentences.again(known, action, declared.shipped())
    return replace(made, said=replace(made.said, text=f"{text}\n\n{again}", choices=()), flow=_kept(case, known))


def _opened(case: Case, action: Action, move: Move, language: str, decision: Answer | Escalation) -> Moved:
    if move.say.startswith("offer") and move.flow and isinstance(decision, Answer) and decision.article:
        text = f"{decision.text}\n\n{sentences.said(move, move.flow, action, declared.shipped())}"
        return Moved(replace(decision, text=text), _kept(case, move.flow), ours=True)
    return _carried_out(case, move, move.flow or Flow(action.id, language=language), decision)


def _wanted(case: Case, decision: Answer | Escalation, actions: Actions) -> tuple[Action | None, Answer | Escalation]:
    """The action that is asked for, and the decision; a number in a question may hide what the question is."""
    bare = values.without_numbers(actions.by_id.values(), case.words)
    lone = _lone(case.words, actions) if bare != case.words else None
    if lone:
        return lone, decision
    if bare != case.words and not _is_sure(decision):
        second = case.decide(replace(case.c, misses=0), bare, False)
        if not _is_sure(second):
            asked = [action for action in actions.by_id.values() if hearing.asks_for(action, bare)]
            return (asked[0] if len(asked) == 1 else None), decision
        decision = second
    return (actions.by_article.get(decision.article) if isinstance(decision, Answer) else None), decision


def _is_sure(decision: Answer | Escalation) -> bool:
    return isinstance(decision, Answer) and bool(decision.article) and not decision.is_tentative


def _lone(words: str, actions: Actions) -> Action | None:
    """An order's number and nothing else: what can be told of it to anybody."""
    looks = (action for action in actions.by_id.values() if action.looks and action.number)
    return next((action for action in looks if action.number and numbers.is_alone(action.number, words)), None)


def _carried_out(case: Case, move: Move, before: Flow, decision: Answer | Escalation) -> Moved:
    actions = declared.shipped()
    action, deadline = actions.by_id[before.action], time.monotonic() + endpoint.BUDGET
    told = Told(given=case.words)
    try:
        for _ in range(_ROUNDS):
            if move.do not in _OUTSIDE:
                break
            before = move.flow or before
            move, told = calls.done(case, move, before, action, deadline)
        told = replace(told, alone=not case.c.flow and _lone(case.words, actions) is action)
    except (Unavailable, Forbidden) as error:
        log.warning("action_failed", action=action.id, error=str(error))
        move = Move("person", before, "sorry")
    return _told(case, move, before, decision, told)


def _told(case: Case, move: Move, before: Flow, decision: Answer | Escalation, told: Told) -> Moved:
    actions = declared.shipped()
    action = actions.by_id[before.action]
    if move.do == "aside" and isinstance(decision, Answer):
        text = f"{decision.text}\n\n{sentences.again(before, action, actions)}"
        return Moved(replace(decision, text=text), _kept(case, move.flow), ours=True)
    text = sentences.said(move, before, action, actions, told)
    if move.do == "person":
        return Moved(_to_person(case, move, before, action, text), ours=True)
    taps = sentences.choices(move, before, action, actions)
    answer = Answer(text, "", language=before.language, choices=taps, outcome=f"action:{action.id}", told=(ACTED,))
    return Moved(answer, _kept(case, move.flow), ours=True, final=True)


def _to_person(case: Case, move: Move, known: Flow, action: Action, text: str) -> Escalation:
    why = {
        "sorry": "failed",
        "misses": "was not understood",
        "not_proven": "identity not proven",
        "unreachable": "no address of the order reaches the customer",
        "wanted": "the customer wants a person",
    }
    why_zh = {
        "sorry": "办理失败",
        "misses": "没有看懂客户的回复",
        "not_proven": "身份未能确认",
        "unreachable": "订单的联系方式客户都收不到",
        "wanted": "客户需要人工",
    }
    name = move.say.removeprefix("refusal ")
    reason = f"self-service {action.id}: {why.get(name, name)}"
    kept = replace(case.c, language=known.language, flow=state.written(replace(known, until=case.at)))
    decision = case.to_person(kept, f"action-{name.replace('_', '-')}", reason, action.queue)
    told = "\n\n".join(filter(None, [text, decision.text]))
    urgency: Urgency = "urgent" if move.say in _PRESSING and _in_a_hurry(case, known, action) else decision.urgency
    return replace(decision, reason_zh=f"自助服务“{action.title['zh']}”：{why_zh.get(name, name)}", text=told, urgency=urgency)


def _in_a_hurry(case: Case, known: Flow, action: Action) -> bool:
    """Is it soon too late for what she wants? Not known counts as no."""
    looks = next((one for one in declared.shipped().by_id.values() if one.looks), None)
    try:
        return calls.is_in_a_hurry(case, known, action, looks, time.monotonic() + endpoint.BUDGET)
    except BatonError as error:
        log.warning("glance_failed", error=str(error))
        return False


def _language(known: Flow, action: Action, text: str) -> str:
    """The flow's, unless a text that is more than a value tells otherwise."""
    if known.step == "ask" and action.slot(known.slot).kind in FREE:
        return known.language
    rest = values.without_numbers([action], text)
    telling = _HAN.search(rest) or sum(c.isalpha() for c in rest) >= _TELLING
    detected = languages.detect(rest, known.language) if telling else known.language
    return detected if detected in action.title else known.language


def _spoken(case: Case, action: Action) -> str:
    detected = languages.detect(values.without_numbers([action], case.words), case.c.language, case.message.language)
    return detected if detected in action.title else "en"


def _kept(case: Case, known: Flow | None) -> str:
    life = state.LIFE_MAIL if case.message.channel == "email" else state.LIFE
    return state.written(replace(known, until=case.at + life) if known else None)
