"""The pages: nothing foreign in them, nothing but them to be had, kept by browsers as long as they are current."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import pytest

import app as contents
from chalicelib.business.appearance import Looks
from chalicelib.errors import NotFound
from chalicelib.web import pages

WEB = Path(pages.__file__).parent
OWN = sorted(p for p in WEB.rglob("*") if p.suffix in pages.TYPES and p.parent.name != "vendor")
KEPT = {p.relative_to(pages.ASSETS).as_posix() for p in OWN if p.suffix != ".html"}
ANY_REFERENCE = re.compile(r"""["'](\.[\w./-]*\.(?:js|css|svg))(?:\?v=(\w*))?["']""")
CHAT_BYTES = 100_000  # before compression
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
    assert pages.serve("chat/chat.js").headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert len(widget.body) < WIDGET_BYTES


@pytest.mark.parametrize("name", ["chat", "console", "chat/chat.js", "shared/base.css", "shared/icon.svg", "vendor/preact.js"])
def test_every_answer_names_its_type_and_forbids_guessing(name: str) -> None:
    page = pages.serve(name)
    assert page.status == 200
    assert page.headers["Content-Type"].endswith("charset=utf-8")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "nothing.js",
        "chat.js",
        "chat.html",
        "pages.py",
        "shared",
        "shared/",
        "/shared/base.css",
        "assets/chat/chat.js",
        "chat//chat.js",
        "chat/./chat.js",
        "chat/../chat/chat.js",
        "../pages.py",
        "..%2fpages.py",
        "%2e%2e/pages.py",
        "chat/%2e%2e/chat/chat.js",
        "chat%2fchat.js",
        "console%2Fwords/en.js",
        "shared/wire.d.ts",
        "vendor/LICENSE-htm",
        "vendor/../pages.py",
    ],
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
    assert "immutable" in pages.serve("chat/chat.js", asked_version=pages.version()).headers["Cache-Control"]
    assert pages.serve("chat/chat.js", asked_version="older").headers["Cache-Control"] == "no-cache"
    assert pages.serve("chat", asked_version=pages.version()).headers["Cache-Control"] == "no-cache"


def named_by(name: str) -> dict[str, str]:
    """What a page or an asset names, as a browser resolves it: the asset's path, with the version asked for."""
    at = "/" if name in pages.PAGES else f"/assets/{name}"
    return {urljoin(at, a).removeprefix("/assets/"): v for a, v in ANY_REFERENCE.findall(pages.serve(name).body)}


@cache
def needed_by(page: str) -> frozenset[str]:
    """All that a page comes to load."""
    needed: set[str] = set()
    open_ends = {page}
    while open_ends:
        found = {name for end in open_ends for name in named_by(end)}
        open_ends, needed = found - needed, needed | found
    return frozenset(needed)


@pytest.mark.parametrize("name", [*pages.PAGES, *sorted(KEPT)])
def test_every_reference_leads_to_an_asset_of_this_version(name: str) -> None:
    for found, version in named_by(name).items():
        assert version == pages.version()  # and so has one address wherever it is named: a module is loaded once
        assert pages.serve(found, asked_version=version).status == 200


def test_every_asset_is_of_use() -> None:
    needed = frozenset().union(*map(needed_by, pages.PAGES))
    assert needed == (KEPT - {pages.WIDGET}) | {"vendor/preact.js"}


def test_a_route_leads_to_every_asset() -> None:
    routes = [re.sub(r"\{\w+\}", "[^/]+", route) for route in contents.app.routes]
    ours = [f"/assets/{name}" for name in (KEPT - {pages.WIDGET}) | {"vendor/preact.js"}] + [f"/{pages.WIDGET}"]
    assert not [address for address in ours if not any(re.fullmatch(route, address) for route in routes)]


def test_a_page_loads_nothing_of_another() -> None:
    for page in pages.PAGES:
        assert {name.partition("/")[0] for name in needed_by(page)} == {page, "shared", "vendor"}


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_texts_cannot_become_markup_and_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|dangerously|\beval\(|new Function", text)
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://www.w3.org"}


def test_every_module_that_a_page_needs_is_preloaded() -> None:
    for page in pages.PAGES:
        preloaded = set(re.findall(r'rel="modulepreload" href="\./assets/(.*?)\?v=', pages.serve(page).body))
        assert preloaded == {name for name in needed_by(page) if name.endswith(".js")} - {f"{page}/{page}.js"}


def test_the_business_is_named_and_cannot_break_out() -> None:
    assert "<title>Tea &amp; &lt;Co&gt;</title>" in pages.serve("chat", looks=Looks(name="Tea & <Co>")).body


def test_the_chat_page_is_light() -> None:
    page = pages.serve("chat")
    weight = len(page.body.encode()) + sum(len(pages.serve(name).body.encode()) for name in needed_by("chat"))
    assert weight < CHAT_BYTES, f"{weight} bytes"


@pytest.mark.parametrize("name", sorted(name for name in KEPT if name.endswith(".js")))
def test_of_a_script_only_its_doc_comments_stay_behind(name: str) -> None:
    """A cast within a line stays."""
    source = (pages.ASSETS / name).read_text("utf-8").replace('"{{looks}}"', "null").splitlines()
    comment = re.compile(r"\s*(?:/\*\*(?!.*\*/.*\S)|\* |\*/|\*$).*")
    code = [line for line in source if not comment.match(line)]
    assert re.sub(r"\?v=\w+", "", pages.serve(name).body).splitlines() == code
