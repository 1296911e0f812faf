"""Files that customers and agents send: in S3, by content, under their thread.

`files/<thread>/<sha256>`: whoever names a file must stand in its thread, so a known hash opens nobody else's file; the same
file sent twice is stored once; and to forget a person is to delete a prefix. Names never become part of a key.

An entry of a message's `meta["attachments"]` is `{"name", "type", "size", "fate"}` and, where there is one, `sha256`, `why`,
`inline`, `content_id`. Fates: `stored`; `inline` (stored, shown within the text); `shown` (its words are part of the text);
`locked` (stored, but not known to be free of viruses: handed to nobody); `refused` (not kept apart, for `why`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256 as digest
from typing import Any, Protocol
from urllib.parse import quote

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.conversations import file_names
from chalicelib.errors import BadRequest, NotFound, TooLarge

Entry = dict[str, Any]

LARGEST = 10 * 1024 * 1024  # bytes of one upload from a browser
MOST = 10  # uploads with one message
EXPIRES = 300  # seconds that a signed address is good for
OTHER = "application/octet-stream"

# What browsers show harmlessly; anything else is only ever saved.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
ALLOWED = PICTURES | {
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "audio/mpeg",
    "audio/mp4",
    "text/csv",
    "text/plain",
    "video/mp4",
    "video/quicktime",
    "image/heic",
}

# First bytes -> type (media types of IANA). Types without an entry have no such mark.
_MARKS: tuple[tuple[bytes, int, frozenset[str]], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, frozenset({"image/png"})),
    (b"\xff\xd8\xff", 0, frozenset({"image/jpeg"})),
    (b"GIF8", 0, frozenset({"image/gif"})),
    (b"WEBP", 8, frozenset({"image/webp"})),
    (b"%PDF-", 0, frozenset({"application/pdf"})),
    (b"PK", 0, frozenset({"application/zip"}) | {t for t in ALLOWED if "officedocument" in t or "opendocument" in t}),
    (b"\xd0\xcf\x11\xe0", 0, frozenset({"application/msword", "application/vnd.ms-excel"})),
    (b"ftyp", 4, frozenset({"video/mp4", "video/quicktime", "audio/mp4", "image/heic"})),
)
_MARKED = frozenset[str]().union(*(types for _, _, types in _MARKS))
_HASH = re.compile(r"[0-9a-f]{64}")


def attachment(
    name: str,
    content_type: str,
    size: int,
    *,
    sha256: str = "",
    fate: str = "stored",
    why: str = "",
    inline: bool = False,
    content_id: str = "",
) -> Entry:
    """The one shape of an entry; empty parts are left out, as each costs on every write."""
    optional = {"sha256": sha256, "why": why, "inline": inline, "content_id": content_id}
    return {"name": name, "type": content_type[:80], "size": size, "fate": fate} | {key: value for key, value in optional.items() if value}


def store(thread: str, content: bytes) -> str:
    """Its SHA-256 in hex; storing twice is storing once. Raises Unavailable."""
    name = digest(content).hexdigest()
    with clients.translated("store a file"):
        clients.client("s3").put_object(Bucket=_bucket(), Key=_key(thread, name), Body=content, ContentType=OTHER)
    return name


def read(thread: str, sha256: str, first: int = 0) -> bytes:
    """The content, or its `first` bytes. Raises NotFound, Unavailable."""
    part = {"Range": f"bytes=0-{first - 1}"} if first else {}
    with clients.translated("read a file"):
        body: bytes = clients.client("s3").get_object(Bucket=_bucket(), Key=_key(thread, sha256), **part)["Body"].read()
    return body


def size(thread: str, sha256: str) -> int | None:
    """In bytes; None if it was never stored. Raises Unavailable."""
    try:
        with clients.translated("look for a file"):
            return int(clients.client("s3").head_object(Bucket=_bucket(), Key=_key(thread, sha256))["ContentLength"])
    except NotFound:
        return None


def upload_address(thread: str, sha256: str, size: int, content_type: str) -> dict[str, Any]:
    """`{"url", "headers"}` for one PUT of exactly this content: S3 checks its hash, length and type against the signature.

    Raises BadRequest, TooLarge.
    """
    _check(sha256, size, content_type)
    signed = {
        "Bucket": _bucket(),
        "Key": _key(thread, sha256),
        "ContentType": content_type,
        "ContentLength": size,
        "ChecksumSHA256": b64encode(bytes.fromhex(sha256)).decode(),
    }
    url = clients.client("s3").generate_presigned_url("put_object", Params=signed, ExpiresIn=EXPIRES)
    return {"url": url, "headers": {"Content-Type": content_type, "x-amz-checksum-sha256": signed["ChecksumSHA256"]}}


def download_address(thread: str, entry: Entry) -> str:
    """Good for five minutes. Only pictures open in the browser, anything else is saved. Raises NotFound if it is not handed out."""
    if entry["fate"] not in ("stored", "inline") or not entry.get("sha256"):
        raise NotFound("this file is not handed out")
    picture = entry["type"] in PICTURES
    asked = {
        "Bucket": _bucket(),
        "Key": _key(thread, entry["sha256"]),
        "ResponseContentType": entry["type"] if picture else OTHER,
        "ResponseContentDisposition": disposition(entry["name"], "inline" if picture else "attachment"),
    }
    url: str = clients.client("s3").generate_presigned_url("get_object", Params=asked, ExpiresIn=EXPIRES)
    return url


def place(thread: str, sha256: str) -> str:
    """Its address for other services of AWS: `s3://bucket/key`."""
    return f"s3://{_bucket()}/{_key(thread, sha256)}"


def prefix(thread: str) -> str:
    """How the keys of all files of a thread begin."""
    return f"files/{thread}/"


def disposition(name: str, kind: str = "attachment") -> str:
    """A Content-Disposition that any name survives (RFC 6266, RFC 8187)."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name) or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def find(entries: list[Entry], sha256: str) -> Entry:
    """The entry of a message with this content. Raises NotFound."""
    for entry in entries:
        if entry.get("sha256") == sha256:
            return entry
    raise NotFound("this message has no such file")


