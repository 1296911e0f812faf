"""A raw mail into its parts. Pure; any bytes give a Mail, and whatever could not be read is said in its `remarks`.

The parsers' default policy is compat32, the cheap one; importing `email.policy` alone would cost a cold start 15 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message as Part
from email.parser import BytesHeaderParser, BytesParser
from typing import Any

from chalicelib.channels import email_html, email_words

LIMIT = 42 * 1024 * 1024  # bytes; SES takes 40 MB
BOUNDARIES = 100  # a mail with more multiparts is not taken apart: the parser's time and stack grow with each
PARTS = 200
TEXT = 60_000  # characters of text kept on a message; the raw mail has the rest
SUBJECT = 250

_BOUNDARY = re.compile(rb"boundary[ \t]*\*?\d*\*?=", re.IGNORECASE)
_RFC822 = re.compile(rb"^content-type:[ \t]*message/", re.IGNORECASE | re.MULTILINE)
# What a multipart/report reports on: for those who handle bounces, not for reading.
_REPORTED = frozenset(
    [
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/rfc822",
        "message/global",
        "message/global-delivery-status",
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/rfc822-headers",
    ]
)
_UNSAFE_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u061c\u200b-\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]')


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is cleaned for showing; it never becomes part of a path or key. `content_id` marks an inline picture."""

    name: str
    type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says. `headers` are unfolded and raw (encoded words not yet decoded), by lower-case name."""

    headers: dict[str, list[str]]
    type: str  # of the whole: "text/plain", "multipart/report", …
    report: str  # the report-type of a multipart/report
    name: str
    address: str
    subject: str
    text: str
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    remarks: tuple[str, ...]

    def header(self, name: str) -> str:
        return next(iter(self.headers.get(name, ())), "")


@dataclass(slots=True)
class _Found:
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def parse(raw: bytes) -> Mail:
    found = _Found()
    root = _tree(raw, found)
    headers = _headers(root)
    _collect(root, found)

    def one(name: str) -> str:
        return next(iter(headers.get(name, ())), "")

    name, address = email_words.mailbox(one("from"))
    return Mail(
        headers=headers,
        type=root.get_content_type(),
        report=_parameter(root, "report-type").lower(),
        name=name,
        address=address,
        subject=_cut(email_words.decoded(one("subject")), SUBJECT),
        text=_whole_text(found),
        message_id=next(iter(email_words.ids(one("message-id"))), "") or one("message-id").strip("<> ")[:400],
        in_reply_to=tuple(email_words.ids(one("in-reply-to"), 3)),
        references=tuple(email_words.ids(one("references"))),
        attachments=tuple(found.attachments),
        remarks=tuple(found.remarks),
    )


def _tree(raw: bytes, found: _Found) -> Part:
    if len(raw) > LIMIT:
        found.remarks.append(f"The mail has {len(raw)} bytes; only the first {LIMIT} were read.")
        raw = raw[:LIMIT]
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]  # the separator line of a mailbox file
    if raw[:4000].count(b"\n") == 0 and b"\r" in raw[:4000]:
        raw = raw.replace(b"\r", b"\n")
    if len(_BOUNDARY.findall(raw)) + len(_RFC822.findall(raw)) <= BOUNDARIES:
        try:
            return BytesParser().parsebytes(raw)
        except (RecursionError, MessageError, ValueError, LookupError, AssertionError):
            pass
    found.remarks.append("The mail is nested too deeply to be taken apart; only its headers were read.")
    root = BytesHeaderParser().parsebytes(raw)
    root.set_payload("")
    return root


def _headers(root: Part) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for given, value in root.raw_items():
        name = str(given).lower()
        headers.setdefault(name, []).append(email_words.raw_header(value, both_ends=name == "references"))
    return headers


def _collect(root: Part, found: _Found) -> None:
    for count, part in enumerate(_leaves(root)):
        if count >= PARTS:
            found.remarks.append(f"The mail has more than {PARTS} parts; the others are in the raw mail only.")
            return
        if not (root.get_content_type() == "multipart/report" and part.get_content_type() in _REPORTED):
            _take(part, found)


def _leaves(part: Part) -> Iterator[Part]:
    """In reading order. Of alternatives the plain text is read, or else the HTML; the others are the same words again."""
    children = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(children, list):
        yield part
        return
    parts = [child for child in children if isinstance(child, Part)]
    if part.get_content_subtype() == "alternative":
        leaves = [leaf for child in parts for leaf in _leaves(child)]
        yield from _without_doubles(leaves)
    else:
        for child in parts:
            yield from _leaves(child)


def _without_doubles(leaves: list[Part]) -> Iterator[Part]:
    plain = [leaf for leaf in leaves if _is_text(leaf, "plain") and _text(leaf).strip()]
    for leaf in leaves:
        if plain and _is_text(leaf, "html"):
            continue
        if not plain and _is_text(leaf, "plain"):
            continue
        yield leaf


def _is_text(part: Part, subtype: str = "") -> bool:
    if part.get_content_maintype() == "multipart":
        return not subtype  # one without its boundary: the parser left it whole
    if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
        return False
    kind = part.get_content_subtype()
    return kind == subtype if subtype else kind in ("plain", "html", "enriched", "x-amp-html") and not _filename(part)


def _take(part: Part, found: _Found) -> None:
    """Into the text or the attachments."""
    if _is_text(part):
        text = _text(part)
        if text.strip():
            found.texts.append(text)
        return
    content = _content(part)
    if content or _filename(part):
        kind = part.get_content_type()
        content_id = email_words.plain_line(str(part.get("content-id", ""))).strip("<> ")[:200]
        found.attachments.append(Attachment(clean_name(_filename(part), kind), kind, content, content_id))


def _text(part: Part) -> str:
    text = email_words.text_of(_content(part), _parameter(part, "charset") or None)
    text = email_words.without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))
    if part.get_content_subtype() == "html":
        return email_html.text_from_html(text)
    return _unflowed(text) if _parameter(part, "format").lower() == "flowed" else text


def _content(part: Part) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):  # message/rfc822 and broken multiparts
        return b"\r\n".join(_bytes(child) for child in payload if isinstance(child, Part))
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = str(payload).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _bytes(part: Part) -> bytes:
    try:
        return part.as_bytes()
    except (ValueError, LookupError, RecursionError, MessageError, TypeError, AttributeError):
        return b""


def _parameter(part: Part, name: str) -> str:
    try:
        value = part.get_param(name)
    except (ValueError, LookupError):
        return ""
    text = value[2] if isinstance(value, tuple) else value
    return email_words.plain_line(text) if isinstance(text, str) else ""


def _filename(part: Part) -> str:
    """RFC 2231 or RFC 2047, from either header, or raw bytes; not yet cleaned."""
    for header, name in (("content-disposition", "filename"), ("content-type", "name")):
        values = [value for key, value in _parameters(part, header) if key.lower() == name]
        for value in values:
            if isinstance(value, tuple):  # RFC 2231 goes before its plain twin for old readers
                return email_words.text_of(value[2].encode("latin-1", "replace"), value[0] or "utf-8")
        if values and values[0]:
            return email_words.decoded(email_words.raw_header(values[0]))
    return ""


def _parameters(part: Part, header: str) -> list[tuple[str, Any]]:
    raw = next((str(value) for name, value in part.raw_items() if name.lower() == header), "")
    if raw and not raw.isascii():
        part = Part()
        part[header] = email_words.raw_header(raw)
    try:
        return part.get_params([], header=header) or []
    except (ValueError, LookupError):
        return []


def clean_name(name: str, content_type: str) -> str:
    """Safe to show and to offer for download: no path, no control or direction marks, at most 120 characters."""
    last = re.split(r"[/\\]", name)[-1]
    last = " ".join(_UNSAFE_IN_NAMES.sub("_", last).split()).strip(". ")
    if not last:
        return "attachment." + {"message/rfc822": "eml", "text/calendar": "ics"}.get(content_type, "bin")
    stem, dot, ending = last.rpartition(".")
    return last if len(last) <= 120 else (stem[:100] + dot + ending[:19] if dot else last[:120])


def _unflowed(text: str) -> str:
    """RFC 3676: a line that ends in a space goes on in the next; the signature's separator does not."""
    lines: list[str] = []
    for stuffed in text.split("\n"):
        line = stuffed.removeprefix(" ")
        joins = lines and lines[-1].endswith(" ") and lines[-1] != "-- " and not line.startswith(">") and not lines[-1].startswith(">")
        if joins:
            lines[-1] += line
        else:
            lines.append(line)
    return "\n".join(lines)


def _whole_text(found: _Found) -> str:
    text = "\n".join(text.strip("\n") for text in found.texts)
    if len(text) > TEXT:
        found.remarks.append(f"The text has {len(text)} characters; only the first {TEXT} are shown.")
    return _cut(text, TEXT)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
