"""A folder of articles: one Markdown file per article and language, with YAML front matter.

---
id: track-order                # the same in all languages
language: en                   # en, zh or zh-Hant
title: Where is my order?
queue: orders                  # the department that owns it, optional
link: https://…                # optional
examples: [how customers ask, …]
short: a text for SMS          # optional, otherwise the first sentences
valid_from: 2026-12-01         # optional, as is valid_until
---
The answer, in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chalicelib.knowledge.article import Article, duplicates, problems
from infra.errors import DeployError
from infra.plain_text import plain_text, short_text

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n(.*))?\Z", re.DOTALL)
_FIELDS = ("id", "language", "title", "queue", "link", "examples", "short", "valid_from", "valid_until")


class BadArticlesError(DeployError):
    """Some articles cannot be published; `mistakes` are "file:line: field: what to do", all of them."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n  ".join(["the articles have mistakes:", *mistakes]), "correct them; nothing was published")
        self.mistakes = tuple(mistakes)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    front: str
    article: Article


def _line(front: str, field: str) -> int:
    """Where a field stands; a missing one: where the front matter starts; the body: where it starts."""
    rows = front.rstrip("\n").split("\n")
    if field == "body":
        return len(rows) + 3
    return next((number for number, row in enumerate(rows, 2) if row.startswith(f"{field}:")), 1)


def read_folder(folder: Path, queues: Sequence[str]) -> list[Article]:
    """All articles of a folder and of those in it. Raises BadArticlesError with every mistake in it."""
    paths = sorted(path for path in folder.rglob("*.md") if path.name.lower() != "readme.md") if folder.is_dir() else []
    if not paths:
        raise DeployError(f"no articles in {folder}", "name a folder with .md files")
    mistakes: list[str] = []
    files: list[_File] = []
    for path in paths:
        try:
            files.append(_read(path, str(path.relative_to(folder))))
        except _RefusedError as error:
            mistakes.append(str(error))
    for file in files:
        mistakes += [f"{file.name}:{_line(file.front, problem.partition(':')[0])}: {problem}" for problem in problems(file.article, queues)]
    for first, again in duplicates(file.article for file in files):
        article = files[again].article
        where = f"{files[again].name}:{_line(files[again].front, 'id')}"
        mistakes.append(f'{where}: id: "{article.id}" in {article.language} is already in {files[first].name}')
    if mistakes:
        raise BadArticlesError(mistakes)
    return [file.article for file in files]


class _RefusedError(Exception):
    """One file cannot be read as an article."""


def _read(path: Path, name: str) -> _File:
    try:
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _RefusedError(f"{name}:1: is not UTF-8 (byte {error.start})") from error
    parts = _FRONT.match(text)
    if not parts:
        raise _RefusedError(f"{name}:1: front matter is missing: start with a line ---, fields, and a line ---")
    fields = _fields(parts[1], name)
    body = parts[2] or ""
    language = fields.get("language", "")
    shown = plain_text(body)
    article = Article(
        id=fields.get("id", ""),
        language=language,
        title=fields.get("title", ""),
        text=shown,
        short=fields.get("short") or short_text(shown, language),
        examples=tuple(fields.get("examples", ())),
        queue=fields.get("queue", ""),
        link=fields.get("link", ""),
        valid_from=fields.get("valid_from", ""),
        valid_until=fields.get("valid_until", ""),
    )
    return _File(name, parts[1], article)


def _fields(front: str, name: str) -> dict[str, Any]:
    """The front matter with texts as texts: YAML would turn a day, a number or a yes into something else."""
    try:
        given = yaml.load(front, Loader=yaml.BaseLoader)  # noqa: S506 (makes only texts, lists and mappings)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise _RefusedError(f"{name}:{line}: front matter is not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(given, dict):
        raise _RefusedError(f"{name}:2: front matter must be lines of field: value")
    for field, value in given.items():
        if field not in _FIELDS:
            raise _RefusedError(f"{name}:{_line(front, field)}: {field}: no such field; use {', '.join(_FIELDS)}")
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value) if field == "examples" else isinstance(value, str)
        if not fits:
            what = "a list of texts" if field == "examples" else "a text"
            raise _RefusedError(f"{name}:{_line(front, field)}: {field}: must be {what}")
    return given
