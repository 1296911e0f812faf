"""A message and a self-service flow: what the bot's decision becomes.

The rules go first: whoever asks for a person, or writes of danger, gets one, with what was gathered. Nothing here is stored: the turn saves
flow and answer together, so a record that comes again finds its work done, or does the same again under the same id.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace

from chalicelib import settings
from chalicelib.bot.actions import (
    aside,
    calls,
    choosing,
    claims,
    declared,
    demanding,
    endpoint,
    flow,
    handing,
    hearing,
    memory,
    sentences,
    state,
    values,
    wanting,
)
from chalicelib.bot.actions.calls import Case
from chalicelib.bot.actions.declared import FREE, Action, Actions
from chalicelib.bot.actions.flow_result import FlowResult
from chalicelib.bot.actions.sentences import Told
from chalicelib.bot.actions.state import Directive, Flow, FlowInput
from chalicelib.bot.answers.answer import is_miss, may_wait
from chalicelib.bot.answers.numberless import NO_NUMBER
from chalicelib.bot.interpretation import language as languages
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.understanding import ACTED
from chalicelib.conversations import registry
from chalicelib.conversations.model import Answer, Escalation
from chalicelib.errors import BatonError, Forbidden, Unavailable
from chalicelib.observability import log

__all__ = ["Case", "gathered", "glance", "is_pressing", "moved", "proposed", "resting"]

_TELLING = 12  # letters from which on a text tells its language
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_TOLD = 80  # letters of what only tells of something
_AFTER_YES = ("wanted", "done", "ask", "code")  # what may follow a yes
_AGAIN = ("retry", "where", "other", "part")  # a value did not come and is asked for once more
_ROUNDS = 4  # moves that one message can lead to: proof, call, and what is said of them
_OUTSIDE = ("contact", "resend", "elsewhere", "claimed", "check", "call")


def moved(case: Case, decided: Answer | Escalation | None) -> FlowResult:
    """What the bot says; `decided`: its decision, if no flow is kept. Raises Unavailable if our own tables do not answer."""
    actions = declared.shipped()
    known = state.read(case.c.flow, actions.by_id, case.at)
    if not known or claims.has_no_order(case, known, actions.by_id[known.action]) or _gives(case, known, actions.by_id[known.action]):
        return _begun(case, decided or case.decide(case.c, case.words, False), actions)
    action = actions.by_id[known.action]
    heard = hearing.heard(known, action, case.words, actions.phrases, first_line=registry.of(case.message.channel).subjects)
    of_way = memory.asks_of_way(known, case.words, actions)
    asked = "" if of_way else memory.asked(known, case.words, actions)
    comes = None if asked or (known.started and (heard.kind or action.looks)) else wanting.arrival(case.words, actions)
    comes = comes if flow.about(known, action) else None
    declines = {"declines"} if demanding.declines(case.words) else set()
    heard = replace(heard, hints=heard.hints | declines | ({"comes"} if comes else set()))
    wanted = None if asked else _other(known, action, heard, actions)
    claimed = None if asked or wanted or declines else claims.of_known(case, known, action, actions)
    wanted = wanted or claimed
    if comes and not wanted and not hearing.asks_for_more(known, heard):
        wanted = comes
    # Said to us, "no" tells nothing of the article before; and a value is no question that the knowledge must be sure of.
    is_ours = bool(wanted or asked or declines) or hearing.is_for(known, action, heard)
    calm = replace(case.c, misses=0, article="", question="", offered=(), language=known.language) if is_ours else case.c
    question = hearing.beside_wait(heard, actions.phrases) if known.started else ""
    asking = replace(case, words=question or case.words)
    decision = case.decide(calm, asking.words, is_ours)
    if known.started and isinstance(decision, Answer) and is_miss(decision):
        about = replace(calm, article=action.articles[0], question=action.title[known.language])
        decision = aside.asked(asking, calm, about) or (aside.of_action(case, calm, known, action) if question else None) or decision
    if isinstance(decision, Answer) and (is_miss(decision) or decision.article in action.articles):
        decision = aside.of_reason(case, calm, known, action) or decision
    decision = aside.refund(case, calm, known, actions, of_way=of_way) or decision
    if isinstance(decision, Escalation) and (is_ours or _presses(decision)):
        return FlowResult(_noted(decision, known, action), ours=True)
    known = replace(known, language=_language(known, action, case.words))
    if (
        wanted
        and (wanted in (comes, claimed) or not _is_elsewhere(case, wanted, decision, actions))
        and (known.step != "done" or not values.names(wanted, case.words))
    ):
        made = _leaning(case, wanted, known, action, decision)
        return _beside(case, made, wanted, known, action) if wanted.looks and known.started else made
    sure = isinstance(decision, Answer) and not is_miss(decision) and not heard.kind
    states = {"states"} if known.step == "offer" and not sure and _states(case, decision) else set()
    heard = replace(heard, answers=sure, hints=heard.hints | states)
    move = memory.answered(known, asked, case.words, actions) if asked else flow.step(known, action, heard)
    if move.do == "pass":
        return _begun(case, decision, actions, known)
    if case.waits and hearing.is_free(known, action) and move.do not in ("leave", "aside"):
        return FlowResult(decision, case.c.flow, ours=True, piece=True)
    return _carried_out(case, move, known, decision)


def _states(case: Case, decision: Answer | Escalation) -> bool:
    """Does she tell of what was offered, and ask nothing? She is then asked for the order's number once more."""
    unsure = isinstance(decision, Escalation) or (is_miss(decision) and not case.c.offered)
    return unsure and len(case.words) <= _TOLD and not asks_something(case.words)


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


