"""Lists of questions and answers (CSV or JSON, in whatever a spreadsheet saved) become articles with examples. Pure.

Each row is a question and its answer, in columns of many namings; rows with one answer are one article, whose other questions
are examples. Ids follow from the question, so the same list again changes the same articles.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from chalicelib.errors import BadArticle, BadList, TooLarge
from chalicelib.knowledge.articles.article import LANGUAGES, Article, problems
from chalicelib.knowledge.articles.writing import article_of
from chalicelib.knowledge.index.words import simplified

MOST = 5_000  # rows

# Our field -> what others call it.
_NAMES: dict[str, str] = {
    "question": "question questions q title query utterance problem prompt frage 问题 問題 标题 標題 提问 提問 问 問 标准问 标准问题",
    "answer": "answer answers a response reply text content body antwort 答案 回答 答复 答覆 解答 答 内容 內容 回复 回覆",
    "similar": "similar similarquestions variants variations alternatives alternativequestions examples synonyms 相似问 相似问题 相似問題 "
    "扩展问 扩展问题 同义问 例句 其他问法",
    "language": "language lang locale sprache 语言 語言",
    "queue": "queue department category topic team 队列 部门 部門 分类 分類 类别 類別",
    "id": "id key slug 编号 編號",
    "link": "link url href 链接 連結",
    "audience": "audience 受众 受眾",
    "valid_from": "validfrom 生效日期",
    "valid_until": "validuntil 失效日期",
}
_FIELD = {name: field for field, names in _NAMES.items() for name in names.split()}
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿]")
_PARTS = re.compile(r"\s*(?:\r?\n|[|｜;；])\s*")
_LOCALES = {"zh-cn": "zh", "zh-hans": "zh", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-hant": "zh-Hant", "chinese": "zh", "english": "en"}


@dataclass(frozen=True, slots=True)
class _Row:
    """`where`: "line 7" or "entry 7"."""

    where: str
    values: Mapping[str, Any]


def read(name: str, content: bytes, queues: Sequence[str]) -> list[Article]:
    """The articles of a list, without problems. Raises BadList with every mistake in it, TooLarge."""
    text = decoded(content)
    rows = list(_json_rows(text) if _is_json(name, text) else _csv_rows(text))
    if len(rows) > MOST:
        raise TooLarge(f"{len(rows)} rows; at most {MOST} at once")
    if not rows:
        raise BadList(["the list is empty: a head line with question and answer, then a row for each"])
    return _articles(rows, queues)


def decoded(content: bytes) -> str:
    """Text in the encodings that spreadsheets save: UTF-8, UTF-16, GB 18030. Raises BadList."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        order: tuple[str, ...] = ("utf-16",)
    elif b"\0" in content[:200]:  # UTF-16 without its mark: half of what is Latin are zeros
        order = ("utf-16-le",) if content[1::2].count(0) > content[::2].count(0) else ("utf-16-be",)
    else:
        order = ("utf-8-sig", "gb18030")
    for encoding in order:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadList(["the file is no text in UTF-8, UTF-16 or GB 18030: save it as CSV UTF-8"])


def _is_json(name: str, text: str) -> bool:
    return name.lower().endswith(".json") or text.lstrip()[:1] in ("[", "{")


