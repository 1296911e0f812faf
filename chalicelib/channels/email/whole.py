"""A mail as it came, for an agent who asks: all its headers, the whole text with what was quoted, and its HTML made harmless.

The HTML keeps no script, style, form, frame or address of a picture elsewhere (whoever loads one tells that the mail was opened); pictures
that the mail brings along are put into it. It is meant for a frame that may do nothing.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.channels.email import parse, parts, words
from chalicelib.channels.email.parts import Found
from chalicelib.conversations import file_names, files
from chalicelib.conversations.model import Message
from chalicelib.errors import NotFound

# What fits into one answer of a Lambda function (6 MB), every character escaped.
READ = 12 * 1024 * 1024  # bytes of the raw mail
TEXT = 200_000  # characters
HTML = 250_000
TAGS = 20_000  # what nests deeper keeps the sanitiser busy
PICTURES = 1_500_000  # bytes, together
HEADERS = 80
HEADER = 1_000

_TAGS = (
    "a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption "
    "figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strike strong sub "
    "sup table tbody td tfoot th thead time tr tt u ul var "
)
_SILENT = frozenset({"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea"})
_CELL = {"colspan", "rowspan", "align", "valign", "width"}
_ATTRIBUTES = {
    "*": {"dir", "lang"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": _CELL,
    "th": _CELL,
    "table": {"border", "cellpadding", "cellspacing", "width", "align"},
    "font": {"color", "size"},
    "ol": {"start", "type"},
}


def whole(message: Message) -> dict[str, Any]:
    """`{"headers": [[name, value]], "text", "html", "attachments", "url", "locked"}`. `url`: the raw mail, for five minutes; none if it is
    locked (`locked` says why: quarantined, or not known to be free of viruses). Raises NotFound, Unavailable."""
    key = message.meta.get("raw", "")
    if not key:
        raise NotFound("this message is no mail that is kept")
    locked = _why_locked(message)
    found = Found()
    root = parse.tree(_raw(key), found)
    parts.collect(root, found)
    return {
        "headers": [[name, _shown(str(value))] for name, value in root.raw_items()][:HEADERS],
        "text": "\n".join(found.texts)[:TEXT],
        "html": "" if message.meta.get("quarantined") else _html(found, with_pictures=not locked),
        "attachments": message.meta.get("attachments", []),
        "url": "" if locked else _address(key, message.subject),
        "locked": locked,
    }


def _why_locked(message: Message) -> str:
    """Of raw mails and files alike: what was not scanned, or failed, is handed to nobody."""
    quarantined = str(message.meta.get("quarantined", ""))
    return quarantined or ("virus" if any(entry["fate"] == "locked" for entry in message.meta.get("attachments", [])) else "")


def _raw(key: str) -> bytes:
    with clients.translated("read the raw mail"):
        answer = clients.client("s3").get_object(Bucket=settings.env("MAIL_BUCKET"), Key=key, Range=f"bytes=0-{READ - 1}")
    content: bytes = answer["Body"].read()
    return content


def _address(key: str, subject: str) -> str:
    asked = {
        "Bucket": settings.env("MAIL_BUCKET"),
        "Key": key,
        "ResponseContentType": files.OTHER,
        "ResponseContentDisposition": files.disposition(file_names.clean(f"{subject[:80]}.eml", "mail.eml")),
    }
    url: str = clients.client("s3").generate_presigned_url("get_object", Params=asked, ExpiresIn=files.EXPIRES)
    return url


def _shown(value: str) -> str:
    return words.decoded(words.raw_header(value))[:HEADER]


def _html(found: Found, *, with_pictures: bool) -> str:
    html = "\n".join(parts.text_of(part, content) for part, content in found.html)[:HTML]
    html = "<".join(html.split("<", TAGS)[:TAGS])
    pictures = _pictures(found) if with_pictures else {}
    return clean(html, pictures)[: HTML + 2 * PICTURES] if html.strip() else ""


def _pictures(found: Found) -> dict[str, str]:
    """Content id -> data: address, as many as fit; only what really is a picture that browsers show harmlessly."""
    made: dict[str, str] = {}
    left = PICTURES
    for file in found.attachments:
        harmless = file.type in files.PICTURES and files.looks_like(file.type, file.content[:32])
        if file.inline and harmless and len(file.content) <= left:
            left -= len(file.content)
            made[file.content_id.lower()] = f"data:{file.type};base64,{b64encode(file.content).decode()}"
    return made


def clean(html: str, pictures: dict[str, str]) -> str:
    """Harmless HTML: nothing runs, nothing is loaded from elsewhere, links open apart. `pictures`: content id -> data: address."""
    import nh3  # 2.5 MB that only this needs

    def allowed(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return pictures.get(value.strip()[4:].lower()) if value.strip()[:4].lower() == "cid:" else None
        return None if attribute == "href" and value.strip().lower().startswith(("cid:", "data:")) else value

    return nh3.clean(
        html,
        tags=set(_TAGS.split()),
        clean_content_tags=set(_SILENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=allowed,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
