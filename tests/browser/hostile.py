"""The hostile strings (tests/fixtures/hostile), how each channel takes them in, and how one sees that a page stayed calm."""

from __future__ import annotations

import json
import os
import re
import time
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalicelib.channels.email import adapter as email
from chalicelib.channels.sms import adapter
from chalicelib.conversations.model import Message
from tests.browser.driver import Browser
from tests.unit.conftest import T0
from tests.unit.mails import CUSTOMER, SUPPORT, notification

FOLDER = Path(__file__).parents[1] / "fixtures" / "hostile"
CHAT, SMS, MAIL = 8_000, 4_000, 100_000  # characters that a channel takes; what is longer comes cut in these tests

# Everything by which a page could be made to run something for us, told to the outermost window.
TRAP = """
  const told = (what) => { try { (top.__ran ??= []).push(what + location.pathname); } catch {} };
  for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => told(name);
  Object.defineProperty(window, "__pwned", { set: () => told("__pwned"), configurable: true });
"""
# In a text there may be links and the button that shows more of it, and nothing else.
MARKUP = """
  const texts = [...document.querySelectorAll(arguments[0])];
  return texts.flatMap((e) => [...e.querySelectorAll(":not(a):not(button)")]).map((e) => e.outerHTML);
"""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Hostile:
    """`live`: what it did in Chromium when it was put into a page as it is."""

    id: str
    value: str
    live: tuple[str, ...] = ()


def strings() -> list[Hostile]:
    """All of them, from all files: with HOSTILE=all; else those that do something, and a sample of the others."""
    found = _read()
    return found if os.environ.get("HOSTILE") == "all" else [s for n, s in enumerate(found) if s.live or n % 8 == 0]


def _read() -> list[Hostile]:
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        held = json.loads(path.read_text(encoding="utf-8"))
        entries = [*held["strings"], *({"id": f"ordinary-{n}", "value": v} for n, v in enumerate(held.get("ordinary", [])))]
        found += [Hostile(f"{path.stem}/{e['id']}", e["value"], tuple(e.get("live_in_chromium_156") or ())) for e in entries]
    return found


def typed(value: str, longest: int) -> str:
    """What of a text we promise to show: all but control characters and what no UTF-8 can hold; line ends as `\\n`; no outer blanks."""
    return _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()[:longest]


def written(value: str, longest: int) -> str:
    """The same for a mail's text: there Unicode's own line ends are line ends, and C1 controls (0x80 to 0x9f) are controls."""
    return re.sub("[\x80-\x9f]", "", re.sub("[\u2028\u2029]", "\n", typed(value, longest)))


def word(value: str) -> str:
    """As a mail's header carries any text: encoded words (RFC 2047), each short enough, folded."""
    encoded = value.encode("utf-8", "replace")
    parts = [encoded[i : i + 42] for i in range(0, len(encoded), 42)] or [b""]
    return "\r\n ".join(f"=?utf-8?b?{b64encode(part).decode()}?=" for part in parts)


def mail(value: str, number: int, sender: str, support: str) -> bytes:
    """One mail with the string in every place: subject, display name, both bodies, a file's name."""
    text, name = b64encode(value.encode("utf-8", "replace")), b64encode(value[:200].encode("utf-8", "replace")).decode()
    lines = [
        f"From: {word(value[:150])} <{sender}>",
        f"To: {support}",
        f"Subject: {word(value[:900])}",
        f"Message-ID: <{number}@customer.example>",
        "References: <first@customer.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="outer"',
        "",
        "--outer",
        'Content-Type: multipart/alternative; boundary="inner"',
        "",
    ]
    for kind in ("plain", "html"):
        lines += ["--inner", f"Content-Type: text/{kind}; charset=utf-8", "Content-Transfer-Encoding: base64", "", *_wrapped(text), ""]
    lines += ["--inner--", "", "--outer", "Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64"]
    lines += [f'Content-Disposition: attachment; filename="=?utf-8?b?{name}?="', "", "AAAA", "", "--outer--", ""]
    return "\r\n".join(lines).encode("ascii")


def message(channel: Any, n: int, text: str) -> Message:
    return Message("w1", f"m-{n:08d}", "incoming", channel, T0 + n, text, "w1", name=text[:80] if channel == "webchat" else "")


def taken(channel: str, n: int, value: str) -> Message:
    """The message that the channel's own room makes of it."""
    if channel == "sms":
        return adapter.incoming(f"SM{n:032d}", "+12025550100", "+12025550177", value, T0 + n)
    if channel == "email":
        told = notification(f"ses-{n}")
        told["receipt"]["timestamp"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(T0 // 1000 + n))
        return email.incoming(told, mail(value, n, CUSTOMER, SUPPORT), SUPPORT)
    return message(channel, n, typed(value, CHAT))


def _wrapped(encoded: bytes) -> list[str]:
    text = encoded.decode()
    return [text[i : i + 76] for i in range(0, len(text), 76)]


def set_trap(page: Browser) -> None:
    page.command("Page.addScriptToEvaluateOnNewDocument", source=TRAP)


def assert_calm(page: Browser, address: str, *others: str) -> None:
    """Nothing ran, nobody left, nothing was asked of anybody but the page's own hosts and `others`."""
    assert page.driver.execute_script("return window.__ran ?? []") == []
    assert page.driver.current_url.partition("#")[0] == address
    assert page.strangers({urlsplit(a).netloc for a in (address, *others)}) == []


def foreign(page: Browser, selector: str) -> list[Any]:
    """Markup inside of texts: there is none."""
    found: list[Any] = page.driver.execute_script(MARKUP, selector)
    return found
