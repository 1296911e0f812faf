"""A raw mail into its parts. Pure; any bytes give a Mail, and whatever could not be read is said in its `remarks`.

The parsers' default policy is compat32, the cheap one; importing `email.policy` alone would cost a cold start 15 ms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message as Part
from email.parser import BytesHeaderParser, BytesParser

from chalicelib.channels.email import calendar as email_calendar
from chalicelib.channels.email import parts as email_parts
from chalicelib.channels.email import words as email_words
from chalicelib.channels.email.parts import Attachment, Found

LIMIT = 42 * 1024 * 1024  # bytes; SES takes 40 MB
BOUNDARIES = 100  # a mail with more multiparts is not taken apart: the parser's time and stack grow with each
TEXT = 60_000  # characters of text kept on a message; the raw mail has the rest
SUBJECT = 250

_BOUNDARY = re.compile(rb"boundary[ \t]*\*?\d*\*?=", re.IGNORECASE)
_ENDLESS = re.compile(rb"^content-(?:type|disposition):(?:[^\n]|\n[ \t]){8000,}", re.IGNORECASE | re.MULTILINE)
_RFC822 = re.compile(rb"^content-type:[ \t]*message/", re.IGNORECASE | re.MULTILINE)


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
    invite: str  # a calendar invite in words
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    remarks: tuple[str, ...]

    def header(self, name: str) -> str:
        return next(iter(self.headers.get(name, ())), "")


def parse(raw: bytes) -> Mail:
    found = Found()
    root = tree(raw, found)
    headers = headers_of(root)
    email_parts.collect(root, found)

    def one(name: str) -> str:
        return next(iter(headers.get(name, ())), "")

    name, address = email_words.mailbox(one("from"))
    subject = _cut(email_words.decoded(one("subject")), SUBJECT)
    return Mail(
        headers=headers,
        type=root.get_content_type(),
        report=email_parts.parameter(root, "report-type").lower(),
        name=name,
        address=address,
        subject=subject,
        text=_whole_text(found),
        invite=_invite(found, subject) if found.invites else "",
        message_id=next(iter(email_words.ids(one("message-id"))), "") or one("message-id").strip("<> ")[:400],
        in_reply_to=tuple(email_words.ids(one("in-reply-to"), 3)),
        references=tuple(email_words.ids(one("references"))),
        attachments=tuple(found.attachments),
        remarks=tuple(found.remarks),
    )


def tree(raw: bytes, found: Found) -> Part:
    """The mail as the standard library reads it; what could not be read is noted in `found`."""
    if len(raw) > LIMIT:
        found.remarks.append(f"The mail has {len(raw)} bytes; only the first {LIMIT} were read.")
        raw = raw[:LIMIT]
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]  # the separator line of a mailbox file
    if raw[:4000].count(b"\n") == 0 and b"\r" in raw[:4000]:
        raw = raw.replace(b"\r", b"\n")
    raw = _ENDLESS.sub(_start, raw)
    if len(_BOUNDARY.findall(raw)) + len(_RFC822.findall(raw)) <= BOUNDARIES:
        try:
            return BytesParser().parsebytes(raw)
        except (RecursionError, MessageError, ValueError, LookupError, AssertionError):
            pass
    found.remarks.append("The mail is nested too deeply to be taken apart; only its headers were read.")
    root = BytesHeaderParser().parsebytes(raw)
    kept = Attachment(
        "", root.get_content_type(), b"", fate="refused", why="nested too deeply: it is in the whole mail only", size=len(raw)
    )
    found.attachments.append(kept)
    root.set_payload("")
    return root


def _start(header: re.Match[bytes]) -> bytes:
    """The standard library's time for parameters grows with the square of their number."""
    return header[0][:8000].replace(b"\n", b" ")


def headers_of(root: Part) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for given, value in root.raw_items():
        name = str(given).lower()
        headers.setdefault(name, []).append(email_words.raw_header(value, both_ends=name == "references"))
    return headers


def _invite(found: Found, subject: str) -> str:
    language = email_calendar.language_of(*([subject, *found.texts] if found.texts else found.invites))
    return "\n\n".join(filter(None, (email_calendar.in_words(invite, language) for invite in found.invites[:3])))


def _whole_text(found: Found) -> str:
    text = "\n".join(text.strip("\n") for text in found.texts)
    if len(text) > TEXT:
        found.remarks.append(f"The text has {len(text)} characters; only the first {TEXT} are shown.")
    return _cut(text, TEXT)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
