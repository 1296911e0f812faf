"""The pages: nothing foreign in them, nothing but them to be had, kept by browsers as long as they are current."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest

from chalicelib.errors import NotFound
from chalicelib.web import pages

WEB = Path(pages.__file__).parent
OWN = sorted(p for p in WEB.rglob("*") if p.suffix in pages.TYPES and p.parent.name != "vendor")
REFERENCE = re.compile(r"""["'](\./[\w./-]+\.(?:js|css|svg))\?v=(\w+)["']""")
CHAT_BYTES = 96_000
WIDGET_BYTES = 12_000


OTHERS = pages.Origins("wss://socket.example/api", "https://files.s3.example", "https://www.shop.example https://shop.example")


def policy_of(name: str, origins: pages.Origins) -> dict[str, str]:
    policy = pages.serve(name, origins=origins).headers["Content-Security-Policy"]
    return dict(d.split(" ", 1) for d in policy.split("; "))


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_page_lets_in_only_its_own_scripts_its_socket_and_its_files(name: str) -> None:
    directives = policy_of(name, OTHERS)
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"].partition(" 'sha256-")[0] == "'self'"
    assert directives["connect-src"] == "'self' wss://socket.example https://files.s3.example"
    assert directives["img-src"].removesuffix(" data:") == "'self' blob: https://files.s3.example"
    assert directives["base-uri"] == directives["form-action"] == "'none'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert not [d for d in directives.values() if "unsafe" in d or "*" in d]


def test_only_the_console_shows_mails_and_only_in_one_style() -> None:
    chat, console = policy_of("chat", OTHERS), policy_of("console", OTHERS)
    assert (chat["style-src"], "frame-src" in chat, "data:" in chat["img-src"]) == ("'self'", False, False)
    [style] = re.findall(r'name="mail-style" content="(.*?)"', pages.serve("console").body)
    allowed = b64encode(sha256(unescape(style).encode()).digest()).decode()
    assert console["style-src"] == f"'self' 'sha256-{allowed}'"
    assert console["frame-src"] == "blob:"


STRANGE = (
    "",
    "ftp://a.example",
    "wss://a.example; script-src *",
    "https://a.example;script-src",
    "https://a.example/path",
    "wss://*",
    "'self'",
)


@pytest.mark.parametrize("strange", STRANGE)
def test_strange_addresses_open_nothing(strange: str) -> None:
    directives = policy_of("chat", pages.Origins(strange, strange, strange))
    assert directives["connect-src"] == "'self'"
    assert directives["img-src"] == "'self' blob:"
    assert directives["frame-ancestors"] == ("'none'" if strange else "*")


def test_the_console_is_never_embedded_and_the_chat_by_whom_the_business_names() -> None:
    assert policy_of("console", OTHERS)["frame-ancestors"] == "'none'"
    assert pages.serve("console").headers["X-Frame-Options"] == "DENY"
    assert policy_of("chat", OTHERS)["frame-ancestors"] == OTHERS.embedders
    assert policy_of("chat", pages.NO_OTHERS)["frame-ancestors"] == "*"
    assert "X-Frame-Options" not in pages.serve("chat").headers


def test_the_widget_may_be_loaded_by_other_sites_and_is_kept_for_an_hour() -> None:
    widget = pages.serve("widget.js", asked_version=pages.version())
    assert widget.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=3600" in widget.headers["Cache-Control"]
    assert pages.serve("chat.js").headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert len(widget.body) < WIDGET_BYTES


@pytest.mark.parametrize("name", ["chat", "console", "chat.js", "base.css", "icon.svg", "preact.js"])
def test_every_answer_names_its_type_and_forbids_guessing(name: str) -> None:
    page = pages.serve(name)
    assert page.status == 200
    assert page.headers["Content-Type"].endswith("charset=utf-8")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "name", ["", "nothing.js", "../pages.py", "pages.py", "chat.html", "LICENSE-htm", "assets/chat.js", "..%2fpages.py"]
)
def test_nothing_else_can_be_had(name: str) -> None:
    with pytest.raises(NotFound):
        pages.serve(name)


def test_a_browser_that_has_it_is_told_so() -> None:
    first = pages.serve("console", origins=OTHERS)
    again = pages.serve("console", f'"old", W/{first.headers["ETag"]}', origins=OTHERS)
    assert (again.status, again.body) == (304, "")
    assert pages.serve("console", '"old"', origins=OTHERS).status == 200


def test_only_the_current_version_is_kept_for_ever() -> None:
    assert "immutable" in pages.serve("chat.js", asked_version=pages.version()).headers["Cache-Control"]
    assert pages.serve("chat.js", asked_version="older").headers["Cache-Control"] == "no-cache"
    assert pages.serve("chat", asked_version=pages.version()).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_every_reference_leads_to_an_asset_of_this_version(path: Path) -> None:
    name = path.stem if path.suffix == ".html" else path.name
    prefix = "./assets/" if path.suffix == ".html" else "./"
    for address, version in REFERENCE.findall(pages.serve(name).body):
        assert version == pages.version()
        assert pages.serve(address.removeprefix(prefix)).status == 200


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_texts_cannot_become_markup_and_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|dangerously|\beval\(|new Function", text)
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}


def test_every_module_that_a_page_needs_is_preloaded() -> None:
    for name in pages.PAGES:
        page = pages.serve(name).body
        needed, open_ends = set(), [f"{name}.js"]
        while open_ends:
            module = open_ends.pop()
            found = {a.removeprefix("./") for a, _ in REFERENCE.findall(pages.serve(module).body)} - needed
            needed |= found
            open_ends += found
        assert all(f'rel="modulepreload" href="./assets/{n}?v=' in page for n in needed)


def test_the_business_is_named_and_cannot_break_out() -> None:
    assert "<title>Tea &amp; &lt;Co&gt;</title>" in pages.serve("chat", business="Tea & <Co>").body


def test_the_chat_page_is_light() -> None:
    page = pages.serve("chat")
    names = {address.rpartition("/")[2] for address, _ in REFERENCE.findall(page.body)}
    weight = len(page.body.encode()) + sum(len(pages.serve(n).body.encode()) for n in names)
    assert weight < CHAT_BYTES, f"{weight} bytes"
