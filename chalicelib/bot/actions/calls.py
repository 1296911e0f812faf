"""What a move needs of others: the business's endpoint, and the owner of an address, to whom a code goes. Each call's id follows from the
message, so that a record that comes again is the same call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib import settings
from chalicelib.bot.actions import code_step, endpoint, fields, flow, hearing, proof, values
from chalicelib.bot.actions.declared import Action
from chalicelib.bot.actions.sentences import Told
from chalicelib.bot.actions.state import Directive, Flow
from chalicelib.conversations.model import Answer, Conversation, Escalation, Message
from chalicelib.errors import Forbidden, TooMany, Unavailable

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


def done(case: Case, move: Directive, known: Flow, action: Action, deadline: float) -> tuple[Directive, Told]:
    """A move that needs somebody else. Raises Unavailable, Forbidden."""
    if move.do == "check":
        return _checked(case, known, action), Told()
    if move.do in ("contact", "resend", "elsewhere", "claimed"):
        return _contacted(case, known, action, deadline, move.do)
    known = _with_proof(case, known, action, deadline)
    reply = _call(case, action.path, known, action, deadline)
    if reply.outcome != "done":
        return _refused(known, action, reply.outcome), Told()
    told, less = fields.told(reply.fields, action, known.language, _today(case.at), whole=known.proven or shows_all())
    return flow.finished(known, action, less=less), told


def is_in_a_hurry(case: Case, known: Flow, action: Action, looks: Action | None, deadline: float) -> bool:
    """Is the order in a state in which it soon is too late for the action? `looks`: the action that tells the state. Raises Unavailable,
    Forbidden."""
    if not action.hurry or not looks or not looks.by or not flow.about(known, action):
        return False
    reply = _call(case, looks.path, known, looks, deadline)
    return reply.outcome == "done" and reply.fields.get(looks.by) in action.hurry


def shows_all() -> bool:
    """Does the deployment show to everybody what else needs a proof?"""
    return settings.optional("ACTIONS_SHOW", "state") == "all"


def _with_proof(case: Case, known: Flow, action: Action, deadline: float) -> Flow:
    """Where fields are shown to the owner alone: whoever has proved an address may be she. Without an answer she counts as anybody."""
    if known.proven or not action.holds_back or not action.looks or shows_all() or not proof.may_be_known(case.message):
        return known
    reply = _call(case, action.contact, known, action, deadline)
    if reply.outcome == "done" and any(proof.is_proven(case.message, to) for to in proof.owners(reply.fields)):
        return flow.as_owner(known)
    return known


def _contacted(case: Case, known: Flow, action: Action, deadline: float, do: str) -> tuple[Directive, Told]:
    reply = _call(case, action.contact, known, action, deadline)
    if reply.outcome != "done":
        return _refused(known, action, reply.outcome), Told()
    addresses = proof.owners(reply.fields)
    if any(proof.is_proven(case.message, to) for to in addresses):
        return flow.proven(known, action), Told()
    if action.proof == "identity":
        return Directive("person", known, "not_proven"), Told()
    return _routed(case, known, addresses, do)


def _routed(case: Case, known: Flow, addresses: tuple[proof.To, ...], do: str) -> tuple[Directive, Told]:
    """To which of the order's addresses a code goes: never to one that she has ruled out."""
    open_to = tuple(to for to in addresses if not hearing.is_ruled_out(known, *to))
    if not open_to:
        return Directive("person", known, "unreachable"), Told()
    if do == "claimed":
        return _claimed(case, known, addresses)
    used = tuple(known.to.split("#", 1)) if known.to else ()
    if do == "elsewhere":
        open_to = tuple(to for to in open_to if to != used)
    elif do == "resend":
        open_to = tuple(to for to in open_to if to == used) or open_to
    reachable = [to for to in open_to if proof.can_reach(to)]
    if not reachable:
        return _nowhere(known, open_to or addresses), Told()
    return _sent(case, known, reachable[0], "code_again" if do == "resend" else _why(case, reachable[0]))


def _claimed(case: Case, known: Flow, addresses: tuple[proof.To, ...]) -> tuple[Directive, Told]:
    """She names the order's address: the code goes there. Another one gets none, and she is told so."""
    named: proof.To = ("email", values.email(case.words))
    if named not in addresses:
        return code_step.not_hers(known), Told()
    if known.to == "#".join(named):
        return Directive("say", known, "code_hint"), Told()
    back = replace(known, ruled=tuple(one for one in known.ruled if one != "#".join(named)))
    return _sent(case, back, named, "code")


def _nowhere(known: Flow, addresses: tuple[proof.To, ...]) -> Directive:
    to = known.to or "#".join(addresses[0])
    return code_step.no_code(known, to, "code_nowhere")


def _sent(case: Case, known: Flow, to: proof.To, say: str) -> tuple[Directive, Told]:
    where = "#".join(to)
    try:
        proof.send_code(case.message, to, known.language)
    except TooMany as refused:
        minutes = -(-refused.retry_after // 60)
        if proof.code_under_way(case.message, to, case.at):
            return code_step.no_code(known, where, "code_last"), Told(minutes=minutes)
        return code_step.no_code(known, where, "code_later"), Told(minutes=minutes)
    return code_step.waits_for_code(known, where, say), Told()


def _why(case: Case, to: proof.To) -> str:
    """Whoever writes from a proven address that is not the order's is told so."""
    proves = proof.by_itself(case.message) and case.message.channel == to[0]
    return "code_other" if proves else "code"


def _checked(case: Case, known: Flow, action: Action) -> Directive:
    channel, _, address = known.to.partition("#")
    try:
        proof.take_code(case.message, (channel, address), hearing.code_in(case.words), case.at)
    except Forbidden:
        return code_step.wrong_code(known)
    except TooMany:
        return code_step.no_code(known, known.to, "code_tries")
    return flow.proven(known, action)


def _refused(known: Flow, action: Action, why: str) -> Directive:
    """Raises Unavailable for a refusal that nobody declared."""
    if why not in action.refusals:
        raise Unavailable("the endpoint's outcome is not declared")
    return flow.refused(known, action, why)


def _call(case: Case, path: str, known: Flow, action: Action, deadline: float) -> endpoint.Reply:
    return endpoint.call(path, _key(case, path), _body(case, known, action), deadline)


def _today(at: int) -> date:
    """By the business's clock."""
    zone: tzinfo = ZoneInfo(settings.optional("TIME_ZONE", "UTC"))
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()


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
