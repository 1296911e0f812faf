"""The newly written words of a mail: without the quoted mail and the signature. Pure; every pattern is linear.

What mail programs write around a quote stands in reply_words.json, by language; the rules are few: cut at the first
sure sign that a quote begins, but keep what the customer wrote between or below quoted lines. When in doubt the
text is kept: a quote too much is a nuisance, a lost sentence is a lost customer.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from chalicelib.channels.email.html import QUOTE_STARTS

LINES = 1_000  # lines that are looked at; the newly written words stand near an end
ADDRESS = r"<[^<>\s]+@[^<>\s]+>"


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads((Path(__file__).parent / "reply_words.json").read_text("utf-8"))
    return {language: kinds for language, kinds in found.items() if language != "about"}


def _any(kind: str) -> str:
    """The words of a kind in all languages, as alternatives."""
    return "|".join(dict.fromkeys(word for kinds in _words().values() for word in kinds[kind]))


def _lines(*shapes: str) -> re.Pattern[str]:
    return re.compile("|".join(shapes), re.IGNORECASE)


# Header words that programs put above a quoted mail.
_HEADS = {kind: _lines(rf"^[>*\s]*(?:{_any(kind)})\*?\s?[:：]\*?\s*(.*)$") for kind in ("from", "sent", "to", "subject")}
_SEPARATORS = _lines(
    r"^[\s>*]*(?:"
    rf"[-_=]{{2,}}\s*(?:{_any('original')})\s*[-_=]{{0,}}\s*"
    r"|begin forwarded message:|##-.{0,120}-##|.{0,20}(?:reply|type your reply|write) (?:above|on top of) this line.{0,40}"
    r"|.{0,20}请在此行上方回复.{0,20}"
    r"|_{20,}|-{5,} ?(?:forwarded|original).{0,60}"
    r"|-{3,} ?on .{8,200} wrote ?-{3,}"
    r")[\s*]*$"
)
# "On <date>, <somebody> wrote:"; the line is joined first if it was wrapped.
_ATTRIBUTION = _lines(
    r"^[\s*]*(?:"
    rf"(?:{_any('begins')})\b.{{4,300}}?(?:{_any('wrote')})\s*[:：]?"
    rf"|.{{0,200}}\d.{{0,200}}{ADDRESS}\s*(?:(?:{_any('wrote')})\s*[:：]?|[:：])"
    rf"|.{{0,200}}{ADDRESS}\s*(?:{_any('wrote')})\s*[:：]"
    r"|(?:在|于|於)?.{0,200}\d.{0,200}(?:写道|寫道|写到|来信)\s*[:：]"
    r"|(?:at|am|on) \d.{4,100}(?:wrote|schrieb|you wrote)\s*:"
    r"|[^\n]{1,80} (?:wrote|writes|schrieb|a écrit|escribió|escreveu|skrev)\s*:"
    r")\s*$"
)
_HAS_TIME = re.compile(r"\d[:.h]\d\d")
_HAS_DATE = re.compile(r"\d{1,4}[-./年]\s?\d{1,2}|\d{1,2}[:.h]\d{2}|\b(?:19|20)\d\d\b")

_SIGNATURE = re.compile(r"^(?:-- ?|—|__|--\s*\u200b?)$")
_MOBILE = _lines(rf"^\s*[-—(<]*\s*(?:{_any('mobile')})\s*$")
_RULE = re.compile(r"^\s*[-_=*]{5,}\s*$")
_WIDE_GAP = re.compile(r"[^\S\n]{9,}")  # would cost the patterns their linear time
SIGNATURE_LINES = 14  # more than this below a separator is not a signature


def visible(text: str) -> tuple[str, bool]:
    """(the new words, was anything cut). A text that is nothing but quotes is given whole."""
    all_lines = _WIDE_GAP.sub(" " * 8, text).split("\n")
    lines, rest = all_lines[:LINES], all_lines[LINES:]
    kept = _without_quote(lines)
    cut = len(kept) < len(lines)
    while cut and kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept = kept[:-1]  # the line that a program draws above what it quotes
    shown = _trimmed(_without_signature(kept) + ([] if cut else rest))
    if not shown:
        shown = _trimmed([line for line in lines if line != QUOTE_STARTS] + rest)
        return "\n".join(shown), False
    return "\n".join(line for line in shown if line != QUOTE_STARTS), len(shown) < len(_trimmed(lines + rest))


def _without_quote(lines: list[str]) -> list[str]:
    for i, line in enumerate(lines):
        if line == QUOTE_STARTS and _new(lines[:i]):
            return lines[:i]
        if _SEPARATORS.match(line) and (not line.strip().startswith("_") or _is_header_block(lines, i + 1)):
            return lines[:i]
        if _is_header_block(lines, i):
            return lines[:i]
        length = _attribution(lines, i)
        if length:
            return _around(lines, i, i + length)
    return _without_tail(lines)


def _new(lines: list[str]) -> bool:
    return any(line.strip() and not _is_quote(line) for line in lines)


def _is_header_block(lines: list[str], start: int) -> bool:
    """A sender's line, then within six lines the subject or date and recipient; with an address or a subject in it."""
    block = [line for line in lines[start : start + 9] if line.strip()][:6]
    if not block or not _HEADS["from"].match(block[0]):
        return False
    kinds = {kind for line in block[1:] for kind in ("sent", "to", "subject") if _HEADS[kind].match(line)}
    return ("subject" in kinds and len(kinds) >= 2) or (len(kinds) >= 2 and any("@" in line for line in block))


