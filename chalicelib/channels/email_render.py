"""An outgoing message as a mail. Pure but for the signatures; whatever text comes in, no header can be smuggled in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from html import escape
from typing import Any

from chalicelib.channels import email_thread, email_words
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
_UNBROKEN = ("message-id", "in-reply-to", "references", "list-unsubscribe")


class _Policy(EmailPolicy):
    """Python encodes a word that is longer than a line; a message id in that form is none, and the thread would break."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in _UNBROKEN:
            return f"{name}: ".encode() + b"\r\n ".join(str(value).encode("ascii").split()) + b"\r\n"
        return bytes(super().fold_binary(name, value))


_POLICY = _Policy(linesep="\r\n", max_line_length=78)


def outgoing(message: Message, support: str, business: str, files: Iterable[tuple[dict[str, Any], bytes]] = ()) -> bytes:
    """The raw mail, in ASCII, lines under 998 bytes. Raises Undeliverable for an address that is none.

    `message.meta` may hold `in_reply_to` (message id) and `references` of the mail that is answered, `unasked` (a robot's mail that
    answers nothing) and `unsubscribe` (the address of a page that ends such mails). `files`: entries of attachments (conversations.files)
    with their contents.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _sender(message, support, business)
    mail["To"] = Address(addr_spec=recipient(message.address))
    mail["Subject"] = _line(message.subject)[:SUBJECT] if message.meta.get("confirmation") else subject(message.subject, business)
    mail["Date"] = format_datetime(datetime.fromtimestamp(message.at / 1000, UTC))
    mail["Message-ID"] = f"<{email_thread.reference(support, message.thread, message.id, message.address)}>"
    mail["Reply-To"] = Address(addr_spec=email_thread.reply_address(support, message.thread, message.address))
    _thread_headers(mail, message, support)
    _automatic_headers(mail, message)
    text = body(message)
    encoding = "base64" if _is_wide(text) else "quoted-printable"
    mail.set_content(text, charset="utf-8", cte=encoding)
    mail.add_alternative(_html(text, message.language), subtype="html", charset="utf-8", cte=encoding)
    for entry, content in files:
        kind, _, subtype = entry["type"].partition("/")
        charset = {"charset": "utf-8"} if kind == "text" and _is_utf8(content) else {}
        mail.add_attachment(content, maintype=kind, subtype=subtype, filename=_line(entry["name"]) or "file", params=charset)
    return mail.as_bytes()


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


def body(message: Message) -> str:
    """The text, and the article's address below it unless the text names it."""
    text = email_words.without_controls(message.text.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")
    return f"{text}\n\n{message.link}\n" if message.link and message.link not in text else f"{text}\n"


def _sender(message: Message, support: str, business: str) -> Address:
    business = _name(business)
    name = _name(message.name) if message.by != "bot" else ""
    shown = f"{name} ({business})" if name and business and name != business else name or business
    return Address(display_name=shown, addr_spec=support)


def _line(value: str) -> str:
    """One line without encoded words: the library would decode them, line breaks included."""
    return email_words.decoded(value).replace("=?", "= ?")


def _name(value: str) -> str:
    """A shown name must not look like an address of its own."""
    return re.sub(r'[<>@",;:\\()\[\]]', " ", _line(value))[:60].strip()


def _thread_headers(mail: EmailMessage, message: Message, support: str) -> None:
    """Our own reference goes along in References, because SES replaces the Message-ID that we give."""
    answered = _ids([str(message.meta.get("in_reply_to", ""))])
    chain = [i for i in dict.fromkeys(_ids(message.meta.get("references") or [])) if i not in answered]
    if len(chain) > REFERENCES:
        chain = chain[:1] + chain[1 - REFERENCES :]
    ours = email_thread.reference(support, message.thread, message.id, message.address)
    if answered:
        mail["In-Reply-To"] = f"<{answered[0]}>"
    mail["References"] = " ".join(f"<{i}>" for i in [*chain[:1], ours, *chain[1:], *answered])


def _automatic_headers(mail: EmailMessage, message: Message) -> None:
    """RFC 3834, 5.1, and Exchange's own: whoever gets it must not answer by a robot. RFC 2369 and 8058 for what nobody asked for."""
    if message.by == "bot":
        mail["Auto-Submitted"] = "auto-generated" if message.meta.get("unasked") else "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
    page = str(message.meta.get("unsubscribe", ""))
    if _WEB.fullmatch(page):
        mail["List-Unsubscribe"] = f"<{page}>"
        if page.startswith("https:"):
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


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
    return sum(c > "\x7f" for c in text) * 4 > len(text)


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
