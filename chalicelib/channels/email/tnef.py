"""The files inside a winmail.dat, Outlook's own wrapping (TNEF). Pure; bounded by the length of what is read.

tnefparse, the library for it, believes every count that it reads: forty bytes keep it busy for hours. Format: [MS-OXTNEF].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.channels.email import words

TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
DEPTH = 4  # mails within mails
MOST = 100  # files of one winmail.dat

_SIGNATURE = 0x223E9F78
_EMBEDDED = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage: a mail in a file's place
_TITLE, _DATA, _STARTS, _PROPERTIES, _CODEPAGE, _BODY = 0x8010, 0x800F, 0x9002, 0x9005, 0x9007, 0x800C
_LONG_NAME, _SHORT_NAME, _OBJECT = 0x3707, 0x3704, 0x3701
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_TEXTS = {0x1E: "", 0x1F: "utf-16-le"}


@dataclass(slots=True)
class _File:
    title: bytes = b""
    name: str = ""
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Opened:
    """`files`: (name, content), names not yet cleaned; `body`: the plain text, if it has one."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    body: str = ""


def opened(content: bytes, depth: int = DEPTH) -> Opened:
    """Raises ValueError for what is no TNEF; what follows a broken place is left out."""
    if len(content) < 6 or struct.unpack_from("<I", content)[0] != _SIGNATURE:
        raise ValueError("this is no TNEF")
    codepage, body, files = "cp1252", "", []
    for kind, data in _attributes(content):
        if kind == _CODEPAGE and len(data) >= 4:
            codepage = f"cp{struct.unpack_from('<I', data)[0]}"
        elif kind == _BODY and not body:
            body = words.text_of(data.rstrip(b"\0"), codepage)
        elif kind == _STARTS:
            files.append(_File())
        elif files:
            _learn(files[-1], kind, data, codepage)
        if len(files) > MOST:
            break
    found = Opened(body=body)
    for file in files:
        found.files.extend(_within(file, codepage, depth))
    return found


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Level, id, type, length, data, checksum: one after the other."""
    offset = 6
    while offset + 11 <= len(content):
        kind, length = struct.unpack_from("<xHxxI", content, offset)
        if length > len(content) - offset - 9:
            return
        yield kind, content[offset + 9 : offset + 9 + length]
        offset += length + 11


def _learn(file: _File, kind: int, data: bytes, codepage: str) -> None:
    if kind == _TITLE:
        file.title = data.rstrip(b"\0")
    elif kind == _DATA:
        file.content = data
    elif kind == _PROPERTIES:
        for name, form, value in _properties(data):
            if name == _LONG_NAME or (name == _SHORT_NAME and not file.name):
                file.name = words.text_of(value, _TEXTS.get(form) or codepage).rstrip("\0")
            elif name == _OBJECT:
                file.content = value


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(id, type, first value) of each MAPI property; ends at the first that is broken."""
    try:
        offset = 4
        for _ in range(struct.unpack_from("<I", data)[0]):
            form, name = struct.unpack_from("<HH", data, offset)
            offset = _after_name(data, offset + 4) if name >= 0x8000 else offset + 4
            count = 1
            if form & 0x1000 or form not in _SIZES:
                count = struct.unpack_from("<I", data, offset)[0]
                offset += 4
            first, offset = _values(data, offset, form & 0x0FFF, count)
            yield name, form, first
    except struct.error:
        return


def _after_name(data: bytes, offset: int) -> int:
    """Behind the name of a property that has one: 16 bytes of whose, then a number or a text."""
    kind, length = struct.unpack_from("<16xII", data, offset)
    return int(offset + 24 + (_padded(length) if kind else 0))


def _values(data: bytes, offset: int, form: int, count: int) -> tuple[bytes, int]:
    """The first value and where the property ends. Raises struct.error where the data ends first."""
    first = b""
    for n in range(count):
        size = _SIZES.get(form)
        if size is None:
            length = struct.unpack_from("<I", data, offset)[0]
            offset += 4
            size = _padded(length)
        else:
            length = size
        if length > len(data) - offset:
            raise struct.error("cut")
        first = first if n else data[offset : offset + length]
        offset += size
    return first, offset


def _padded(length: int) -> int:
    return length + -length % 4


def _within(file: _File, codepage: str, depth: int) -> list[tuple[str, bytes]]:
    """The file itself, or those of the mail that stands in its place."""
    if file.content.startswith(_EMBEDDED):
        inner = file.content[len(_EMBEDDED) :]
        try:
            return opened(inner, depth - 1).files if depth > 1 else []
        except ValueError:
            return [(file.name, inner)]
    name = file.name or words.text_of(file.title, codepage)
    return [(name, file.content)] if file.content or name else []