def _json_rows(text: str) -> Iterator[_Row]:
    """A list of objects, or an object that holds one, or one of question: answer."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = f"line {error.lineno}: " if isinstance(error, json.JSONDecodeError) else ""
        raise BadList([f"{line}is not JSON"]) from None
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        if len(lists) == 1:
            found = lists[0]
        elif all(isinstance(value, str) for value in found.values()):
            found = [{"question": question, "answer": answer} for question, answer in found.items()]
    if not isinstance(found, list):
        raise BadList(["line 1: must be a list of objects with question and answer"])
    mistakes = [f"entry {n}: is no object" for n, entry in enumerate(found, 1) if not isinstance(entry, dict)]
    if mistakes:
        raise BadList(mistakes)
    for number, entry in enumerate(found, 1):
        yield _Row(f"entry {number}", {field: value for name, value in entry.items() if (field := _field(name))})


def _csv_rows(text: str) -> Iterator[_Row]:
    if not text.strip():
        return
    head = text.lstrip("\n").partition("\n")[0]
    counts = {mark: head.count(mark) for mark in (",", ";", "\t", "，")}
    delimiter = max(counts, key=lambda mark: counts[mark])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        first = next(reader, [])
        fields = [_field(name) for name in first]
        if "question" not in fields or "answer" not in fields:
            raise BadList([f"line 1: no columns for question and answer among: {', '.join(first)[:200]}"])
        start = reader.line_num + 1
        for cells in reader:
            where, start = f"line {start}", reader.line_num + 1
            if any(cell.strip() for cell in cells):
                if len(cells) > len(fields):
                    raise BadList([f"{where}: {len(cells)} cells, but {len(fields)} columns: put quotes around texts with {delimiter!r}"])
                yield _Row(where, {field: cell for field, cell in zip(fields, cells, strict=False) if field})
    except csv.Error as error:
        raise BadList([f"line {reader.line_num}: {error}"]) from None


def _field(name: str) -> str:
    return _FIELD.get(re.sub(r"[\s_\-（）()]+", "", str(name)).casefold().removeprefix("faq"), "")


def _articles(rows: Sequence[_Row], queues: Sequence[str]) -> list[Article]:
    """Rows of one answer and language together; every mistake of every row is told."""
    mistakes: list[str] = []
    groups: dict[tuple[str, str], list[tuple[_Row, list[str]]]] = {}
    for row in rows:
        question, answer = _text(row, "question"), _text(row, "answer")
        if not question or not answer:
            mistakes.append(f"{row.where}: {'answer' if question else 'question'} is empty")
            continue
        language = _language(_text(row, "language"), f"{question} {answer}")
        groups.setdefault((_text(row, "id") or answer, language), []).append((row, [question, *_similar(row.values.get("similar"))]))
    found: dict[tuple[str, str], str] = {}
    articles = []
    for (_, language), members in groups.items():
        row, questions = members[0][0], list(dict.fromkeys(q for _, asked in members for q in asked))
        try:
            article = _article(row, questions, language, queues)
            wrong = problems(article, queues)
        except BadArticle as error:
            mistakes.append(f"{row.where}: {error}")
            continue
        if (article.id, language) in found:
            wrong.append(f"the question stands in {found[article.id, language]} with another answer")
        found[article.id, language] = row.where
        mistakes += [f"{row.where}: {one}" for one in wrong]
        articles.append(article)
    if mistakes:
        raise BadList(mistakes)
    return articles


def _article(row: _Row, questions: Sequence[str], language: str, queues: Sequence[str]) -> Article:
    """Another system's categories are no departments of ours: one that we do not have is left out."""
    queue = _text(row, "queue").casefold()
    values = {name: _text(row, name) for name in ("link", "audience", "valid_from", "valid_until")}
    values |= {"id": own_id(_text(row, "id") or questions[0]), "language": language, "title": questions[0][:200]}
    return article_of({**values, "queue": queue if queue in queues else "", "body": _text(row, "answer")}, questions[1:])


def own_id(text: str) -> str:
    """A word for the address of an article: its Latin letters, and for all else a mark that is always the same."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")
    if text == slug and len(slug) <= 64:
        return slug
    rest = blake2s(" ".join(text.split()).encode("utf-8", "replace"), digest_size=5).hexdigest()
    return f"{slug[:50].strip('-') or 'faq'}-{rest}" if len(slug) < 8 or len(slug) > 60 or not text.isascii() else slug


def _language(given: str, text: str) -> str:
    """What the row says, else what its characters show."""
    known = _LOCALES.get(given.replace("_", "-").casefold()) or (given if given in LANGUAGES else given.partition("-")[0].casefold())
    if known:
        return known
    if not _HAN.search(text):
        return "en"
    return "zh" if simplified(text) == text else "zh-Hant"


def _similar(value: Any) -> list[str]:
    """A list, or one text whose parts stand on lines or between | or ;."""
    parts = value if isinstance(value, list) else _PARTS.split(value) if isinstance(value, str) else []
    return [" ".join(part.split()) for part in parts if isinstance(part, str) and part.strip()]


def _text(row: _Row, field: str) -> str:
    value = row.values.get(field, "")
    text = str(value) if isinstance(value, str | int | float) else ""
    return text.strip() if field == "answer" else " ".join(text.split())
