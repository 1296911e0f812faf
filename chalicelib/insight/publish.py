"""Publishing: the day's facts, stored once, and the three files made from them.

`reports/<yyyy>/<yyyy-mm-dd>/facts.json` is written by whoever ends first, and never again; report.csv, .html and .json
are made from it and from nothing else. So it does not matter how often, how late or how many at once do this, nor
where one of them died. During its day a report is made from the table and has no facts yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients, functions, objects
from chalicelib.business import current
from chalicelib.conversations import llm_usage, table, work
from chalicelib.conversations.model import URGENCIES, Conversation
from chalicelib.errors import BadRequest, BatonError, Conflict, NotFound
from chalicelib.governance import queue_names
from chalicelib.insight import facts as recorded
from chalicelib.insight import figures, periods, render
from chalicelib.insight.facts import Facts
from chalicelib.insight.llm_figures import LlmFacts
from chalicelib.insight.periods import Period

# How far back skipped days are made up.
_BACK = 7
# A conversation may be opened so long (ms) before what happens in the period; older ones are not looked for.
_LOOKBACK = 7 * settings.DAY
# The oldest day that can still be asked for.
_OLDEST = 400 * settings.DAY
_ADDRESS_SECONDS = 300

_TYPES = {"csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8", "json": "application/json"}
_KEY = re.compile(r"reports/[0-9]{4}/([0-9-]{10})/(facts\.json|report\.(?:csv|html|json))")
_FILES = frozenset({"facts.json", "report.csv", "report.html", "report.json"})


def publish(day: str | None, now_ms: int, agents: Iterable[str] = ()) -> list[str]:
    """Make the report of `day` (yyyy-mm-dd in the business's time zone), or of the last ended day and of up to six
    missing days before it. `agents`: ids of those whose open work counts. Returns the days made, oldest first.
    Raises BadRequest for a day that is malformed, left out by the calendar, to come, or over for more than 400 days."""
    if day is not None:
        chosen = [_asked(day, now_ms)]
    else:
        stored = _stored()
        chosen = periods.due(stored, _complete(stored), now_ms, _zone(), _BACK)
    for period in chosen:
        _make(period, now_ms, agents)
    return [p.day for p in chosen]


def order(day: str, now_ms: int) -> None:
    """Has the report function make the report of `day` soon. Raises BadRequest as `publish` does."""
    _asked(day, now_ms)
    functions.start("order a report", settings.env("REPORT_FUNCTION"), {"day": day})


def list_reports() -> list[dict[str, Any]]:
    """The reports there are, newest first: {"day": "2026-11-21", "made_at": Unix ms}."""
    made = {day: files["report.json"] for day, files in _stored().items() if "report.json" in files}
    return [{"day": day, "made_at": at} for day, at in sorted(made.items(), reverse=True)]


def addresses(day: str) -> dict[str, str]:
    """{"day", "json", "csv", "html"}: addresses that work for five minutes. Raises BadRequest, NotFound."""
    periods.day_period(day, "UTC")
    with clients.translated("look for a report"):
        _s3().head_object(Bucket=_bucket(), Key=_key(day, "report.json"))
    return {"day": day, **{kind: _address(day, kind) for kind in ("json", "csv", "html")}}


def changed(day: str, change: Callable[[Conversation], Conversation]) -> bool:
    """The report of a day with some of its conversations told otherwise; earlier versions go. A report that was made during its day goes as
    a whole: it is made anew. False if there was nothing to change. Raises Conflict if another did so at this moment."""
    before = _facts_with_mark(day)
    if not before:
        objects.erase(_bucket(), _key(day, "report."))
        return False
    facts, mark = before
    after = replace(facts, conversations=recorded.arranged(map(change, facts.conversations)))
    if after != facts:
        with clients.translated("store the facts of a report"):
            key = _key(day, "facts.json")
            _s3().put_object(Bucket=_bucket(), Key=key, Body=recorded.dump(after), ContentType="application/json", IfMatch=mark)
    _write(after)
    objects.erase(_bucket(), _key(day, ""), earlier_only=True)
    return after != facts


def conversations(day: str) -> tuple[Conversation, ...]:
    """Those of a day's report, as far as its facts are recorded."""
    found = _recorded(day)
    return found.conversations if found else ()


def days(since: int, until: int) -> list[str]:
    """Days on which a conversation may have moved that was opened within this time (Unix ms)."""
    utc = periods.utc_days(since - settings.DAY, until + _LOOKBACK + 2 * settings.DAY)
    return sorted(day for day in _stored() if min(utc) <= day <= max(utc))


def _facts_with_mark(day: str) -> tuple[Facts, str] | None:
    """And what S3 knows this very version by."""
    where = {"Bucket": _bucket(), "Key": _key(day, "facts.json")}
    try:
        with clients.translated("read the facts of a report"):
            mark = str(_s3().head_object(**where)["ETag"])
            return recorded.load(_s3().get_object(**where, IfMatch=mark)["Body"].read()), mark
    except NotFound:
        return None


def _asked(day: str, now: int) -> Period:
    period = periods.day_period(day, _zone())
    if period.start == period.end:
        raise BadRequest("the calendar of this time zone left that day out")
    if period.start > now:
        raise BadRequest("day is still to come")
    if period.end < now - _OLDEST:
        raise BadRequest("day is too long ago")
    return period


def _make(period: Period, now: int, agents: Iterable[str]) -> None:
    if now < period.end:
        _write(_gather(period, now, agents))
        # Whoever recorded the ended day meanwhile may have been overtaken by the files just written.
        final = _recorded(period.day)
        if final:
            _write(final)
    else:
        _write(_recorded(period.day) or _record(_gather(period, now, agents)))


def _gather(period: Period, now: int, agents: Iterable[str]) -> Facts:
    days = periods.utc_days(period.start - _LOOKBACK, min(period.end, now + 1))
    moved = [c for day in days for c in table.opened_on(day) if figures.moved(c, period, settings.IDLE, now)]
    # Open work is known of the present only; for a report that is a day late it would be another day's.
    recent = now < period.end + settings.DAY
    work = _open_work({*agents, *(c.agent for c in moved if c.owner == "agent")}, now) if recent else None
    names = {one.id: (one.en, one.zh) for one in current.queues().queues}
    return Facts(current.name("en", "Baton"), period, now, settings.IDLE, work, recorded.arranged(moved), names, _model(period.day))


def _model(day: str) -> LlmFacts | None:
    """What the language model did that the business named; nothing is read where it named none."""
    name = settings.optional("COMPOSE_MODEL")
    use = llm_usage.of(day) if name else None
    return LlmFacts(name, use, settings.optional("MODEL_PRICE")) if use and use.calls else None


def _open_work(agents: Collection[str], now: int) -> figures.OpenWork:
    queues = sorted(queue_names.watched())
    waiting = [(queue, urgency, work.waiting(queue, urgency, limit=None)) for queue in queues for urgency in URGENCIES]
    held: list[Conversation] = [c for agent in sorted(agents) for c in work.held_by(agent)]
    return figures.open_work(waiting, held, now)


def _record(facts: Facts) -> Facts:
    """Stores the facts of an ended day, unless somebody else did: then theirs are the facts."""
    try:
        with clients.translated("store the facts of a report"):
            _s3().put_object(
                Bucket=_bucket(),
                Key=_key(facts.period.day, "facts.json"),
                Body=recorded.dump(facts),
                ContentType="application/json",
                IfNoneMatch="*",
            )
    except Conflict:
        pass
    return _recorded(facts.period.day) or facts


def _recorded(day: str) -> Facts | None:
    try:
        with clients.translated("read the facts of a report"):
            return recorded.load(_s3().get_object(Bucket=_bucket(), Key=_key(day, "facts.json"))["Body"].read())
    except NotFound:
        return None


def _write(facts: Facts) -> None:
    """report.json comes last: where it stands, the others stand."""
    for kind, content in sorted(render.files(facts).items()):
        key = _key(facts.period.day, f"report.{kind}")
        with clients.translated("store a report"):
            _s3().put_object(Bucket=_bucket(), Key=key, Body=content, ContentType=_TYPES[kind], CacheControl="no-cache")


def _stored() -> dict[str, dict[str, int]]:
    """When each file of each day was written last: {"2026-11-21": {"report.csv": Unix ms, …}}."""
    found: dict[str, dict[str, int]] = {}
    for entry in _entries():
        matched = _KEY.fullmatch(entry["Key"])
        if matched:
            found.setdefault(matched[1], {})[matched[2]] = int(entry["LastModified"].timestamp() * 1000)
    return found


def _complete(stored: dict[str, dict[str, int]]) -> set[str]:
    """The days whose files are all there, and none older than the facts: it would be from before the day's end."""
    return {day for day, files in stored.items() if files.keys() >= _FILES and min(files.values()) == files["facts.json"]}


def _entries() -> Iterator[dict[str, Any]]:
    request: dict[str, Any] = {"Bucket": _bucket(), "Prefix": "reports/"}
    while True:
        with clients.translated("list the reports"):
            page = _s3().list_objects_v2(**request)
        yield from page.get("Contents", [])
        if not page.get("NextContinuationToken"):
            return
        request["ContinuationToken"] = page["NextContinuationToken"]


def _address(day: str, kind: str) -> str:
    how = "attachment" if kind == "csv" else "inline"
    named = {"ResponseContentDisposition": f'{how}; filename="baton-{day}.{kind}"', "ResponseContentType": _TYPES[kind]}
    wanted = {"Bucket": _bucket(), "Key": _key(day, f"report.{kind}"), **named}
    # With its endpoint by name the region stands in the address; botocore would sign for the global one, which refuses
    # the buckets of other regions in their first hours.
    regional = clients.client("s3", _s3().meta.endpoint_url)
    address: str = regional.generate_presigned_url("get_object", Params=wanted, ExpiresIn=_ADDRESS_SECONDS)
    return address


def _key(day: str, name: str) -> str:
    return f"reports/{day[:4]}/{day}/{name}"


def _bucket() -> str:
    return settings.env("REPORTS_BUCKET")


def _zone() -> str:
    zone = settings.optional("TIME_ZONE", "UTC")
    try:
        periods.day_period("2000-01-01", zone)
    except (KeyError, ValueError):
        raise BatonError(f"TIME_ZONE is not a time zone: {zone}") from None
    return zone


def _s3() -> Any:
    return clients.client("s3")
