"""The parts of a mail and what becomes of each: shown as text, kept as a file, or refused and why. Pure.

Whatever a part claims to be, its bytes are kept as they came; nothing is silently left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.errors import MessageError
from email.generator import BytesGenerator
from email.message import Message as Part
from io import BytesIO
from typing import Any, Literal

from chalicelib.channels.email import html as email_html
from chalicelib.channels.email import tnef
from chalicelib.channels.email import words as email_words
from chalicelib.conversations import file_names

Fate = Literal["stored", "inline", "shown", "refused"]

PARTS = 100  # so many are listed; a mail of more parts is no letter, and the list must fit into the table's item
DOUBLE = "the same words in another form"

_ENDINGS = {
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/html": "html",
    "text/plain": "txt",
    "image/png": "png",
    "image/jpeg": "jpg",
}
_CID = re.compile(rb"cid:([^\"'\s<>)]{1,250})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is cleaned for showing; it never becomes part of a path or key. `content` is empty unless the part is kept.

    `inline`: a picture that the HTML shows by its `content_id`. `why`: it is refused.
    """

    name: str
    type: str
    content: bytes
    content_id: str = ""
    fate: Fate = "stored"
    why: str = ""
    inline: bool = False
    size: int = 0


@dataclass(slots=True)
class Found:
    texts: list[str] = field(default_factory=list)
    html: list[tuple[Part, bytes]] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    invites: list[str] = field(default_factory=list)  # calendars, not yet in words


def collect(root: Part, found: Found) -> None:
    """Takes the tree apart, in reading order."""
    leaves = list(_leaves(root))
    for leaf in leaves[:PARTS]:
        _take(leaf, found)
    if len(leaves) == 1 and leaves[0].kind:
        found.attachments.pop()  # a mail of one text has no parts to tell of
    if len(leaves) > PARTS:
        why = f"{len(leaves) - PARTS} more parts: they are in the whole mail only"
        found.attachments.append(Attachment("", root.get_content_type(), b"", fate="refused", why=why))
        found.remarks.append(f"The mail has more than {PARTS} parts; the others are in the raw mail only.")
    _mark_inline(found)


@dataclass(slots=True)
class _Leaf:
    part: Part
    kind: str  # of the message's own text: "plain", "html" …; "" for a file
    content: bytes
    text: str = ""  # of a plain one
    double: bool = False


def _leaves(part: Part) -> Iterator[_Leaf]:
    """In reading order. Of alternatives the plain text is read, or else the HTML; the others are the same words again."""
    children = part.get_payload()
    if part.get_content_maintype() != "multipart" or not isinstance(children, list):
        kind, content = _kind(part), _content(part)
        yield _Leaf(part, kind, content, _text(part, content) if kind == "plain" else "")
        return
    leaves = [leaf for child in children if isinstance(child, Part) for leaf in _leaves(child)]
    if part.get_content_subtype() == "alternative":
        read = next((kind for kind in ("plain", "html") if any(leaf.kind == kind and _says_something(leaf) for leaf in leaves)), "")
        for leaf in leaves:
            leaf.double = leaf.double or bool(read and leaf.kind not in ("", read))
    yield from leaves


def _says_something(leaf: _Leaf) -> bool:
    return bool((leaf.text if leaf.kind == "plain" else leaf.content).strip())


def _kind(part: Part) -> str:
    """Which kind of the message's own text this is; "" for a file."""
    kind = part.get_content_subtype()
    if part.get_content_maintype() == "multipart":
        return "whole"  # one without its boundary: the parser left it whole
    if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
        return ""
    return kind if kind in ("plain", "html", "enriched", "x-amp-html") and not _filename(part) else ""


def _take(leaf: _Leaf, found: Found) -> None:
    """Into the text or the files."""
    if not leaf.kind:
        _take_file(leaf, found)
        return
    if leaf.kind == "html":
        found.html.append((leaf.part, leaf.content))
    if not leaf.double:
        text = leaf.text if leaf.kind == "plain" else _text(leaf.part, leaf.content)
        text = email_html.text_from_html(text) if leaf.kind == "html" else text
        if text.strip():
            found.texts.append(text)
    why = DOUBLE if leaf.double else ""
    found.attachments.append(Attachment("", leaf.part.get_content_type(), b"", fate="shown", why=why, size=len(leaf.content)))