def is_pressing(words: str) -> bool:
    """Is an action asked for, of an order that she names, for which it soon is too late?"""
    actions = declared.shipped()
    action = wanting.beside_number(words, actions)
    return bool(action and action.hurry and values.names(action, words))


def resting(kept: str, at: int, text: str = "", until: int = 0) -> str:
    """The flow as it stays while a person is awaited: an offer, or the order that was talked about, or that stands in `text`; "" if there
    is none."""
    actions = declared.shipped()
    known = state.read(kept, actions.by_id, at)
    rests = known if not known or known.step == "offer" else flow.remembering(known, actions.by_id[known.action])
    newest = memory.newest(rests, text, actions)
    return state.written(replace(newest, until=known.until if known and newest is rests else until) if newest else None)


def proposed(case: Case, decision: Answer, slots: Mapping[str, str]) -> FlowResult:
    """What a language model takes for the wish for an action: its article, `decision`, and the offer, which binds nobody. `slots`: by
    name, words of hers that hold a value; an order's number or address is read from her message alone."""
    actions = declared.shipped()
    made = _begun(case, decision, actions)
    begun = state.read(made.flow, actions.by_id, case.at)
    if not made.ours or not begun or begun.step != "offer":
        return made
    missing = [slot for slot in actions.by_id[begun.action].slots if slot.name not in begun.values and slot.kind in ("choice", "date")]
    told = {slot.name: value for slot in missing if (value := values.read(slot, slots.get(slot.name, "")))}
    return replace(made, flow=_kept(case, replace(begun, values={**begun.values, **told})))


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
    action = wanting.looking(actions)
    known = values.found(action, case.words) if action else {}
    if not action or not settings.optional("ACTIONS_URL") or not values.names(action, case.words) or len(known) < len(action.slots):
        return None
    if wanting.tells_more(case.words, actions):
        return None  # what she tells of it is more than its state
    asked = Flow(action.id, "ask", values=known, language=_spoken(case, action))
    move, told = calls.done(case, Directive("call", asked), asked, action, time.monotonic() + endpoint.BUDGET)
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


def _begun(case: Case, decision: Answer | Escalation, actions: Actions, before: Flow | None = None) -> FlowResult:
    """A flow begins where an article that leads to one is surely found, be it only without the order's number in the question. `before`:
    the flow that is over or was not taken up; its order is remembered."""
    rests = flow.remembering(before, actions.by_id[before.action]) if before else None
    if _presses(decision):
        return FlowResult(decision)
    case = choosing.mended_words(case, decision, actions)
    action, decision = choosing.chosen(case, decision, actions)
    if not action:
        return FlowResult(decision, _kept(case, memory.newest(rests, case.words, actions)))
    detected = decision.language if isinstance(decision, Answer) else languages.detect(case.words, case.c.language, case.message.language)
    language = detected if detected in action.title else "en"
    move = flow.begin(action, case.words, language, before)
    if move.say == "offer_known" and memory.is_done(before, move):
        return FlowResult(decision, _kept(case, before), ours=True)
    return _opened(case, action, move, language, decision)


def _other(known: Flow, action: Action, heard: FlowInput, actions: Actions) -> Action | None:
    """The action that is wanted for the order that was, or is, talked about, or that she names beside it."""
    instead = wanting.instead(heard.text, actions)
    named = wanting.named_with(heard.text, action, actions) if known.step != "done" else None
    if named or (instead and not (known.started and instead is action)):
        return named or instead
    if not flow.about(known, action) or hearing.asks_for_more(known, heard) or hearing.is_free(known, action):
        return None
    wanted = wanting.leans_to(heard.text, actions)
    return None if known.started and (heard.kind or wanted is action) else wanted


def _is_elsewhere(case: Case, wanted: Action, decision: Answer | Escalation, actions: Actions) -> bool:
    """Is it another article that surely tells what she wants, and does she not say herself what she wants instead?"""
    told = decision.article if isinstance(decision, Answer) else ""
    return bool(told) and told not in wanted.articles and wanting.instead(case.words, actions) is not wanted


