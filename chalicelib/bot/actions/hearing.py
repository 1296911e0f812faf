"""What a message says to an action: yes, no, an end, or one of the things that people say instead of a value or a code. Pure.

A message is read clause by clause, so that "stop, I changed my mind" is a stop, and "yes, but on Monday" no yes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from chalicelib.bot.actions import numbers, values
from chalicelib.bot.actions.declared import FREE, Action
from chalicelib.bot.actions.state import Flow, FlowInput, Kind
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.particulars import particulars
from chalicelib.bot.interpretation.person import is_called_for
from chalicelib.bot.interpretation.phrases import Phrasebook, plain

# What is looked for anywhere in a message; the others say something only where they are a clause.
_HINTS = "correct wait do_it wish asks_about it also lost where number part resend what_code elsewhere more send_code misread exchange"
HINTS = _HINTS.split()
_CLAUSES = re.compile(r"[,.;:!?，。；：！？、…~\n]+")
_ANDS = re.compile(r"\b(?:and|but|so|then|also)\b|而且|但是|但|不过|还有")
# Letters (a Chinese character counts as three) of a message that answers an offer, that ends an action, that leans on the order before.
_OFFERED, _ENDS, LEANS = 36, 75, 64
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_CANCEL = ("cancel", "取消")
_HERE = re.compile(
    r"\b(?:on|from|with) this (?:phone|device|computer|laptop|tablet|machine)\b|"
    r"(?:这个|這個|这部|這部|呢部|部)(?:手机|手機|电话|電話|电脑|電腦)",
    re.IGNORECASE,
)

Books = Mapping[str, Phrasebook]


def heard(flow: Flow, action: Action, text: str, books: Books, *, first_line: bool = False) -> FlowInput:
    """`first_line`: it may stand for the whole, as below stands a name (mail)."""
    bare = values.without_numbers([action], text)
    said = plain(bare)
    hints = {name for name in HINTS if books[name].search(said)}
    if asks_for(action, bare):
        hints.add("own")
    first = [part for clause in clauses(text)[:1] for part in (clause, clause.partition(" ")[0])]
    if "lost" in hints and not _rest(said, books, "lost", "filler", "polite"):
        hints.add("only_lost")
    if any(is_called_for(piece) for clause in clauses(text) for piece in _pieces(clause)):
        hints.add("calls")
    hints |= _gone(_HERE.sub(" ", text), books)
    hints |= {name for name, book in (("refuses", "no"), ("agrees", "yes")) if any(books[book].search(part) for part in first)}
    kind, first_said = _kind(flow, action, text, books, first_line), begins(text, books)
    return FlowInput(text, kind, frozenset(hints), first=kind or first_said, asks=first_said == "yes" and _only_asks(text, books))


def is_for(flow: Flow, action: Action, heard: FlowInput) -> bool:
    """Does the message answer the flow, so that it is no question of its own? An offer, and what is over, bind nobody."""
    if flow.named:
        return False
    if flow.started or values.names(action, heard.text):
        return True
    if flow.step == "done":
        return heard.kind == "no" or asks_for_more(flow, heard) or (flow.less and bool(values.email(heard.text)))
    number = action.number
    written = number and (numbers.several(number, heard.text) or numbers.like(number, heard.text, whole=True))
    if flow.helped and particulars.identifies(heard.text):
        return True
    return bool(heard.kind or heard.asks or takes_offer(heard) or has_none(heard) or written)


def part(action: Action, text: str) -> str:
    """Her words, if she means only a part of the order."""
    return values.tidy(text)[: values.LONGEST] if action.partly.search(plain(text)) else ""


def exchanges(flow: Flow, action: Action, heard: FlowInput) -> bool:
    """Does she want something else than the return of which she was asked the reason, or whether all is right?"""
    reasons = [slot.name for slot in action.slots if slot.kind == "choice"]
    return (
        "exchange" in heard.hints and bool(reasons) and (flow.step in ("confirm", "fix") or (flow.step == "ask" and flow.slot in reasons))
    )


def takes_offer(heard: FlowInput) -> bool:
    """ "Then do it for me", "please cancel it": no question about how it goes."""
    said = heard.hints
    if "asks_about" in said or length(heard.text) > LEANS:
        return False
    return "do_it" in said or ("own" in said and bool({"wish", "it", "agrees"} & said))


def has_none(heard: FlowInput, *, asked: bool = False) -> bool:
    """She has not got the number that was asked for, or asks where it stands."""
    said = {"lost", "where"} & heard.hints
    if particulars.has_no_number(heard.text, asked=True):
        return True
    return (
        bool(said)
        and length(heard.text) <= _ENDS
        and ("number" in heard.hints or (not heard.answers and (asked or "only_lost" in heard.hints)))
    )


def asks_for_more(flow: Flow, heard: FlowInput) -> bool:
    if not flow.less or "comes" in heard.hints:
        return flow.less  # the day is what was kept from her
    if length(heard.text) > _OFFERED:
        return False
    return "send_code" in heard.hints or ("more" in heard.hints and not heard.answers)


def ruled_out(flow: Flow, heard: FlowInput) -> list[str]:
    """Where she can get no code, as `Flow.ruled` keeps it: the address that it went to, or the other channel that she names."""
    channel = flow.to.partition("#")[0]
    named = {one for one in ("email", "sms") if f"gone {one}" in heard.hints} or {channel}
    return [flow.to if one == channel else one for one in sorted(named)]


def is_ruled_out(flow: Flow, channel: str, address: str) -> bool:
    """Has she said in this conversation that she gets nothing there?"""
    return channel in flow.ruled or f"{channel}#{address}" in flow.ruled


def asks_for(action: Action, text: str) -> bool:
    """Is one of its phrases in the text, or one of its clauses?"""
    return any(action.asks.search(said) for said in (plain(text), *clauses(text)))


def beside_wait(heard: FlowInput, books: Books) -> str:
    """What she asks beside "hang on": only a bare one wants nothing but time."""
    rest = books["wait"].sub(" ", plain(heard.text)).strip() if "wait" in heard.hints else ""
    return rest if asks_something(rest) else ""


def clauses(text: str) -> list[str]:
    """Each in the plain form of `phrases.plain`."""
    return [said for part in _CLAUSES.split(text) if (said := plain(part))]


def _pieces(clause: str) -> list[str]:
    """A Chinese clause may be divided by spaces."""
    return clause.split() if _HAN.search(clause) else [clause]


def _gone(text: str, books: Books) -> set[str]:
    """ "gone" if she can get nothing at some address, with "gone email" and "gone sms" for what she names: clause by clause, so that
    "not by mail, text my phone" rules out the mail alone."""
    said = [part for one in clauses(text) for part in _ANDS.split(one) if part]
    named = [_routes(part, books) for part in said]
    are = [
        bool(books["gone"].search(part) or (routes and books["gone_route"].search(part))) for part, routes in zip(said, named, strict=True)
    ]
    if not any(are):
        return set()
    whole = plain(text)
    every = books["every_route"].search(whole) and not books["wants_phone"].search(whole)
    found = set().union(*named) if every else set().union(*(routes for routes, is_gone in zip(named, are, strict=True) if is_gone))
    if every and not found:
        found = {"email", "sms"}
    return {"gone", *(f"gone {route}" for route in found)}


def _routes(said: str, books: Books) -> set[str]:
    """Which of the ways that a code may go are named, without the one that she wants."""
    found = {"email": books["by_mail"].search(said), "sms": books["by_phone"].search(said) and not books["wants_phone"].search(said)}
    return {route for route, is_named in found.items() if is_named}


def begins(text: str, books: Books) -> Kind:
    """The yes or no with which a message begins: a clause of its own, or a word that can be nothing else ("yes please tell them ...")."""
    said = clauses(text)[:1]
    if not said:
        return ""
    word = said[0].partition(" ")[0]
    parts = [said[0], without_courtesies(said[0], books), *([] if books["weak"].search(word) else [word])]
    kinds: tuple[Kind, ...] = ("yes", "no")
    found: Kind = next((kind for kind in kinds if any(books[kind].search(part) for part in parts if part)), "")
    refused = books["no_then"].search(said[0])
    return "no" if not found and refused and refused.start() == 0 else found


def _only_asks(text: str, books: Books) -> bool:
    """Is what follows the first clause a question, and no condition or correction?"""
    rest = " ".join(clauses(text)[1:])
    return bool(books["asks_about"].search(rest)) and not (books["but"].search(rest) or books["correct"].search(rest))


def _kind(flow: Flow, action: Action, text: str, books: Books, first_line: bool) -> Kind:
    lines = [text, next((line for line in text.splitlines() if line.strip()), "")] if first_line else [text]
    kinds = [_kind_of(flow, action, clauses(line), books, values.names(action, line)) for line in lines]
    return next((kind for kind in ("leave", "yes", "no") if kind in kinds), "")


def _kind_of(flow: Flow, action: Action, said: Sequence[str], books: Books, names: bool) -> Kind:
    """`names`: an order's number stands in it."""
    bare = [without_courtesies(part, books) for part in said]
    pairs = list(zip(said, bare, strict=True))
    ends = [_leaves(flow, action, part, short, books) and not (names and _cancels(short, books)) for part, short in pairs]
    if any(ends) and sum(map(length, said)) <= _ENDS and (flow.step != "offer" or _is_no_more(said, bare, ends, books)):
        return "leave"
    kinds: tuple[Kind, ...] = ("yes", "no")
    for kind in kinds:
        phrases = [books[kind], action.confirms] if kind == "yes" and flow.step == "confirm" else [books[kind]]
        are = [any(book.search(part) or book.search(short) for book in phrases) for part, short in pairs]
        if any(are) and all(is_it or not short for is_it, (_, short) in zip(are, pairs, strict=True)):
            return kind
    return ""


