"""From what people write (a form, a file, a row of a list) to an article, and back. Pure.

The parser of Markdown is loaded when something is written, never when something is answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalicelib.errors import BadArticle
from chalicelib.knowledge.articles.article import Article, problems

_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")  # of lines, whoever wrote them
TEXTS = ("id", "language", "title", "queue", "audience", "link", "short", "valid_from", "valid_until", "body")


def article_of(values: Mapping[str, Any], examples: Sequence[str] = ()) -> Article:
    """What the fields of TEXTS say; whatever is missing is empty. It may have `problems`. Raises BadArticle for a field that is no text."""
    wrong = [f"{name}: must be a text" for name in TEXTS if not isinstance(values.get(name, ""), str)]
    if wrong:
        raise BadArticle(wrong)
    given = {name: _tidy(name, values[name]) for name in TEXTS if values.get(name)}
    own_short = given.pop("short", "")
    empty = Article(id="", language="", title="", text="", short="")
    return complete(replace(empty, **given, own_short=own_short, examples=tuple(examples)))


def _tidy(name: str, text: str) -> str:
    """One form for what is the same to a reader. Raises BadArticle for what no text may hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadArticle([f"{name}: holds half a character"]) from None
    lines = _ENDS.sub("\n", text)
    return lines.strip("\n").rstrip() if name == "body" else lines.strip() if name == "short" else " ".join(lines.split())


def complete(article: Article) -> Article:
    """With the plain texts that follow from its body."""
    from chalicelib.knowledge.articles.plain_text import plain_text, short_text

    text = plain_text(article.body)
    return replace(article, text=text, short=article.own_short or short_text(text, article.language))


def checked(article: Article, queues: Sequence[str]) -> Article:
    """The article, if it can be published. Raises BadArticle."""
    if found := problems(article, queues):
        raise BadArticle(found)
    return article


def values_of(article: Article) -> dict[str, str]:
    """The fields of TEXTS."""
    values = {name: getattr(article, name) for name in TEXTS if name != "short"}
    return {**values, "short": article.own_short}