def _attribution(lines: list[str], start: int) -> int:
    """How many lines the attribution takes that begins here; 0 if none does."""
    if not lines[start].strip() or _is_quote(lines[start]):
        return 0
    joined = ""
    for count, line in enumerate(lines[start : start + 4], 1):
        if not line.strip():
            return 0
        joined = f"{joined} {line.strip()}".strip().replace("< ", "<").replace("\xa0", " ")
        if len(joined) > 500:
            return 0
        if _ATTRIBUTION.match(joined) and _is_sure(joined, lines, start + count):
            return count
        if joined.endswith((":", "：")) and _HAS_DATE.search(joined) and _is_quote(_following(lines, start + count)):
            return count  # in whatever language
    return 0


def _is_sure(joined: str, lines: list[str], after: int) -> bool:
    """A date is needed, and one sign more; an address will do instead if a quoted line follows."""
    following = _following(lines, after)
    if not _HAS_DATE.search(joined):
        return "@" in joined and _is_quote(following)
    return not following or _is_quote(following) or "@" in joined or bool(_HAS_TIME.search(joined))


def _following(lines: list[str], after: int) -> str:
    return next((line for line in lines[after : after + 3] if line.strip()), "")


def _is_quote(line: str) -> bool:
    return line.lstrip().startswith(">")


def _around(lines: list[str], start: int, after: int) -> list[str]:
    """Before the attribution; and what was written below or between the quoted lines that follow it."""
    below = lines[after:]
    first = next((line for line in below if line.strip()), "")
    if not _is_quote(first) or _new(lines[:start]):
        return lines[:start]
    quoted_once = [line for line in below if not _is_quote(line)]
    return lines[:start] + _without_quote(quoted_once)


def _without_tail(lines: list[str]) -> list[str]:
    """Quoted lines at the end answer nothing; in the middle they are part of what the customer says."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_quote(lines[end - 1])):
        end -= 1
    return lines[:end] if end and any(line.strip() for line in lines[end:]) else lines


def _without_signature(lines: list[str]) -> list[str]:
    for i, line in enumerate(lines):
        below = [other for other in lines[i + 1 :] if other.strip()]
        if _SIGNATURE.match(line) and len(below) <= SIGNATURE_LINES and _new(lines[:i]):
            return lines[:i]
        if _MOBILE.match(line) and len(below) <= 2 and _new(lines[:i]):
            return lines[:i]
    return lines


def _trimmed(lines: list[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip("\x1e \t"):
        start += 1
    while end > start and not lines[end - 1].strip("\x1e \t"):
        end -= 1
    return [line.rstrip() for line in lines[start:end]]
