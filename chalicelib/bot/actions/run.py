"""A message and a self-service flow: what the bot's decision becomes, and the calls and codes that it takes.

The rules go first: whoever asks for a person, or writes of danger, gets one, with what was gathered. Nothing here is stored: the turn saves
flow and answer together, so a record that comes again finds its work done, or does the same again under the same id.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal

from chalicelib import settings
from chalicelib.bot import language as languages
from chalicelib.bot.actions import declared, endpoint, flow, proof, sentences, values
from chalicelib.bot.actions.declared import FREE, Action, Actions
from chalicelib.bot.actions.flow import Flow, Heard, Move
from chalicelib.bot.actions.moved import Moved
from chalicelib.bot.answer import is_miss, may_wait
from chalicelib.bot.phrases import plain
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.errors import Forbidden, TooMany, Unavailable
from chalicelib.observability import log

_TELLING = 12  # letters from which on a text tells its language
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_ROUNDS = 4  # moves that one message can lead to: proof, call, and what is said of them

Decide = Callable[[Conversation, str, bool], Answer | Escalation]  # ..., does a flow wait for this?
ToPerson = Callable[[Conversation, str, str, str], Escalation]  # (as if, rule, why, queue)


@dataclass(frozen=True, slots=True)
class Case:
    """One message: `words` are those of its turn, `waits` says that more may follow. `decide` and `to_person` are the bot's."""

    c: Conversation
    message: Message
    words: str
    at: int
    waits: bool
    decide: Decide
    to_person: ToPerson


def moved(case: Case, decided: Answer | Escalation | None) -> Moved:
    """What the bot says; `decided`: its decision, if no flow is kept. Raises Unavailable if our own tables do not answer."""
    actions = declared.shipped()
    known = flow.read(case.c.flow, actions.by_id, case.at)
    if not known:
        return _begun(case, decided or case.decide(case.c, case.words, False), actions)
    action = actions.by_id[known.action]
    kind = _kind(case)
    # Said to us, "no" tells nothing of the article before; and a value is no question that the knowledge must be sure of.
    is_ours = known.started or bool(kind) or flow.takes_up(action, values.found(action, case.words))
    calm = replace(case.c, misses=0, article="", question="", offered=(), language=known.language) if is_ours else case.c
    decision = case.decide(calm, case.words, is_ours)
    if isinstance(decision, Escalation) and (is_ours or _presses(decision)):
        return Moved(noted(decision, known, action), ours=True)
    known = replace(known, language=_language(known, action, case.words))
    move = flow.step(known, action, _heard(case, kind, decision))
    if move.do == "pass":
        return _begun(case, decision, actions)
    if case.waits and flow.is_free(known, action) and move.do not in ("leave", "aside"):
        return Moved(decision, case.c.flow, ours=True, piece=True)
    return _carried_out(case, move, known, decision)


def gathered(kept: str, at: int) -> str:
    """One line for whoever takes over, of the flow on a head; "" if none was begun."""
    actions = declared.shipped()
    known = flow.read(kept, actions.by_id, at)
    return sentences.gathered(known, actions.by_id[known.action]) if known and known.started else ""


def noted(decision: Escalation, known: Flow, action: Action) -> Escalation:
    """With what was gathered, if the offer was taken up."""
    return replace(decision, summary=f"{decision.summary}\n{sentences.gathered(known, action)}") if known.started else decision


def _presses(decision: Answer | Escalation) -> bool:
    """A person is needed now, and not only because the words of an answer to us say nothing to the knowledge."""
    return isinstance(decision, Escalation) and (not may_wait(decision) or bool(decision.facts.get("opt_out_request")))


def _begun(case: Case, decision: Answer | Escalation, actions: Actions) -> Moved:
    """A flow begins where an article that leads to one is surely found, be it only without the order's number in the question."""
    if _presses(decision):
        return Moved(decision)
    action, decision = _wanted(case, decision, actions)
    if not action:
        return Moved(decision)
    detected = decision.language if isinstance(decision, Answer) else languages.detect(case.words, case.c.language)
    language = detected if detected in action.title else "en"
    move = flow.begin(action, case.words, language)
    if move.say == "offer" and move.flow and isinstance(decision, Answer):
        text = f"{decision.text}\n\n{sentences.said(move, move.flow, action, actions)}"
        return Moved(replace(decision, text=text), _kept(case, move.flow), ours=True)
    return _carried_out(case, move, move.flow or Flow(action.id, language=language), decision)


def _wanted(case: Case, decision: Answer | Escalation, actions: Actions) -> tuple[Action | None, Answer | Escalation]:
    """The action that is asked for, and the decision; a number in a question may hide what the question is."""
    bare = values.without_numbers(actions.by_id.values(), case.words)
    if bare != case.words and not (isinstance(decision, Answer) and decision.article):
        second = case.decide(replace(case.c, misses=0), bare, False)
        if not (isinstance(second, Answer) and second.article):
            asked = [action for action in actions.by_id.values() if action.asks.search(plain(bare))]
            return (asked[0] if len(asked) == 1 else None), decision
        decision = second
    return (actions.by_article.get(decision.article) if isinstance(decision, Answer) else None), decision


def _carried_out(case: Case, move: Move, before: Flow, decision: Answer | Escalation) -> Moved:
    actions = declared.shipped()
    action, deadline = actions.by_id[before.action], time.monotonic() + endpoint.BUDGET
    fields: dict[str, str] = {}
    try:
        for _ in range(_ROUNDS):
            if move.do in ("say", "leave", "aside", "person"):
                break
            before = move.flow or before
            move, fields = _done(case, move.do, before, action, deadline)
    except (Unavailable, Forbidden) as error:
        log.warning("action_failed", action=action.id, error=str(error))
        move = Move("person", before, "sorry")
    return _told(case, move, before, decision, fields)


