"""An article: one known answer in one language. The same id in another language is its translation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

LANGUAGES = ("en", "zh", "zh-Hant")
AUDIENCES = ("everyone", "vip", "staff")  # "staff": agents find it, the bot never says it
LONGEST_TEXT = 6_000  # characters; longer texts do not fit a chat message
LONGEST_BODY = 20_000  # with its marks and addresses
LONGEST_TITLE = 200
LONGEST_SHORT = 600  # four segments and more: a text message is no letter
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True)
class Article:
    """`body`: Markdown, as it was written. `text` and `short` (SMS) are plain text that follows from it (writing.py), shown to
    customers as they stand; `own_short`: the short one if somebody wrote it. `queue`: the department that owns it. Days are ISO
    dates, "" is open. `examples`: only on the way from and to files and imports; stored, each is an item of its own."""

    id: str
    language: str
    title: str
    text: str
    short: str
    examples: tuple[str, ...] = ()
    queue: str = ""
    link: str = ""
    valid_from: str = ""
    valid_until: str = ""  # the last day
    audience: str = "everyone"
    body: str = ""
    own_short: str = ""

    def valid(self, day: str, tier: str = "") -> bool:
        """May it be shown on this day (ISO date) to a customer of this tier?"""
        known = self.audience in ("everyone", tier)
        return known and (not self.valid_from or self.valid_from <= day) and (not self.valid_until or day <= self.valid_until)


def version_for(versions: Mapping[str, Article], language: str, day: str, tier: str = "") -> Article:
    """The translation to show: the customer's language, its sister script, English, then any; of those that are valid."""
    sister = {"zh": "zh-Hant", "zh-Hant": "zh"}.get(language, "en")
    order = [*(versions[code] for code in (language, sister, "en") if code in versions), *versions.values()]
    return next((article for article in order if article.valid(day, tier)), order[0])


def problems(article: Article, queues: Sequence[str]) -> list[str]:
    """All that keeps an article from being published, each as "field: what to do"."""
    found = []
    if not _ID.fullmatch(article.id):
        found.append("id: must be 1-64 lower-case letters, digits or hyphens")
    if article.language not in LANGUAGES:
        found.append(f'language: "{article.language}" is not known; use one of {", ".join(LANGUAGES)}')
    if article.audience not in AUDIENCES:
        found.append(f'audience: "{article.audience}" is not known; use one of {", ".join(AUDIENCES)}')
    found += _text_problems(article)
    if article.queue and article.queue not in queues:
        found.append(f'queue: "{article.queue}" is not known; use one of {", ".join(queues)}')
    if article.link and not re.match(r"https?://\S+$", article.link):
        found.append("link: must start with http:// or https://")
    if any(not example.strip() for example in article.examples):
        found.append("examples: one is empty")
    return found + _day_problems(article)


def _text_problems(article: Article) -> list[str]:
    found = []
    if not article.title.strip():
        found.append("title: is missing")
    elif len(article.title) > LONGEST_TITLE:
        found.append(f"title: {len(article.title)} characters; at most {LONGEST_TITLE}")
    if not article.text.strip():
        found.append("body: is empty")
    elif len(article.text) > LONGEST_TEXT:
        found.append(f"body: {len(article.text)} characters; at most {LONGEST_TEXT}")
    elif len(article.body) > LONGEST_BODY:
        found.append(f"body: {len(article.body)} characters with its marks; at most {LONGEST_BODY}")
    if len(article.own_short) > LONGEST_SHORT:
        found.append(f"short: {len(article.own_short)} characters; at most {LONGEST_SHORT}")
    return found


def _day_problems(article: Article) -> list[str]:
    found = [
        f'{field}: "{day}" is not a day like 2026-11-21'
        for field, day in (("valid_from", article.valid_from), ("valid_until", article.valid_until))
        if day and not _is_day(day)
    ]
    if not found and article.valid_from and article.valid_until and article.valid_until < article.valid_from:
        found.append("valid_until: lies before valid_from")
    return found


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def duplicates(articles: Iterable[Article]) -> list[tuple[int, int]]:
    """Pairs of positions (first, again) with the same id and language."""
    first: dict[tuple[str, str], int] = {}
    found = []
    for position, article in enumerate(articles):
        seen = first.setdefault((article.id, article.language), position)
        if seen != position:
            found.append((seen, position))
    return found