def _leaning(case: Case, wanted: Action, known: Flow, action: Action, decision: Answer | Escalation) -> FlowResult:
    """ "Cancel it": the order that was talked about."""
    move = flow.begin(wanted, case.words, known.language, known, leans=True)
    return _opened(case, wanted, move, known.language, decision)


def _beside(case: Case, made: FlowResult, wanted: Action, known: Flow, action: Action) -> FlowResult:
    """Looked up in the middle of another flow, which then goes on."""
    if not isinstance(made.said, Answer):
        return made
    text = made.said.text.removesuffix(f"\n{wanted.more[known.language]}" if wanted.more else "")
    again = sentences.again(known, action, declared.shipped())
    return replace(made, said=replace(made.said, text=f"{text}\n\n{again}", choices=()), flow=_kept(case, known))


def _opened(case: Case, action: Action, move: Directive, language: str, decision: Answer | Escalation) -> FlowResult:
    if move.say == "offer" and move.flow and isinstance(decision, Answer) and NO_NUMBER in (*decision.told, *case.c.told):
        return FlowResult(decision, _kept(case, replace(move.flow, helped=1)), ours=True)
    if move.say.startswith("offer") and move.flow and isinstance(decision, Answer) and decision.article:
        text = f"{decision.text}\n\n{sentences.said(move, move.flow, action, declared.shipped())}"
        return FlowResult(replace(decision, text=text), _kept(case, move.flow), ours=True)
    return _carried_out(case, move, move.flow or Flow(action.id, language=language), decision)


def _carried_out(case: Case, move: Directive, before: Flow, decision: Answer | Escalation) -> FlowResult:
    actions = declared.shipped()
    action, deadline = actions.by_id[before.action], time.monotonic() + endpoint.BUDGET
    told = Told(given=case.words)
    try:
        for _ in range(_ROUNDS):
            if move.do not in _OUTSIDE:
                break
            before = move.flow or before
            move, told = calls.done(case, move, before, action, deadline)
        told = replace(told, alone=not case.c.flow and choosing.alone(case.words, actions) is action)
    except (Unavailable, Forbidden) as error:
        log.warning("action_failed", action=action.id, error=str(error))
        move = Directive("person", before, "sorry")
    return _told(case, move, before, decision, told)


def _told(case: Case, move: Directive, before: Flow, decision: Answer | Escalation, told: Told) -> FlowResult:
    actions = declared.shipped()
    action = actions.by_id[before.action]
    if move.do == "aside" and isinstance(decision, Answer):
        text = "\n\n".join(filter(None, [decision.text, sentences.again(move.flow or before, action, actions)]))
        return FlowResult(replace(decision, text=text), _kept(case, move.flow), ours=True)
    if move.say == "where" and isinstance(decision, Answer) and decision.article and NO_NUMBER in decision.told:
        return FlowResult(decision, _kept(case, move.flow), ours=True)
    text = sentences.said(move, before, action, actions, told)
    if move.say == "done":
        known = sentences.said(Directive("say", before, "deed"), before, action, actions) if action.free else text
        move = replace(move, flow=memory.with_deed(move.flow, action, known))
    beside = _beside_yes(case, move, decision, action)
    text = "\n\n".join(filter(None, [text, beside] if move.say == "done" else [beside, text]))
    if move.do == "person":
        rests = None if move.say.startswith(("sorry", "again")) else flow.remembering(before, action)
        return FlowResult(handing.to_person(case, move, move.flow or before, action, text), _kept(case, rests), ours=True, own=text)
    taps = sentences.choices(move, before, action, actions)
    told_as = (ACTED, NO_NUMBER) if move.say == "where" else (ACTED,)
    answer = Answer(text, "", language=before.language, choices=taps, outcome=f"action:{action.id}", told=told_as)
    unasked = replace(move, flow=replace(move.flow, person=False)) if move.flow else move
    own = sentences.said(unasked, before, action, actions, told)
    return FlowResult(answer, _kept(case, move.flow), ours=True, final=True, own=own, again=move.say in _AGAIN)


def _beside_yes(case: Case, move: Directive, decision: Answer | Escalation, action: Action) -> str:
    """What is surely known of what she asks beside a yes, so that it is not lost."""
    if move.say not in _AFTER_YES or hearing.begins(case.words, declared.shipped().phrases) != "yes":
        return ""
    is_new = isinstance(decision, Answer) and decision.article not in (case.c.article, *action.articles)
    return decision.text if is_new and aside.is_sure(decision) else ""


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
    life = state.LIFE_MAIL if registry.of(case.message.channel).slow else state.LIFE
    return state.written(replace(known, until=case.at + life) if known else None)
