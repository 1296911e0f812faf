"""The pages: nothing foreign in them, nothing but them to be had, kept by browsers as long as they are current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.errors import NotFound
from chalicelib.web import pages

WEB = Path(pages.__file__).parent
OWN = sorted(p for p in WEB.rglob("*") if p.suffix in pages.TYPES and p.parent.name != "vendor")
REFERENCE = re.compile(r"""["'](\./[\w./-]+\.(?:js|css|svg))\?v=(\w+)["']""")
CHAT_BYTES = 60_000


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_page_lets_in_only_its_own_scripts_and_its_socket(name: str) -> None:
    policy = pages.serve(name, "wss://socket.example/api").headers["Content-Security-Policy"]
    directives = dict(d.split(" ", 1) for d in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["connect-src"] == "'self' wss://socket.example"
    assert directives["frame-ancestors"] == directives["base-uri"] == directives["form-action"] == "'none'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("socket", ["", "https://a.example", "wss://a.example; script-src *", "wss://a.example\r\nX: y", "wss://*"])
def test_a_strange_socket_address_opens_nothing(socket: str) -> None:
    assert "connect-src 'self';" in pages.serve("chat", socket).headers["Content-Security-Policy"]


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
    first = pages.serve("console", "wss://a.example")
    again = pages.serve("console", "wss://a.example", f'"old", W/{first.headers["ETag"]}')
    assert (again.status, again.body) == (304, "")
    assert pages.serve("console", "wss://a.example", '"old"').status == 200


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
