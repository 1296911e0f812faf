"""HTML mails into text that people and the bot can read. Pure.

inscriptis needs lxml (5 MB), html2text is GPL, and the standard library's tokenizer needs minutes for some 200 KB of
unclosed tags, so the few rules that a letter needs stand here. Nothing hidden
from the customer's eye is kept: a hidden text is not what she wrote. Quotes are marked as plain text marks them, so
that one set of rules finds the newly written words in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

LIMIT = 500_000  # characters of HTML that are read; more is never a letter
DEPTH = 60  # nested quotes are marked no deeper than any reader would follow

# A line of its own where a mail program begins the quoted mail.
QUOTE_STARTS = "\x1e"

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "svg", "object", "iframe", "noscript", "select"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_PARAGRAPHS = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote"])
_RAW = frozenset({"script", "style", "title", "textarea", "xmp"})
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
_TAG = re.compile(r"<(/?)([A-Za-z][\w:-]{0,40})((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(r"([\w:-]+)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?+")
LONGEST_TAG = 4_096  # a longer one (a picture inside the tag) is skipped unread
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all", re.IGNORECASE)
_QUOTE = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite-prefix|OutlookMessageHeader|protonmail_quote|zmail_extra|isForwardContent|ntes_not_fresh",
    re.IGNORECASE,
)
_QUOTE_IDS = frozenset(
    {"divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION", "isForwardContent", "mail-editor-reference-message-container"}
)


def text_from_html(html: str) -> str:
    reader = _Reader()
    for kind, value, attributes in _tokens(html[:LIMIT]):
        if kind == "text":
            reader.data(value)
        elif kind == "end":
            reader.end(value)
        else:
            reader.start(value, attributes)
    return reader.text()


def _tokens(html: str) -> Iterator[tuple[str, str, str]]:
    """("text", words, ""), ("start", tag, attributes), ("end", tag, ""). One pass: no construct is searched for twice."""
    end, lower = 0, html.lower()
    while (begin := html.find("<", end)) >= 0:
        if begin > end:
            yield "text", unescape(html[end:begin]), ""
        tag = _TAG.match(html, begin, begin + LONGEST_TAG)
        if tag:
            name, end = tag[2].lower(), tag.end()
            yield "end" if tag[1] else "start", name, tag[3]
            if name in _RAW and not tag[1]:
                closing = lower.find(f"</{name}", end)
                end = closing if closing >= 0 else len(html)
        elif html[begin + 1 : begin + 2] in ("!", "?", "/") or html[begin + 1 : begin + 2].isalpha():
            closing_mark = "-->" if html.startswith("<!--", begin) else ">"
            closing = html.find(closing_mark, begin + 2)
            end = closing + len(closing_mark) if closing >= 0 else len(html)
        else:
            yield "text", "<", ""
            end = begin + 1
    if end < len(html):
        yield "text", unescape(html[end:]), ""


class _Reader:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._hidden = ""  # the element that nothing inside is shown of
        self._depth = 0  # elements of its name that are open in it
        self._quotes = 0
        self._pre = 0

    def start(self, tag: str, attributes: str) -> None:
        if tag == "body" or (self._hidden == "p" and tag in _BLOCKS):
            self._hidden = ""  # closed without saying so
        if self._hidden:
            self._depth += tag == self._hidden
            return
        given = {name.lower(): unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(attributes[:4000])}
        if tag in _SKIPPED or _is_hidden(given):
            if tag not in _VOID:
                self._hidden, self._depth = tag, 1
            return
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        self._open(tag, given)

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if not self._quotes and (_QUOTE.search(given.get("class", "")) or given.get("id", "") in _QUOTE_IDS):
            self._break()
            self._lines.append(QUOTE_STARTS)
        if tag == "br":
            self._break(forced=True)
        elif tag == "li":
            self._line.append("- ")
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._pre += 1
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")
        elif tag == "img" and given.get("alt", "").strip():
            self._line.append(given["alt"].strip()[:200])

    def end(self, tag: str) -> None:
        if self._hidden:
            self._depth -= tag == self._hidden
            if not self._depth:
                self._hidden = ""
            return
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)

    def data(self, data: str) -> None:
        if self._hidden:
            return
        if self._pre:
            first, *rest = data.split("\n")
            self._line.append(first)
            for line in rest:
                self._break(forced=True)
                self._line.append(line)
        else:
            self._line.append(re.sub(r"[ \t\r\n\f]+", " ", data))

    def _break(self, forced: bool = False, paragraph: bool = False) -> None:
        line = "".join(self._line).replace("\xa0", " ")
        line = line.rstrip() if self._pre else re.sub(r" {2,}", " ", line).strip()
        self._line.clear()
        if line or forced:
            self._lines.append("> " * min(self._quotes, DEPTH) + line)
        if paragraph and self._lines and self._lines[-1].strip("> "):
            self._lines.append("> " * min(self._quotes, DEPTH))

    def text(self) -> str:
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in self._lines)).strip("\n ")


def _is_hidden(given: dict[str, str]) -> bool:
    return "hidden" in given or bool(_HIDDEN.search(given.get("style", "")))
