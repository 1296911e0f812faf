"""What people taught since the index was built: new examples join it at once, and the learned threshold goes before the shipped one.

Two queries with each renewal of the knowledge. If the knowledge table does not answer, the bot goes on with what it has.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.bot.rules.rules import Rules
from chalicelib.errors import BatonError
from chalicelib.knowledge.articles import store
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.learning import verdicts
from chalicelib.observability import log

OVERLAP = 60_000  # ms: an example gets its time a moment before it is written
MOST = 500  # the newest ones; more wait for the night
_NEXT = 0.02  # an answer asks for so much more than an offer


class _Kept:
    """The last examples that joined, by their ids, and the index that they made; the threshold."""

    of: tuple[str, ...] = ()
    index: Index | None = None
    answer: float | None = None


def forget() -> None:
    """What was taught is read again: of another stage."""
    _Kept.of, _Kept.index, _Kept.answer = (), None, None


def joined(base: Index) -> Index:
    """The index with what is newer than it."""
    try:
        new = store.examples(max(0, base.until - OVERLAP))[-MOST:] if base.until else store.examples()[-MOST:]
        _Kept.answer = verdicts.threshold()
    except BatonError as error:
        log.error("lessons_unreadable", error=f"{type(error).__name__}: {error}")
        kept = _Kept.index
        return kept if kept and kept.version == base.version else base
    known = (base.version, *(one.id for one in new))
    if _Kept.index is None or known != _Kept.of:
        fresh = [one for one in new if one.source in ("agent", "customer") and (not one.article or one.article in base.articles)]
        _Kept.of, _Kept.index = known, base.with_fresh(fresh) if fresh else base
    return _Kept.index


def sure(rules: Rules) -> Rules:
    """The rules with the threshold that was learned, if one was."""
    return replace(rules, answer=max(_Kept.answer, rules.offer + _NEXT)) if _Kept.answer else rules