def _done(case: Case, do: str, known: Flow, action: Action, deadline: float) -> tuple[Move, dict[str, str]]:
    """A move that needs somebody else: the endpoint, or the owner of an address. Raises Unavailable, Forbidden."""
    if do == "check":
        return _checked(case, known, action), {}
    if do == "contact":
        return _contacted(case, known, action, deadline), {}
    reply = endpoint.call(action.path, _key(case, action.path), _body(case, known, action), deadline)
    if reply.outcome == "done":
        return flow.finished(known, action), sentences.checked(reply.fields, action.fields, known.language)
    return _refused(known, action, reply.outcome), {}


def _contacted(case: Case, known: Flow, action: Action, deadline: float) -> Move:
    reply = endpoint.call(action.contact, _key(case, action.contact), _body(case, known, action), deadline)
    if reply.outcome != "done":
        return _refused(known, action, reply.outcome)
    to = proof.owner(reply.fields)
    if proof.is_proven(case.message, to):
        return flow.proven(known, action)
    if action.proof == "identity" or not proof.can_reach(to):
        return Move("person", known, "not_proven")
    try:
        proof.send_code(case.message, to, known.language)
    except TooMany:
        return Move("person", known, "too_often")
    return flow.waits_for_code(known, "#".join(to))


def _checked(case: Case, known: Flow, action: Action) -> Move:
    channel, _, address = known.to.partition("#")
    try:
        proof.take_code(case.message, (channel, address), flow.code_in(case.words), case.at)
    except Forbidden:
        return flow.wrong_code(known)
    except TooMany:
        return Move("person", known, "too_often")
    return flow.proven(known, action)


def _refused(known: Flow, action: Action, why: str) -> Move:
    """Raises Unavailable for a refusal that nobody declared."""
    if why not in action.refusals:
        raise Unavailable("the endpoint's outcome is not declared")
    return flow.refused(known, action, why)


def _told(case: Case, move: Move, before: Flow, decision: Answer | Escalation, fields: dict[str, str]) -> Moved:
    actions = declared.shipped()
    action = actions.by_id[before.action]
    if move.do == "aside" and isinstance(decision, Answer):
        text = f"{decision.text}\n\n{sentences.again(before, action, actions)}"
        return Moved(replace(decision, text=text), _kept(case, before), ours=True)
    text = sentences.said(move, before, action, actions, fields)
    if move.do == "person":
        return Moved(_to_person(case, move, before, action, text), ours=True)
    taps = sentences.choices(move, before, action, actions)
    return Moved(Answer(text, "", language=before.language, choices=taps), _kept(case, move.flow), ours=True, final=True)


def _to_person(case: Case, move: Move, known: Flow, action: Action, text: str) -> Escalation:
    why = {"sorry": "failed", "misses": "was not understood", "not_proven": "identity not proven", "too_often": "too many codes"}
    why_zh = {"sorry": "办理失败", "misses": "没有看懂客户的回复", "not_proven": "身份未能确认", "too_often": "请求验证码过于频繁"}
    name = move.say.removeprefix("refusal ")
    reason = f"self-service {action.id}: {why.get(name, name)}"
    kept = replace(case.c, language=known.language, flow=flow.written(replace(known, until=case.at)))
    decision = case.to_person(kept, f"action-{name.replace('_', '-')}", reason, action.queue)
    told = "\n\n".join(filter(None, [text, decision.text]))
    return replace(decision, reason_zh=f"自助服务“{action.title['zh']}”：{why_zh.get(name, name)}", text=told)


def _kind(case: Case) -> Literal["yes", "no", "leave", ""]:
    """A mail is read by its first line as well: below stands a name."""
    lines = [case.words, next((line for line in case.words.splitlines() if line.strip()), "")]
    said = [plain(line) for line in (lines if case.message.channel == "email" else lines[:1])]
    kinds: tuple[Literal["yes", "no", "leave"], ...] = ("leave", "yes", "no")
    phrases = declared.shipped().phrases
    return next((kind for kind in kinds for text in said if phrases[kind].search(text)), "")


def _heard(case: Case, kind: Literal["yes", "no", "leave", ""], decision: Answer | Escalation) -> Heard:
    corrects = bool(declared.shipped().phrases["correct"].search(plain(case.words)))
    return Heard(case.words, kind, corrects, answers=isinstance(decision, Answer) and not is_miss(decision) and not kind)


def _language(known: Flow, action: Action, text: str) -> str:
    """The flow's, unless a text that is more than a value tells otherwise."""
    if known.step == "ask" and action.slot(known.slot).kind in FREE:
        return known.language
    rest = values.without_numbers([action], text)
    telling = _HAN.search(rest) or sum(c.isalpha() for c in rest) >= _TELLING
    detected = languages.detect(rest, known.language) if telling else known.language
    return detected if detected in action.title else known.language


def _kept(case: Case, known: Flow | None) -> str:
    life = flow.LIFE_MAIL if case.message.channel == "email" else flow.LIFE
    return flow.written(replace(known, until=case.at + life) if known else None)


def _key(case: Case, path: str) -> str:
    """The same for a record that comes again."""
    return sha256(f"{case.c.thread}\n{case.message.id}\n{path}".encode()).hexdigest()[:32]


def _body(case: Case, known: Flow, action: Action) -> dict[str, Any]:
    proven = f"{case.message.channel}:{case.message.address}" if proof.by_itself(case.message) else ""
    return {
        "action": action.id,
        "stage": settings.optional("STAGE"),
        "channel": case.message.channel,
        "language": known.language,
        "customer": {"id": case.c.customer, "proven": [proven] if proven else [], "owner": known.proven},
        "values": dict(known.values),
    }