def _cancels(short: str, books: Books) -> bool:
    """ "Cancel it" beside an order's number is no end of an action, but what is to be done with the order."""
    return bool(books["drop"].search(short)) or short in _CANCEL


def _is_no_more(said: Sequence[str], bare: Sequence[str], ends: Sequence[bool], books: Books) -> bool:
    """An offer is refused by what says nothing else."""
    whole = all(end or not short or books["no"].search(part) for part, short, end in zip(said, bare, ends, strict=True))
    return whole and sum(map(length, said)) <= _OFFERED


def _leaves(flow: Flow, action: Action, part: str, short: str, books: Books) -> bool:
    """ "I do not want it any more" is a reason where a reason is asked for; "cancel it" is what the action "cancel" is for."""
    if books["not_leave"].search(part):
        return False
    slot = action.slot(flow.slot) if flow.step == "ask" else None
    if slot and slot.kind == "choice" and values.read(slot, part, asked=True):
        return False
    if books["leave"].search(part) or books["leave"].search(short):
        return not (flow.step == "offer" and action.asks.search(short))
    return flow.step != "offer" and bool(books["drop"].search(short)) and not action.asks.search(short)


def _rest(said: str, books: Books, *names: str) -> str:
    """What a text says beside these phrases."""
    for name in names:
        said = books[name].sub(" ", said)
    return said.strip()


def code_in(text: str) -> str:
    """The six digits in a message; "" if there are none."""
    line = values.tidy(text)
    digits = "".join(c for c in line if c.isdigit())
    words = sum(c.isalpha() for c in line)
    return digits if digits.isascii() and len(digits) == 6 and words <= 40 else ""


def is_free(flow: Flow, action: Action) -> bool:
    """May the answer to what is asked come in several messages?"""
    return flow.step == "ask" and action.slot(flow.slot).kind in FREE


def length(text: str) -> int:
    return len(text) + 2 * len(_HAN.findall(text))


def without_courtesies(said: str, books: Books) -> str:
    """A clause without what is only polite in it."""
    left = books["polite"].sub(" ", said).split()
    return ("" if _HAN.search(said) else " ").join(left)
