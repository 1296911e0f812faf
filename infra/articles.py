"""A folder of articles: one Markdown file per article and language, with YAML front matter.

---
id: track-order                # the same in all languages
language: en                   # en, zh or zh-Hant
title: Where is my order?
queue: orders                  # the department that owns it, optional
audience: everyone             # optional: everyone, vip, or staff (agents find it, customers never see it)
link: https://…                # optional
examples: [how customers ask, …]
short: a text for SMS          # optional, otherwise the first sentences
valid_from: 2026-12-01         # optional, as is valid_until
---
The answer, in Markdown: steps as a numbered list, pictures as ![what it shows](https://…), videos as links.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chalicelib.errors import BadArticle
from chalicelib.knowledge.articles.article import Article, duplicates, problems
from chalicelib.knowledge.articles.writing import article_of, values_of
from infra.errors import DeployError

_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)---[ \t]*(?:\n(.*))?\Z", re.DOTALL)
_FIELDS = ("id", "language", "title", "queue", "audience", "link", "valid_from", "valid_until", "short", "examples")


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


def write_folder(folder: Path, articles: Sequence[Article]) -> list[Path]:
    """Makes a folder hold these articles; the paths that were changed, made or removed. A file that says the same already
    keeps its bytes, and one whose article has gone goes, too. Raises BadArticlesError for files that cannot be read."""
    folder.mkdir(parents=True, exist_ok=True)
    files, mistakes = _files(folder)
    if mistakes:
        raise BadArticlesError(mistakes)
    there = {(file.article.id, file.article.language): (folder / file.name, file.article) for file in files}
    touched = []
    for article in articles:
        path, known = there.pop((article.id, article.language), (folder / f"{article.id}.{article.language}.md", None))
        if known != article:
            path.write_text(as_file(article), "utf-8", newline="\n")
            touched.append(path)
    for path, _ in there.values():
        path.unlink()
        touched.append(path)
    return touched


def as_file(article: Article) -> str:
    """An article as its file: always the same for the same article."""
    values: dict[str, Any] = {**values_of(article), "examples": list(article.examples)}
    values["audience"] = "" if article.audience == "everyone" else article.audience
    front = {name: values[name] for name in _FIELDS if values[name]}
    dumped = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{dumped}---\n{article.body}\n"


def _line(front: str, field: str) -> int:
    """Where a field stands; a missing one: where the front matter starts; the body: where it starts."""
    rows = front.rstrip("\n").split("\n")
    if field == "body":
        return len(rows) + 3
    return next((number for number, row in enumerate(rows, 2) if row.startswith(f"{field}:")), 1)


def read_folder(folder: Path, queues: Sequence[str]) -> list[Article]:
    """All articles of a folder and of those in it. Raises BadArticlesError with every mistake in it."""
    files, mistakes = _files(folder)
    if not files and not mistakes:
        raise DeployError(f"no articles in {folder}", "name a folder with .md files")
    mistakes += [f"{f.name}:{_line(f.front, found.partition(':')[0])}: {found}" for f in files for found in problems(f.article, queues)]
    for first, again in duplicates(file.article for file in files):
        article = files[again].article
        where = f"{files[again].name}:{_line(files[again].front, 'id')}"
        mistakes.append(f'{where}: id: "{article.id}" in {article.language} is already in {files[first].name}')
    if mistakes:
        raise BadArticlesError(mistakes)
    return [file.article for file in files]


def _files(folder: Path) -> tuple[list[_File], list[str]]:
    """What can be read as articles, and why the rest cannot."""
    mistakes: list[str] = []
    files: list[_File] = []
    for path in sorted(path for path in folder.rglob("*.md") if path.name.lower() != "readme.md") if folder.is_dir() else []:
        try:
            files.append(_read(path, str(path.relative_to(folder))))
        except _RefusedError as error:
            mistakes.append(str(error))
    return files, mistakes


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
    try:
        article = article_of({**fields, "body": parts[2] or ""}, [" ".join(text.split()) for text in fields.get("examples", ())])
    except BadArticle as error:
        raise _RefusedError(f"{name}:1: {error}") from error
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