class Named(Protocol):
    """A file as a browser says that it uploaded it; `size` in bytes."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...


def checked(thread: str, claimed: Sequence[Named]) -> list[Entry]:
    """The entries of files that a browser says it uploaded, if they are really there and what it claims. Raises BadRequest, TooLarge."""
    return [_checked(thread, file) for file in claimed]


def looks_like(content_type: str, first: bytes) -> bool:
    """Do the first bytes (32 are enough) agree with the type? Types without a mark of their own must at least not bear another's."""
    for mark, offset, types in _MARKS:
        if first[offset : offset + len(mark)] == mark:
            return content_type in types
    return content_type not in _MARKED and not (content_type.startswith("text/") and b"\x00" in first)


def _checked(thread: str, claimed: Named) -> Entry:
    content_type, sha256, length = claimed.type, claimed.sha256, claimed.size
    _check(sha256, length, content_type)
    if size(thread, sha256) != length:
        raise BadRequest("this file was not uploaded: ask for an address, upload it, then send the message")
    if length and not looks_like(content_type, read(thread, sha256, first=32)):
        raise BadRequest(f"this file is not of the type {content_type}")
    return attachment(file_names.clean(claimed.name), content_type, length, sha256=sha256)


def _check(sha256: str, size: int, content_type: str) -> None:
    if not _HASH.fullmatch(sha256):
        raise BadRequest("sha256 must be the hash of the content: 64 hexadecimal digits")
    if content_type not in ALLOWED:
        raise BadRequest("files of this type cannot be sent: send a picture, a PDF, an office document, a text, or pack it into a ZIP file")
    if not 0 < size <= LARGEST:
        raise TooLarge(f"a file may have {LARGEST // 1024 // 1024} MB at most, and must not be empty")


def _bucket() -> str:
    return settings.env("FILES_BUCKET")


def _key(thread: str, sha256: str) -> str:
    return f"{prefix(thread)}{sha256}"
