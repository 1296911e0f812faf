"""One question to a language model that reads for the bot: what it is asked, what it returned, and what the call took. Pure but for the
call that is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.bot.answers.bedrock import Late, ToolCall
from chalicelib.bot.answers.case import Case
from chalicelib.bot.reading import following
from chalicelib.bot.reading.following import Outcome
from chalicelib.bot.reading.request import Action, request
from chalicelib.bot.reading.shown import Shown, shown
from chalicelib.bot.reading.verdict import Verdict, verdict
from chalicelib.errors import BatonError

Call = Callable[[dict[str, Any]], ToolCall]  # raises BatonError


@dataclass(frozen=True, slots=True)
class Consulted:
    """`verdict`: None if there is none that can be read, and `flaw` says why. Tokens as the model counted them, `ms` of the whole call;
    `late`: it was given up."""

    known: tuple[Shown, ...]
    verdict: Verdict | None = None
    flaw: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    ms: int = 0
    late: bool = False


def question(
    case: Case, turns: Sequence[tuple[str, str]], actions: Sequence[Action] = (), names: Iterable[str] = ()
) -> tuple[tuple[Shown, ...], dict[str, Any] | None]:
    """The passages that the model is shown, and the request; None where there is nothing to ask: no passage, or nothing but numbers."""
    known = tuple(shown(case))
    return known, request(case.question, turns, known, actions, names) if known else None


def consulted(known: tuple[Shown, ...], asked: dict[str, Any], call: Call) -> Consulted:
    """Never raises: whatever goes wrong is its flaw. No second try."""
    try:
        told = call(asked)
    except Late as error:
        return Consulted(known, flaw=str(error), ms=error.ms, late=True)
    except BatonError as error:
        return Consulted(known, flaw=str(error))
    try:
        return Consulted(known, verdict(told.read()), "", told.tokens_in, told.tokens_out, told.ms)
    except BatonError as error:
        return Consulted(known, None, str(error), told.tokens_in, told.tokens_out, told.ms)


def outcome(case: Case, done: Consulted) -> Outcome:
    """What follows, for the message as its conversation stands now."""
    return following.outcome(case, done.verdict, done.known) if done.verdict else Outcome(flaw=done.flaw)
