"""What the endpoint answered, as it may be shown: declared fields alone, each of its kind, in one line and cut. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from chalicelib.bot.actions import days, values
from chalicelib.bot.actions.declared import Action, Field
from chalicelib.bot.actions.sentences import Told
from chalicelib.errors import Unavailable

_TEXT, _LINK = 80, 300  # characters of a field


def told(given: Mapping[str, Any], action: Action, language: str, today: date, *, whole: bool) -> tuple[Told, bool]:
    """What is told of an answer, and whether something is kept back; `whole`: also what needs a proof. Raises Unavailable."""
    shown = checked(given, action.fields, language, today)
    held = set() if whole else {name for name in shown if action.fields[name].proven}
    visible = {name: text for name, text in shown.items() if name not in held}
    by = str(given.get(action.by, "")) if action.by else ""
    over = [day for name in visible if action.fields[name].kind == "day" and (day := days.read(values.tidy(str(given[name]))))]
    return Told(visible, by, past=any(day < today for day in over)), bool(held)


def checked(given: Mapping[str, Any], declared: Mapping[str, Field], language: str, today: date) -> dict[str, str]:
    """Raises Unavailable for what does not fit."""
    found: dict[str, str] = {}
    for name, field in declared.items():
        value = given.get(name)
        if value is None and field.optional:
            continue
        shown = _shown(value, field, language, today)
        if not shown:
            raise Unavailable(f'the endpoint\'s field "{name}" is missing or no {field.kind}')
        found[name] = shown
    return found


def _shown(value: Any, field: Field, language: str, today: date) -> str:
    if not isinstance(value, str):
        return ""
    if field.kind == "choice":
        return field.words[value][language] if value in field.words else ""
    line = values.tidy(value)
    if field.kind in ("date", "day"):
        day = days.read(line)
        return (days.named if field.kind == "date" else days.when)(day, today, language) if day else ""
    if field.kind == "money":
        return days.amount(line, language)
    if field.kind == "link":
        return line if len(line) <= _LINK and _is_link(line) else ""
    return line[:_TEXT]


def _is_link(line: str) -> bool:
    try:
        parts = urlsplit(line)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and not re.search(r"[\s<>\"'`{}\\]", line)
