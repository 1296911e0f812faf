"""Bytes of unknown making into text: charsets that lie, encoded words, addresses, message ids. Pure; never raises.

The standard library's header parser of the modern policy costs ten times as much and refuses what real mailers
send, so headers are read raw (compat32) and decoded here.
"""

from __future__ import annotations

import binascii
import codecs
import re
from base64 import b64decode

# What mailers declare and what they mean by it: always the larger set of the same family.
_MEANT = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "tis-620": "cp874",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-936": "gb18030",
    "windows-949": "cp949",
    "windows-950": "cp950",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
}
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?(.*?)\?=", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u2028\u2029\ud800-\udfff]")
_ID = re.compile(r"<\s*([^<>]{1,400}?)\s*>")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@\\]{1,128}@[^\s<>()\[\],;:\"'@\\]{1,253}")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)')
_BRACKETED = re.compile(r"<\s*([^<>\s]{1,128}@[^<>\s@]{1,253})\s*>")

HEADER = 8_000  # characters of one header that are looked at


def text_of(data: bytes, declared: str | None) -> str:
    """The best reading: as declared if that works, UTF-8 if it is UTF-8 all the same, else a careful guess."""
    if data.isascii() and b"\x1b" not in data and declared is None:
        return data.decode("ascii")
    name = (declared or "").strip().strip("\"'").lower()
    name = _MEANT.get(name, name)
    if _is_narrow(name) and (shifted := _shifted(data)) is not None:
        return shifted
    if _is_narrow(name) and not data.isascii():
        # Real text of a one-byte charset is never valid UTF-8 by accident.
        text = _strictly(data, "utf-8")
        if text is not None:
            return text
    text = _strictly(data, name) if name else None
    return text if text is not None else _guess(data, name)


def _is_narrow(name: str) -> bool:
    return not name or name in ("us-ascii", "ascii", "utf-8") or name.startswith(("cp125", "iso-8859", "windows-125", "koi8"))


def _strictly(data: bytes, name: str) -> str | None:
    try:
        if codecs.lookup(name)._is_text_encoding is False:
            return None
        return data.decode(name)
    except (LookupError, UnicodeError, ValueError):
        return None


def _shifted(data: bytes) -> str | None:
    """Only ISO-2022-JP shifts like this."""
    return _strictly(data, "iso2022_jp_ext") if b"\x1b$" in data or b"\x1b(" in data else None


def _guess(data: bytes, declared: str) -> str:
    text = _shifted(data)
    text = _strictly(data, "utf-8") if text is None else text
    if text is not None:
        return text
    chinese = _strictly(data, "gb18030")
    if chinese is not None and _is_common_chinese(chinese):
        return chinese
    try:
        return data.decode(declared or "cp1252", "replace")
    except (LookupError, UnicodeError, ValueError):
        return data.decode("cp1252" if chinese is None else "utf-8", "replace")


def _is_common_chinese(text: str) -> bool:
    """Accented Latin letters can also be read as pairs, but as rare characters, alone between Latin letters."""
    wide = [c for c in text if c > "\x7f"]
    letters = sum(c.isascii() and c.isalpha() for c in text)
    common = len("".join(wide).encode("gb2312", "ignore")) // 2
    return len(wide) >= 2 and common >= 0.9 * len(wide) and len(wide) >= 0.3 * (len(wide) + letters)


def raw_header(value: object, both_ends: bool = False) -> str:
    """A header as the parser keeps it, unfolded, with stray 8-bit bytes decoded; encoded words still encoded. One that is
    too long keeps its start, or both ends."""
    text = str(value)
    text = f"{text[: HEADER // 2]} {text[-HEADER // 2 :]}" if both_ends and len(text) > HEADER else text[: HEADER * 4]
    if not text.isascii():
        text = text_of(text.encode("utf-8", "surrogateescape"), None)
    return " ".join(text.split())[: HEADER + 1]


def decoded(value: str) -> str:
    """Encoded words decoded, control characters and line breaks turned into spaces: safe to show in one line."""
    return plain_line(_join(_pieces(value)) if "=?" in value else value)


def plain_line(value: str) -> str:
    return " ".join(_CONTROL.sub(" ", value).split())


def without_controls(text: str) -> str:
    """For bodies: NUL and its kin must not reach the database or a log; Unicode's own line ends become ordinary ones."""
    return _CONTROL.sub("", re.sub("[\u2028\u2029]", "\n", text))


def _pieces(value: str) -> list[tuple[str, bytes | str]]:
    """(charset, bytes) of encoded words and ("", text) of what stands between them."""
    found: list[tuple[str, bytes | str]] = []
    end = 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        if between.strip() or (between and not found):
            found.append(("", between))
        found.append((match[1].partition("*")[0].lower(), _bytes(match[2], match[3])))
        end = match.end()
    if value[end:]:
        found.append(("", value[end:]))
    return found


def _bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return lenient_base64(raw)


def lenient_base64(raw: bytes) -> bytes:
    """What can be read of base64 that is cut, padded wrongly or full of strange characters."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return b64decode(letters + b"=" * (-len(letters) % 4))


def _join(pieces: list[tuple[str, bytes | str]]) -> str:
    """Neighbours of one charset are joined before decoding: several big mailers split inside a character."""
    out: list[str] = []
    charset, pending = "", b""
    for name, piece in [*pieces, ("", "")]:
        if isinstance(piece, bytes) and name == charset:
            pending += piece
            continue
        if pending:
            out.append(text_of(pending, charset))
        charset, pending = (name, piece) if isinstance(piece, bytes) else ("", b"")
        if isinstance(piece, str):
            out.append(piece)
    return "".join(out)


def mailbox(raw: str) -> tuple[str, str]:
    """(shown name, address) of the first mailbox in a raw header; (name, "") if there is no address. Parsed before it is
    decoded, so that no encoded word can smuggle in a second address. (`parseaddr` recurses into comments without end.)"""
    raw = raw[:2000]
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), raw)
    bracketed = _BRACKETED.search(bare)
    if bracketed:
        return _shown(raw[: bracketed.start()]), plain_line(bracketed[1]).lower()
    plain = _ADDRESS.search(_QUOTED.sub(lambda found: " " * len(found[0]), raw))
    if plain:
        comment = re.search(r"\(([^()]*)\)", raw)
        return _shown(comment[1] if comment else ""), plain[0].lower()
    name = decoded(raw)
    hidden = _BRACKETED.search(name) or _ADDRESS.search(name)
    if not hidden:
        return _shown(raw), ""
    return _shown(name[: hidden.start()]), plain_line(hidden[hidden.re.groups]).lower()


def _shown(name: str) -> str:
    name = decoded(re.sub(r"\\(.)", r"\1", name.strip().strip('"')))
    return name.strip(" \"'<,")[:200]


def addresses(raw: str, limit: int = 50) -> list[str]:
    """All addresses that stand in a raw header, in lower case."""
    return [found.lower() for found in _ADDRESS.findall(raw)[:limit]]


def ids(raw: str, limit: int = 40) -> list[str]:
    """Message ids without brackets: the first and the last ones if there are more than `limit`."""
    found = [plain_line(i).replace(" ", "") for i in _ID.findall(raw)]
    return found if len(found) <= limit else found[:1] + found[1 - limit :]
