"""The bot's knowledge in process memory, read from the knowledge bucket and renewed when its pointer moves."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path

from chalicelib import settings, yaml_files
from chalicelib.bot.answers.answer import Brain
from chalicelib.bot.learning import live_examples
from chalicelib.bot.rules import override, rule_table
from chalicelib.business import current
from chalicelib.business import queues as queue_file
from chalicelib.errors import Unavailable
from chalicelib.governance import queue_names
from chalicelib.knowledge.index import bucket, building
from chalicelib.knowledge.index.index import Index
from chalicelib.observability import log

KEEP_SECONDS = 60
_RULES = Path(override.__file__).parent


class _Kept:
    """What this process holds: the index as it was built, the same with what was taught since, and when the pointer was last looked at
    (monotonic seconds)."""

    built: Index | None = None
    index: Index | None = None
    looked_at: float | None = None


def load() -> Brain:
    """The current brain. Never raises: without a readable index it is one that hands everything over."""
    if _Kept.looked_at is None or time.monotonic() - _Kept.looked_at >= KEEP_SECONDS:
        _renew()
    rules = live_examples.sure(override.current(shipped().rules, queue_names.watched()))
    return Brain(_Kept.index, rules, queue_names.known(), current.hours(), current.facts())


def forget() -> None:
    """The next `load` reads everything again: of another stage, which a command asks."""
    _Kept.built, _Kept.index, _Kept.looked_at = None, None, None
    live_examples.forget()
    override.forget()
    current.forget()
    shipped.cache_clear()


def _renew() -> None:
    """A store that does not answer leaves the knowledge as it is; a wrong or missing one takes it away."""
    try:
        _Kept.built = _current(_Kept.built)
        _Kept.index = live_examples.joined(_Kept.built)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the knowledge, the customer gets a person
        passing = isinstance(error, Unavailable) and _Kept.index is not None
        log.error("knowledge_unreadable", error=f"{type(error).__name__}: {error}", kept=passing)
        if not passing:
            _Kept.built = _Kept.index = None
            # Looked for again with the next message: nobody should wait a minute for a first publishing.
            _Kept.looked_at = None
            return
    _Kept.looked_at = time.monotonic()


def _current(known: Index | None) -> Index:
    version = bucket.pointed()
    return known if known and known.version == version else building.read(version)


@cache
def shipped() -> Brain:
    """What ships with the code: rules, queues, hours, and no knowledge. Raises BadRules."""
    queues = queue_file.shipped().ids
    table = rule_table.load(yaml_files.read(_RULES / "rules.yaml"), queues)
    return Brain(None, table, queues, current.shipped_hours(settings.optional("TIME_ZONE")))
