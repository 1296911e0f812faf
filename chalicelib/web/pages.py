"""What browsers load: two pages, the widget and their assets, with the headers that keep them safe and quick.

Pure: reads only the files beside it, once. Assets are addressed with the version of all of them (`?v=…`), so that
a browser may keep them for ever and a new release is seen at once.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path

from chalicelib.business.appearance import Looks
from chalicelib.errors import NotFound

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
PAGES = ("chat", "console")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"  # kept, but used only after the ETag was compared
WIDGET = "widget.js"  # other sites name it without a version; an hour late is early enough
AN_HOUR = "public, max-age=3600, stale-while-revalidate=86400"

# The only style in the frame that shows a mail's HTML; a mail's own styles could cover what an agent relies on.
MAIL_STYLE = (
    "html{color-scheme:light}body{margin:1rem;color:#1d2321;background:#fff;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{border-collapse:collapse}pre{white-space:pre-wrap}a{pointer-events:none}"
    "blockquote{margin:.5rem 0;padding-left:.8rem;border-left:3px solid #ccc}"
)

_HOST = r"[A-Za-z0-9.\-\[\]:]+"
_SOCKET = re.compile(rf"(wss?://{_HOST})(?:/.*)?")
_ORIGIN = re.compile(rf"https?://(?:\*\.)?{_HOST}")
_REFERENCE = re.compile(r"""(?<=["'])((?:\./|(?:\.\./)+)(?:[a-z-]+/)*[a-z-]+\.(?:js|css|svg))(?=["'])""")
# Types and words for whoever reads the sources: a tenth of what a browser would load. A block begins and ends with its line.
_JSDOC = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}


@dataclass(frozen=True, slots=True)
class Origins:
    """Whom the pages deal with: the address of the `socket`, where `files` lie, `embedders` of the chat (parted by spaces; empty: all)."""

    socket: str = ""
    files: str = ""
    embedders: str = ""


NO_OTHERS, PLAIN = Origins(), Looks()


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: dict[str, str]
    body: str


def serve(name: str, if_none_match: str = "", *, origins: Origins = NO_OTHERS, looks: Looks = PLAIN, asked_version: str = "") -> Page:
    """`name` is "chat", "console" or an asset's path; `asked_version` the request's `v`; `looks`: what chat and widget wear, and the name.

    304 if the browser has it. Raises NotFound.
    """
    body, suffix = _rendered(name, looks if name in (*PAGES, WIDGET) else PLAIN, _files(origins))
    tag = '"' + sha256(body.encode()).hexdigest()[:20] + '"'
    headers = {**_COMMON, "Content-Type": TYPES[suffix], "ETag": tag, "Cache-Control": ASK_FIRST}
    headers["Cross-Origin-Resource-Policy"] = "cross-origin" if name == WIDGET else "same-origin"
    if suffix == ".html":
        headers |= _page_headers(name, origins, looks)
    elif name == WIDGET:
        headers["Cache-Control"] = AN_HOUR
    elif asked_version == version():
        headers["Cache-Control"] = FOR_EVER
    if tag in (t.strip().removeprefix("W/") for t in if_none_match.split(",")):
        return Page(304, headers, "")
    return Page(200, headers, body)


@cache
def version() -> str:
    """The hash of all assets together."""
    together = sha256()
    for name, path in sorted(_assets().items()):
        together.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return together.hexdigest()[:12]


@cache
def _assets() -> dict[str, Path]:
    """The only files that can be asked for, each by its path, so that no name leads anywhere else."""
    own = {path.relative_to(ASSETS).as_posix(): path for path in ASSETS.rglob("*")}
    foreign = {f"vendor/{path.name}": path for path in (HERE / "vendor").iterdir()}
    return {name: path for name, path in (own | foreign).items() if path.suffix in TYPES}


@lru_cache(maxsize=256)  # what a business set meanwhile is rendered anew
def _rendered(name: str, looks: Looks, files: str) -> tuple[str, str]:
    path = HERE / f"{name}.html" if name in PAGES else _assets().get(name)
    if path is None:
        raise NotFound("there is no such page")
    text = path.read_text(encoding="utf-8")
    text = _JSDOC.sub("", text) if path.suffix == ".js" else text
    text = _REFERENCE.sub(rf"\1?v={version()}", text)
    known = {"{{business}}": looks.name or "Baton", "{{files}}": files, "{{mail_style}}": MAIL_STYLE, "{{looks}}": looks.page}
    text = text.replace('"{{looks}}"', looks.widget) if name == WIDGET else text  # JSON is JavaScript
    for placeholder, value in known.items():
        text = text.replace(placeholder, escape(value))
    return text, path.suffix


def _page_headers(name: str, origins: Origins, looks: Looks) -> dict[str, str]:
    socket = _SOCKET.fullmatch(origins.socket)
    files = [found] if (found := _files(origins)) else []
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", *files],
        "connect-src": ["'self'", *([socket[1]] if socket else []), *files],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": _embedders(origins.embedders) if name == "chat" else ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["'none'"],
    }
    if name == "chat" and looks.picture:
        policy["img-src"].append(looks.picture)
    if name == "console":
        policy["style-src"].append(f"'sha256-{b64encode(sha256(MAIL_STYLE.encode()).digest()).decode()}'")
        policy["img-src"].append("data:")  # pictures within a mail
        policy["frame-src"] = ["blob:"]
    return {
        "Content-Security-Policy": "; ".join(" ".join((directive, *sources)) for directive, sources in policy.items()),
        **({} if name == "chat" else {"X-Frame-Options": "DENY"}),  # older than frame-ancestors, and can name no origins
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }


def _files(origins: Origins) -> str:
    return origins.files if _ORIGIN.fullmatch(origins.files) else ""


def _embedders(origins: str) -> list[str]:
    """What is no origin is left out; if nothing is left of a list that was given, nobody may embed the chat."""
    if not origins.strip():
        return ["*"]
    return [origin for origin in origins.split() if _ORIGIN.fullmatch(origin)] or ["'none'"]
