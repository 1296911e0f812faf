"""An outgoing message as a mail. Pure but for the signatures; whatever text comes in, no header can be smuggled in.

Text and HTML are put together by hand: the standard library's policy for new mails parses each header that it is given, and would
cost a bot's answer a seventh of all its CPU (and each cold start 15 ms). Files, which are rare, are its work.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Iterable
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, quote
from hashlib import sha256
from html import escape
from typing import Any

from chalicelib.channels.email import thread
from chalicelib.channels.email import words as email_words
from chalicelib.conversations.model import Message
from chalicelib.errors import Undeliverable

REFERENCES = 12  # message ids given back; the first and the last ones of a longer chain
SUBJECT = 200

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])")
_ID = re.compile(r"[!-;=?A-~]{1,400}@[!-;=?A-~]{1,200}")
_REPLY = re.compile(r"^\s*(?:re|aw|sv|antw|回复|回覆|答复)\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_WEB = re.compile(r"https?://[!-;=?-~]{1,800}")
_LINK = re.compile(r"https?://[^\s<>\"']{1,500}[^\s<>\"'.,;:!?)\]]")


def outgoing(message: Message, support: str, business: str, files: Iterable[tuple[dict[str, Any], bytes]] = ()) -> bytes:
    """The raw mail, in ASCII, lines under 998 bytes. Raises Undeliverable for an address that is none.

    `message.meta` may hold `in_reply_to` (message id) and `references` of the mail that is answered, `unasked` (a robot's mail that
    answers nothing) and `unsubscribe` (the address of a page that ends such mails). `files`: entries of attachments (conversations.files)
    with their contents.
    """
    ours = thread.reference(support, message.thread, message.id, message.address)
    head = [
        f"From: {_sender(message, support, business)}",
        f"To: {recipient(message.address)}",
        _encoded("Subject: ", _subject(message, business)),
        f"Date: {format_datetime(datetime.fromtimestamp(message.at / 1000, UTC))}",
        f"Message-ID: <{ours}>",
        f"Reply-To: {thread.reply_address(support, message.thread, message.address)}",
        *_thread_headers(message, ours),
        *_automatic_headers(message),
        "MIME-Version: 1.0",
    ]
    text = body(message)
    words = _multipart("alternative", [_part("plain", text), _part("html", _html(text, message.language))])
    attached = [_file(entry, content) for entry, content in files]
    return "\r\n".join(head).encode("ascii") + b"\r\n" + (_multipart("mixed", [words, *attached]) if attached else words)


def recipient(address: str) -> str:
    """One plain address and nothing else. Raises Undeliverable."""
    if not _ADDRESS.fullmatch(address):
        raise Undeliverable("this is not an e-mail address that we can write to")
    return address


def subject(given: str, business: str) -> str:
    """The customer's own subject with one "Re:" before it."""
    line = _line(given)
    while _REPLY.match(line):
        line = _REPLY.sub("", line, count=1)
    line = line[:SUBJECT].strip()
    return f"Re: {line}" if line else f"Re: {_line(business)}"


def _subject(message: Message, business: str) -> str:
    """A code answers no mail."""
    return _line(message.subject)[:SUBJECT] if message.meta.get("confirmation") else subject(message.subject, business)


