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
from chalicelib.bot.actions import calls, declared, endpoint, flow, handing, hearing, memory, numbers, sentences, state, values, wanting
from chalicelib.bot.actions.calls import Case
from chalicelib.bot.actions.declared import FREE, Action, Actions
from chalicelib.bot.actions.moved import Moved
from chalicelib.bot.actions.sentences import Told
from chalicelib.bot.actions.state import Flow, Heard, Move
from chalicelib.bot.answer import is_miss, may_wait
from chalicelib.bot.answers.numberless import NO_NUMBER
from chalicelib.bot.follow_ups import asks_something
from chalicelib.bot.sense import ACTED
from chalicelib.conversations.model import Answer, Conversation, Escalation
from chalicelib.errors import BatonError, Forbidden, Unavailable
from chalicelib.observability import log

__all__ = ["Case", "gathered", "glance", "moved", "resting"]

_TELLING = 12  # letters from which on a text tells its language
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_CLAUSES = re.compile(r"[,.;!?，。；！？]+")
_TOLD = 80  # letters of what only tells of something
_AFTER_YES = ("wanted", "done", "ask", "code")  # what may follow a yes
_AGAIN = ("retry", "where", "other", "part")  # a value did not come and is asked for once more
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
    asked = memory.asked(known, case.words, actions)
    wanted = None if asked else _other(known, action, heard, actions)
    # Said to us, "no" tells nothing of the article before; and a value is no question that the knowledge must be sure of.
    is_ours = bool(wanted or asked) or hearing.is_for(known, action, heard)
    calm = replace(case.c, misses=0, article="", question="", offered=(), language=known.language) if is_ours else case.c
    decision = case.decide(calm, case.words, is_ours)
    if known.started and isinstance(decision, Answer) and is_miss(decision):
        about = replace(calm, article=action.articles[0], question=action.title[known.language])
        decision = _asked(case, calm, about) or decision
    if isinstance(decision, Escalation) and (is_ours or _presses(decision)):
        return Moved(_noted(decision, known, action), ours=True)
    known = replace(known, language=_language(known, action, case.words))
    if wanted and not _is_elsewhere(case, wanted, decision, actions) and (known.step != "done" or not values.names(wanted, case.words)):
        made = _leaning(case, wanted, known, action, decision)
        return _beside(case, made, wanted, known, action) if wanted.looks and known.started else made
    sure = isinstance(decision, Answer) and not is_miss(decision) and not heard.kind
    states = {"states"} if known.step == "offer" and not sure and _states(case, decision) else set()
    heard = replace(heard, answers=sure, hints=heard.hints | states)
    move = memory.answered(known, asked, case.words, actions) if asked else flow.step(known, action, heard)
    if move.do == "pass":
        return _begun(case, decision, actions, known)
    if case.waits and hearing.is_free(known, action) and move.do not in ("leave", "aside"):
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


def resting(kept: str, at: int, text: str = "", until: int = 0) -> str:
    """The flow as it stays while a person is awaited: an offer, or the order that was talked about, or that stands in `text`; "" if there
    is none."""
    actions = declared.shipped()
    known = state.read(kept, actions.by_id, at)
    rests = known if not known or known.step == "offer" else flow.remembering(known, actions.by_id[known.action])
    newest = memory.newest(rests, text, actions)
    return state.written(replace(newest, until=known.until if known and newest is rests else until) if newest else None)


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
    rests = flow.remembering(before, actions.by_id[before.action]) if before else None
    if _presses(decision):
        return Moved(decision)
    action, decision = _wanted(case, decision, actions)
    if not action:
        return Moved(decision, _kept(case, memory.newest(rests, case.words, actions)))
    detected = decision.language if isinstance(decision, Answer) else languages.detect(case.words, case.c.language, case.message.language)
    language = detected if detected in action.title else "en"
    move = flow.begin(action, case.words, language, before)
    if move.say == "offer_known" and memory.is_done(before, move):
        return Moved(decision, _kept(case, before), ours=True)
    return _opened(case, action, move, language, decision)


def _other(known: Flow, action: Action, heard: Heard, actions: Actions) -> Action | None:
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
    if move.say == "offer" and move.flow and isinstance(decision, Answer) and NO_NUMBER in (*decision.told, *case.c.told):
        return Moved(decision, _kept(case, replace(move.flow, helped=1)), ours=True)
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
    if bare != case.words and not _is_new(case, decision):
        second = case.decide(replace(case.c, misses=0), bare, False)
        asked = None if _is_new(case, second) else wanting.beside_number(case.words, actions)
        if asked or not _is_sure(second):
            return asked, decision
        decision = second
    return (actions.by_article.get(decision.article) if isinstance(decision, Answer) else None), decision


def _is_sure(decision: Answer | Escalation) -> bool:
    return isinstance(decision, Answer) and bool(decision.article) and not decision.is_tentative


def _is_new(case: Case, decision: Answer | Escalation) -> bool:
    """Is it surely known, and not what was told last? That may only seem to fit what she asks now."""
    return isinstance(decision, Answer) and _is_sure(decision) and decision.article != case.c.article


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
        text = "\n\n".join(filter(None, [decision.text, sentences.again(move.flow or before, action, actions)]))
        return Moved(replace(decision, text=text), _kept(case, move.flow), ours=True)
    if move.say == "where" and isinstance(decision, Answer) and decision.article and NO_NUMBER in decision.told:
        return Moved(decision, _kept(case, move.flow), ours=True)
    text = sentences.said(move, before, action, actions, told)
    if move.say == "done":
        known = sentences.said(Move("say", before, "deed"), before, action, actions) if action.free else text
        move = replace(move, flow=memory.with_deed(move.flow, action, known))
    beside = _beside_yes(case, move, decision, action)
    text = "\n\n".join(filter(None, [text, beside] if move.say == "done" else [beside, text]))
    if move.do == "person":
        rests = None if move.say.startswith(("sorry", "again")) else flow.remembering(before, action)
        return Moved(handing.to_person(case, move, move.flow or before, action, text), _kept(case, rests), ours=True, own=text)
    taps = sentences.choices(move, before, action, actions)
    told_as = (ACTED, NO_NUMBER) if move.say == "where" else (ACTED,)
    answer = Answer(text, "", language=before.language, choices=taps, outcome=f"action:{action.id}", told=told_as)
    unasked = replace(move, flow=replace(move.flow, person=False)) if move.flow else move
    own = sentences.said(unasked, before, action, actions, told)
    return Moved(answer, _kept(case, move.flow), ours=True, final=True, own=own, again=move.say in _AGAIN)


def _beside_yes(case: Case, move: Move, decision: Answer | Escalation, action: Action) -> str:
    """What is surely known of what she asks beside a yes, so that it is not lost."""
    if move.say not in _AFTER_YES or hearing.begins(case.words, declared.shipped().phrases) != "yes":
        return ""
    is_new = isinstance(decision, Answer) and decision.article not in (case.c.article, *action.articles)
    return decision.text if is_new and _is_sure(decision) else ""


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
