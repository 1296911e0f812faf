"""A report as JSON, CSV and one HTML page that needs nothing else: no script, no font, no address. Pure.

The same facts give the same bytes. No name, address or word of a customer stands in JSON or HTML.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from chalicelib.insight import charts, rows, words
from chalicelib.insight.facts import Facts, without_model
from chalicelib.insight.periods import local


def files(facts: Facts) -> dict[str, bytes]:
    """{"csv", "html", "json"}: the three files of a report."""
    return {"csv": rows.table(facts.conversations, facts.period.zone), "html": _html(facts), "json": _json(facts)}


def _json(facts: Facts) -> bytes:
    values = {"format": 1, "business": facts.business, "made_at": facts.made_at, **without_model(asdict(facts.report()))}
    return json.dumps(values, indent=1).encode()


def _html(facts: Facts) -> bytes:
    report = facts.report()
    page = (
        _environment()
        .get_template("report.html")
        .render(
            r=report,
            business=facts.business,
            made_at=local(facts.made_at, facts.period.zone)[:16].replace("T", " "),
            until=local(report.until, facts.period.zone)[11:16],
            columns=charts.by_hour(report.volume.hours),
            channels=tuple(report.volume.by_channel),
            size=(charts.WIDTH, charts.HEIGHT),
            queues=facts.queues,
        )
    )
    return page.encode(errors="replace")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "duration": _duration,
        "named": _named,
        "long_day": _long_day,
        "number": words.number,
        "dollars": words.dollars,
    }
    made.globals |= {"t": both, "share": words.share, "length": charts.length}
    return made


def _duration(ms: int | None) -> Markup:
    return both(*words.duration(ms))


@pass_context
def _named(context: Context, of: str) -> Markup:
    """A queue as the business calls it, anything else as we do."""
    return both(*(context["queues"].get(of) or words.name(of)))


def _long_day(day: str) -> Markup:
    return both(*words.long_day(day))


def both(en: object, zh: object) -> Markup:
    """One text in both languages, of which the page shows one; a text that is the same in both is written once."""
    if en == zh:
        return escape(en)
    return Markup('<span lang="en">{}</span><span lang="zh-Hans">{}</span>').format(en, zh)