def _take_file(leaf: _Leaf, found: Found) -> None:
    part, content, kind = leaf.part, leaf.content, leaf.part.get_content_type()
    name = _filename(part) or _subject_of(part)
    content_id = email_words.plain_line(str(part.get("content-id", ""))).strip("<> ")[:200]
    file = Attachment(_clean(name, kind), kind, content, content_id, size=len(content))
    found.attachments.append(file if content else replace(file, fate="refused", why="it is empty"))
    if kind == "text/calendar":
        found.invites.append(_text(part, content))
    if kind in tnef.TYPES or name.lower() == "winmail.dat":
        _open_tnef(content, found)


def _open_tnef(content: bytes, found: Found) -> None:
    try:
        opened = tnef.opened(content)
    except ValueError:
        found.remarks.append("The winmail.dat could not be opened; it is kept as it came.")
        return
    for name, inner in opened.files:
        found.attachments.append(Attachment(_clean(name, "application/octet-stream"), "application/octet-stream", inner, size=len(inner)))
    if opened.body.strip() and not found.texts:
        found.texts.append(opened.body)


def _mark_inline(found: Found) -> None:
    named = [n for n, file in enumerate(found.attachments) if file.content_id and file.type.startswith("image/")]
    if not named or not found.html:
        return
    shown = {cid.decode("latin-1").lower() for _, html in found.html for cid in _CID.findall(html)}
    for n in named:
        file = found.attachments[n]
        if file.content_id.lower() in shown or _quoted(file.content_id) in shown:
            found.attachments[n] = replace(file, inline=True, fate="inline" if file.fate == "stored" else file.fate)


def _quoted(content_id: str) -> str:
    from urllib.parse import quote

    return quote(content_id, safe="@").lower()


def text_of(part: Part, content: bytes) -> str:
    """A text part's words as its sender wrote them; HTML is still HTML."""
    text = email_words.text_of(content, parameter(part, "charset") or None)
    return email_words.without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(part: Part, content: bytes) -> str:
    text = text_of(part, content)
    flowed = part.get_content_subtype() != "html" and parameter(part, "format").lower() == "flowed"
    return _unflowed(text) if flowed else text


def _content(part: Part) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):  # message/rfc822, message/delivery-status and broken multiparts
        return _inner(part, [child for child in payload if isinstance(child, Part)])
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = str(payload).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _inner(part: Part, children: list[Part]) -> bytes:
    encoded = str(part.get("content-transfer-encoding", "")).strip().lower() == "base64"
    if encoded and len(children) == 1 and not children[0].items():  # not allowed (RFC 2046), but done
        return email_words.lenient_base64(str(children[0].get_payload()).encode("ascii", "ignore"))
    return b"\r\n".join(_written(child) for child in children)


def _written(part: Part) -> bytes:
    """A mail within a mail, as it was: no header is folded anew, and no line gets a ">"."""
    out = BytesIO()
    try:
        BytesGenerator(out, mangle_from_=False, maxheaderlen=0, policy=part.policy.clone(linesep="\r\n")).flatten(part)
    except (ValueError, LookupError, RecursionError, MessageError, TypeError, AttributeError):
        return out.getvalue()
    return out.getvalue()


def _subject_of(part: Part) -> str:
    """A mail within a mail is called by its subject."""
    children = part.get_payload()
    if part.get_content_type() != "message/rfc822" or not isinstance(children, list) or not children:
        return ""
    subject = email_words.decoded(email_words.raw_header(children[0].get("subject", ""))) if isinstance(children[0], Part) else ""
    return f"{subject.replace('/', '_').replace(chr(92), '_')[:100]}.eml" if subject else ""


def parameter(part: Part, name: str) -> str:
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


def _clean(name: str, content_type: str) -> str:
    return file_names.clean(name, "attachment." + _ENDINGS.get(content_type, "bin"))


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
