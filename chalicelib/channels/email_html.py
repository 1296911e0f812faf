"""HTML mails into text that people and the bot can read. Pure.

inscriptis needs lxml (5 MB) and html2text is GPL, so the standard library's tokenizer does it. Nothing hidden
from the customer's eye is kept: a hidden text is not what she wrote. Quotes are marked as plain text marks them, so
that one set of rules finds the newly written words in both.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

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
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
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
    try:
        reader.feed(html[:LIMIT])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        # The tokenizer gave up in the middle of nonsense: what was read until there is kept.
        pass
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._hidden: list[str] = []  # open elements inside a hidden one
        self._quotes = 0
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body" or (self._hidden == ["p"] and tag in _BLOCKS):
            self._hidden.clear()  # closed without saying so
        if self._hidden:
            if tag not in _VOID:
                self._hidden.append(tag)
            return
        given = {name: value or "" for name, value in attrs}
        if tag in _SKIPPED or _is_hidden(given):
            if tag not in _VOID:
                self._hidden.append(tag)
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

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                while self._hidden.pop() != tag:
                    pass
            return
        if tag in _BLOCKS:
            self._break(paragraph=tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)

    def handle_data(self, data: str) -> None:
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
