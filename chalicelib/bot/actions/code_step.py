"""The step of a flow in which a code is awaited that was sent to the order's address: what she writes, and what became of it. Pure."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.actions import hearing, values
from chalicelib.bot.actions.declared import Action
from chalicelib.bot.actions.state import Directive, Flow, FlowInput

ASKED = 2  # wrong codes, then she is asked whether she would like a person; one more, and she gets one


def waits_for_code(flow: Flow, to: str, say: str = "code") -> Directive:
    """A code was sent to `to` (channel#address), or is on its way already (`say` tells)."""
    wrong = flow.refusals if flow.step == "code" else 0
    return Directive("say", replace(flow, step="code", to=to, misses=0, refusals=wrong), say)


def no_code(flow: Flow, to: str, say: str) -> Directive:
    """No code leaves now (`say` tells why): would she like a person?"""
    return Directive("say", replace(flow, step="code", to=to, misses=0, person=True), say)


def not_hers(flow: Flow) -> Directive:
    """The mail address that she names is not the order's."""
    if flow.step == "code":
        return Directive("say", replace(flow, misses=0), "code_mismatch")
    return Directive("say", replace(flow, step="done", slot="", less=True), "mismatch")


def wrong_code(flow: Flow) -> Directive:
    wrong = flow.refusals + 1
    if wrong > ASKED:
        return Directive("person", flow, "not_proven")
    return Directive("say", replace(flow, refusals=wrong, person=wrong == ASKED), "code_retry")


def heard(flow: Flow, action: Action, message: FlowInput) -> Directive | None:
    """What is said instead of the code is never a wrong code."""
    if hearing.code_in(message.text) and not values.address_in(message.text):
        return Directive("check", flow)
    return _other_route(flow, action, message) or _about_the_code(flow, action, message)


def _other_route(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    """She gives something else that the action needs, cannot get the code where it went, or names another address."""
    if given := values.given(action, heard.text, flow.values):
        return Directive("say", replace(flow, values={**flow.values, **given}, misses=0), "code_kept")
    if "gone" in heard.hints:
        ruled = flow.ruled + tuple(hearing.ruled_out(flow, heard))
        return _without_routes(replace(flow, ruled=tuple(dict.fromkeys(ruled))), heard)
    if values.email(heard.text):
        return Directive("claimed", flow)
    return Directive("elsewhere", flow) if "elsewhere" in heard.hints else None


def _about_the_code(flow: Flow, action: Action, heard: FlowInput) -> Directive | None:
    if "resend" in heard.hints and "what_code" not in heard.hints:
        return Directive("resend", flow)
    if "what_code" in heard.hints or heard.kind == "yes" or values.names(action, heard.text) or hearing.takes_offer(heard):
        return Directive("say", flow, "code_hint")
    return wrong_code(flow) if any(map(str.isdigit, heard.text)) else None


def _without_routes(flow: Flow, heard: FlowInput) -> Directive:
    """She can get no code there: another route is taken, unless the code went to one that she still has."""
    if hearing.is_ruled_out(flow, *flow.to.split("#", 1)) or "elsewhere" in heard.hints:
        return Directive("elsewhere", flow)
    return Directive("say", flow, "code_hint")