def body(message: Message) -> str:
    """The text, and the article's address below it unless the text names it."""
    text = email_words.without_controls(message.text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    return f"{text}\n\n{message.link}\n" if message.link and message.link not in text else f"{text}\n"


def _sender(message: Message, support: str, business: str) -> str:
    business = _name(business)
    name = _name(message.name) if message.by != "bot" else ""
    shown = f"{name} ({business})" if name and business and name != business else name or business
    if not shown:
        return support
    return f'"{quote(shown)}" <{support}>' if shown.isascii() else f"{_encoded('', shown)} <{support}>"


def _encoded(name: str, value: str) -> str:
    """A header's text in lines of 76 characters, as encoded words (RFC 2047) where it is not ASCII."""
    charset = "us-ascii" if value.isascii() else "utf-8"
    return name + Header(value, charset, maxlinelen=76, header_name=name.rstrip(": ") or "From").encode(linesep="\r\n")


def _line(value: str) -> str:
    """One line without encoded words: the library would decode them, line breaks included."""
    return email_words.decoded(value).replace("=?", "= ?")


def _name(value: str) -> str:
    """A shown name must not look like an address of its own."""
    return re.sub(r'[<>@",;:\\()\[\]]', " ", _line(value))[:60].strip()


def _thread_headers(message: Message, ours: str) -> list[str]:
    """Our own reference goes along in References, because SES replaces the Message-ID that we give."""
    answered = _ids([str(message.meta.get("in_reply_to", ""))])
    chain = [i for i in dict.fromkeys(_ids(message.meta.get("references") or [])) if i not in answered]
    if len(chain) > REFERENCES:
        chain = chain[:1] + chain[1 - REFERENCES :]
    known = "\r\n ".join(f"<{i}>" for i in [*chain[:1], ours, *chain[1:], *answered])
    return [*(f"In-Reply-To: <{i}>" for i in answered[:1]), f"References: {known}"]


def _automatic_headers(message: Message) -> list[str]:
    """RFC 3834, 5.1, and Exchange's own: whoever gets it must not answer by a robot. RFC 2369 and 8058 for what nobody asked for."""
    headers = []
    if message.by == "bot":
        kind = "auto-generated" if message.meta.get("unasked") else "auto-replied"
        headers = [f"Auto-Submitted: {kind}", "X-Auto-Response-Suppress: All"]
    page = str(message.meta.get("unsubscribe", ""))
    if _WEB.fullmatch(page):
        headers.append(f"List-Unsubscribe: <{page}>")
        if page.startswith("https:"):
            headers.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return headers


def _multipart(kind: str, parts: list[bytes]) -> bytes:
    """The boundary follows from the parts, and holds what neither base64 nor quoted-printable can."""
    boundary = "=_" + sha256(b"".join(parts)).hexdigest()[:32]
    between = f"--{boundary}".encode()
    start = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return start + b"".join(between + b"\r\n" + part + b"\r\n" for part in parts) + between + b"--\r\n"


def _part(subtype: str, text: str) -> bytes:
    wide, content = _is_wide(text), text.replace("\n", "\r\n").encode()
    encoding, coded = ("base64", encodebytes(content).replace(b"\n", b"\r\n")) if wide else ("quoted-printable", b2a_qp(content))
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + coded


def _file(entry: dict[str, Any], content: bytes) -> bytes:
    from email.message import MIMEPart
    from email.policy import SMTP

    part = MIMEPart(policy=SMTP)
    kind, _, subtype = entry["type"].partition("/")
    charset = {"charset": "utf-8"} if kind == "text" and _is_utf8(content) else {}
    name = _line(entry["name"]) or "file"
    part.set_content(content, maintype=kind, subtype=subtype, disposition="attachment", filename=name, params=charset)
    return part.as_bytes()


def _ids(values: Iterable[object]) -> list[str]:
    """A message id that looks like an encoded word would be decoded into whatever its sender likes."""
    return [value for value in map(str, values) if _ID.fullmatch(value) and "=?" not in value]


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_wide(text: str) -> bool:
    return (len(text) - len(text.encode("ascii", "ignore"))) * 4 > len(text)


def _html(text: str, language: str) -> str:
    """Paragraphs in the reader's own colours and writing direction; what is too long for a small screen is broken."""
    paragraphs = (f'<p dir="auto">{_linked(part)}</p>' for part in re.split(r"\n{2,}", text.strip()))
    spoken = f' lang="{language}"' if _LANGUAGE.fullmatch(language) else ""
    return (
        f'<!doctype html><html{spoken}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"></head>'
        '<body style="font-family:system-ui,sans-serif;font-size:15px;line-height:1.5;overflow-wrap:anywhere">\n'
        + "\n".join(paragraphs)
        + "\n</body></html>\n"
    )


def _linked(text: str) -> str:
    """Escaped; addresses of pages made into links."""
    out, end = [], 0
    for match in _LINK.finditer(text):
        address = escape(match[0])
        out += [escape(text[end : match.start()]), f'<a href="{address}">{address}</a>']
        end = match.end()
    return "".join([*out, escape(text[end:])]).replace("\n", "<br>\n")
