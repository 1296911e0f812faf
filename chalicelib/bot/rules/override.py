"""A stage's own rules, which `python -m infra rules push` puts into the knowledge bucket: used within a minute, without a deployment.

One small read a minute and process, beside the knowledge's pointer. Rules that cannot be read change nothing: the last good ones stay,
and the error is logged as `rules_unreadable`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from chalicelib.bot.rules import rule_table
from chalicelib.bot.rules.rules import Rules
from chalicelib.errors import BadRequest, NotFound, Unavailable
from chalicelib.knowledge.index import bucket
from chalicelib.observability import log

KEY = "rules/current.json"  # {"version": …, "rules": what rules.yaml says}
KEEP_SECONDS = 60


class _Kept:
    """What this process holds: the stage's rules (None: it has none), the object that they were made of, and when that was last
    looked at (monotonic seconds)."""

    rules: Rules | None = None
    body: bytes = b""
    looked_at: float | None = None


def current(shipped: Rules, queues: Sequence[str]) -> Rules:
    """The stage's rules, or those that ship with the code. Never raises."""
    if _Kept.looked_at is None or time.monotonic() - _Kept.looked_at >= KEEP_SECONDS:
        _Kept.looked_at = time.monotonic()
        try:
            _renew(shipped, queues)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with them, customers are served by the last good ones
            log.error("rules_unreadable", error=f"{type(error).__name__}: {error}"[:1000], kept=_Kept.rules.version if _Kept.rules else "")
            if isinstance(error, Unavailable) and _Kept.rules is None:
                _Kept.looked_at = None  # a store that does not answer at the start is asked again with the next message
    return _Kept.rules or shipped


def forget() -> None:
    """The next `current` reads again: of another stage, whose rules a command shows."""
    _Kept.rules, _Kept.body, _Kept.looked_at = None, b"", None


def read(body: bytes, shipped: Rules, queues: Sequence[str]) -> Rules:
    """The table in the object. Raises BadRequest (BadRules with every mistake), ValueError."""
    given = json.loads(body)
    if not isinstance(given, dict) or not isinstance(given.get("version"), str):
        raise BadRequest(f"{KEY} is no rule table: push the rules again")
    table = given.get("rules")
    if isinstance(table, dict) and isinstance(table.get("sentences"), dict):
        table["sentences"] = {**shipped.sentences, **table["sentences"]}  # what a later version of Baton says beside them
    return rule_table.load(table, queues, given["version"])


def _renew(shipped: Rules, queues: Sequence[str]) -> None:
    try:
        body = bucket.load(KEY)
    except NotFound:
        _Kept.rules, _Kept.body = None, b""
        return
    if body != _Kept.body:
        _Kept.rules = read(body, shipped, queues)
        _Kept.body = body
