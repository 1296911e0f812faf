"""What browsers load: two pages and their assets, with the headers that keep them safe and quick.

Pure: reads only the files beside it, once. Assets are addressed with the version of all of them (`?v=…`), so that
a browser may keep them for ever and a new release is seen at once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path

from chalicelib.errors import NotFound

HERE = Path(__file__).parent
PAGES = ("chat", "console")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"  # kept, but used only after the ETag was compared

_ORIGIN = re.compile(r"(wss?://[A-Za-z0-9.\-\[\]:]+)(?:/.*)?")
_REFERENCE = re.compile(r"""(?<=["'])(\./(?:assets/)?[a-z-]+\.(?:js|css|svg))(?=["'])""")
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    headers: dict[str, str]
    body: str


def serve(name: str, socket_origin: str = "", if_none_match: str = "", *, business: str = "", asked_version: str = "") -> Page:
    """`name` is "chat", "console" or an asset's file name; `asked_version` the request's `v`, `business` the name shown.

    `socket_origin` is the WebSocket's address (its host differs from the page's). 304 if the browser has it. Raises NotFound.
    """
    body, suffix = _rendered(name, business)
    tag = '"' + sha256(body.encode()).hexdigest()[:20] + '"'
    headers = {**_COMMON, "Content-Type": TYPES[suffix], "ETag": tag, "Cache-Control": ASK_FIRST}
    if suffix == ".html":
        headers |= _page_headers(socket_origin)
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
    """The only files that can be asked for, so that no name leads anywhere else."""
    return {p.name: p for folder in ("assets", "vendor") for p in (HERE / folder).iterdir() if p.suffix in TYPES}


@cache
def _rendered(name: str, business: str) -> tuple[str, str]:
    path = HERE / f"{name}.html" if name in PAGES else _assets().get(name)
    if path is None:
        raise NotFound("there is no such page")
    text = path.read_text(encoding="utf-8")
    text = _REFERENCE.sub(rf"\1?v={version()}", text)
    return text.replace("{{business}}", escape(business or "Baton")), path.suffix


def _page_headers(socket: str) -> dict[str, str]:
    found = _ORIGIN.fullmatch(socket)
    connect = f"'self' {found[1]}" if found else "'self'"
    return {
        "Content-Security-Policy": "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self'",
                f"connect-src {connect}",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            )
        ),
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
