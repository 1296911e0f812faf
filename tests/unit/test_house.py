"""The house keeps its own rules: what calls itself pure is pure, rooms stay small, and what the docs name is there."""

from __future__ import annotations

import ast
import json
import re
import socket
from functools import cache
from pathlib import Path

import grimp
import pytest
from pytest_socket import SocketConnectBlockedError

import app as contents
from infra.template.functions import FUNCTIONS

ROOT = Path(__file__).parents[2]
ROOMS = ROOT / "chalicelib"
MODULES = sorted(ROOMS.rglob("*.py"))
SCRIPTS = sorted((ROOMS / "web" / "assets").rglob("*.js"))
# What reaches outside: AWS, other servers, the environment.
OUTSIDE = (
    "chalicelib.aws.clients",
    "chalicelib.safe_http",
    "chalicelib.settings",
    "botocore",
    "boto3",
    "urllib3",
    "socket",
    "random",
    "secrets",
)
CLOCKS = re.compile(r"\b(?:time\.time|datetime\.now|datetime\.utcnow|date\.today|os\.environ|os\.getenv)\b")
MOST_LINES = 350
IN_ROOMS = "chalicelib|tests|infra|bot|channels|desk|teaching|customers|knowledge|conversations|messages|interpretation|answers"


def name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def is_pure(path: Path) -> bool:
    """By the end of its first paragraph: "Pure.", "Pure; numpy."."""
    head = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n\n")[0]
    return re.search(r"\bPure(?:\.|;|, with numpy)", head) is not None


PURE = [path for path in MODULES if is_pure(path)]


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("chalicelib", include_external_packages=True)


def test_a_good_part_of_the_house_is_pure() -> None:
    assert len(PURE) >= 110


@pytest.mark.parametrize("path", PURE, ids=name)
def test_what_calls_itself_pure_reaches_nothing_outside(path: Path) -> None:
    known = graph()
    reached = [one for one in OUTSIDE if one in known.modules and known.find_shortest_chain(importer=name(path), imported=one)]
    chains = [known.find_shortest_chain(importer=name(path), imported=one) for one in reached]
    assert not chains
    assert not CLOCKS.search(path.read_text("utf-8"))


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=name)
def test_a_module_can_be_held_in_mind(path: Path) -> None:
    assert path.read_text("utf-8").count("\n") <= MOST_LINES


def test_the_table_of_contents_names_every_function_that_is_deployed() -> None:
    app = contents.app
    declared = {one.name for one in (*app.pure_lambda_functions, *app.event_sources, *app.websocket_handlers.values())}
    assert {one.key for one in FUNCTIONS.values()} == declared | {"api_handler", *contents.APART}
    assert {one.key: one.paths for one in FUNCTIONS.values() if one.paths} == contents.APART
    assert {path for paths in contents.APART.values() for path in paths} <= app.routes.keys()


def test_routes_stand_in_their_rooms() -> None:
    """A function loads the modules of the routes that it serves, and no others."""
    served = {path: one.routes.split() for one in FUNCTIONS.values() for path in one.paths}
    assert FUNCTIONS["APIHandler"].routes == "all"
    stand = {path: {one.view_function.__module__ for one in methods.values()} for path, methods in contents.app.routes.items()}
    assert len(stand) > 50
    assert not {path: modules for path, modules in stand.items() if not modules <= set(served.get(path, contents.ROUTES))}
    assert not [one.key for one in FUNCTIONS.values() if one.routes != "none" and not one.paths and one.key != "api_handler"]
    assert {module for modules in served.values() for module in modules} < set(contents.ROUTES)


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert link.startswith("http") or (page.parent / link).exists(), link


def test_every_decision_is_in_the_index() -> None:
    index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    made = [line for page in (ROOT / "docs" / "decisions").glob("[a-z]*.md") for line in page.read_text("utf-8").splitlines()]
    titles = [line.removeprefix("## ")[11:].partition(" (replaces")[0] for line in made if line.startswith("## ")]
    assert len(titles) > 80
    assert not [title for title in titles if f"[{title}]" not in index]


def test_the_lock_of_what_checks_scripts_names_no_host() -> None:
    """Whoever checks a clone out has a registry of their own, or the public one."""
    lock = json.loads((ROOT / "infra" / "javascript" / "package-lock.json").read_text("utf-8"))
    tools = [one for name, one in lock["packages"].items() if name]
    assert len(tools) > 50
    assert all(one["integrity"].startswith("sha512-") for one in tools)
    assert not [one["resolved"] for one in tools if "resolved" in one]


def test_no_socket_leaves_the_machine() -> None:
    with pytest.raises((SocketConnectBlockedError, UserWarning)), socket.create_connection(("192.0.2.1", 80), timeout=0.2):
        pass


@cache
def tracked() -> frozenset[str]:
    """All files and folders that are here, each by every ending of its path, with and without .py."""
    places = [*ROOMS.rglob("*"), *(ROOT / "infra").rglob("*"), *(ROOT / "tests").rglob("*"), ROOT / "app.py"]
    names = [place.relative_to(ROOT).as_posix() for place in places]
    ends = {"/".join(name.split("/")[at:]) for name in names for at in range(name.count("/") + 1)}
    return frozenset(ends | {end.removesuffix(".py") for end in ends})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    """A module by its file, or what is said to lie in a room."""
    text = page.read_text("utf-8")
    modules = re.findall(r"(?<![\w.-])((?:[a-z_]+/)*[a-z_]+\.(?:py|yaml))\b", text)
    rooms = re.findall(rf"`((?:{IN_ROOMS})/[a-z_/]+)`", text)
    assert not [one for one in (*modules, *rooms) if one.rstrip("/") not in tracked() and one != "mine.yaml"]  # a manager's own table


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_what_a_module_says_of_others_is_so(path: Path) -> None:
    named = re.findall(r"\b((?:[a-z_]+/)*[a-z_]+\.py)\b", path.read_text("utf-8"))
    assert not [one for one in named if one not in tracked()]
