"""Markdown as customers read it in a chat, a mail or an SMS: plain text with its paragraphs, lists and links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chalicelib.knowledge.articles.cautions import warns

_BLANK = re.compile(r"\n+")
_BLANKS = re.compile(r"\n{3,}")
_PARTS = re.compile(r".+?(?:(?<=[^\d\s][.!?])[ ]+|(?<=[。！？])\n*|\n+|\Z)")  # a sentence or a line; "1." ends none
# Two SMS segments in the letters of GSM 7-bit, or two of 67 characters in any other script.
SHORT = {"en": 300, "zh": 130, "zh-Hant": 130}


def plain_text(markdown: str) -> str:
    """Headings, emphasis and code lose their marks; links and pictures become "text (address)"; raw HTML stays text."""
    lines: list[str] = []
    lists: list[int] = []  # the next number of each open list; 0: bullets
    for token in _parser().parse(markdown):
        _block(token, lines, lists)
    return _BLANKS.sub("\n\n", "\n".join(lines)).strip()


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False})


def short_text(text: str, language: str) -> str:
    """The whole sentences and lines at the start that fit into two SMS segments; one at least, cut if need be. What warns is added,
    however long it becomes."""
    most = SHORT.get(language, SHORT["en"])
    kept, parts = "", _PARTS.findall(text)
    for place, part in enumerate(parts):
        if len(kept) + len(part.rstrip()) > most:
            kept += "".join(f"\n{one.strip()}" for one in parts[place:] if kept and warns(one))
            break
        kept += part
    return _BLANK.sub("\n", kept).strip() or text[: most - 1].rstrip() + "…"


def _block(token: Token, lines: list[str], lists: list[int]) -> None:
    kind = token.type
    if kind in ("bullet_list_open", "ordered_list_open"):
        lists.append(int(token.attrs.get("start", 1)) if kind == "ordered_list_open" else 0)
    elif kind in ("bullet_list_close", "ordered_list_close"):
        lists.pop()
        lines += [] if lists else [""]
    elif kind == "list_item_open":
        lines.append("  " * (len(lists) - 1) + (f"{lists[-1]}. " if lists[-1] else "- "))
        lists[-1] += 1 if lists[-1] else 0
    elif kind == "inline":
        _add(_inline(token.children or []), lines, lists)
    elif kind in ("fence", "code_block"):
        lines += [token.content.rstrip(), ""]
    elif kind in ("paragraph_close", "heading_close") and not lists:
        lines.append("")


def _add(text: str, lines: list[str], lists: Sequence[int]) -> None:
    """A list item's first paragraph stands beside its mark, further ones below it."""
    if lists and lines and lines[-1].endswith((". ", "- ")):
        lines[-1] += text
    else:
        lines.append("  " * len(lists) + text)


def _inline(tokens: Sequence[Token]) -> str:
    out, address, start = "", "", 0
    for token in tokens:
        if token.type in ("text", "code_inline"):
            out += token.content
        elif token.type in ("softbreak", "hardbreak"):
            out += "\n" if token.type == "hardbreak" else " "
        elif token.type == "link_open":
            address, start = str(token.attrs.get("href", "")), len(out)
        elif token.type == "link_close":
            out += "" if out[start:] == address.removeprefix("mailto:") else f" ({address})"
        elif token.type == "image":
            out += f"{token.content} ({token.attrs.get('src', '')})".strip()
    return out
