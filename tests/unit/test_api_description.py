"""The description of the API says all that the code does, and nothing else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import app as contents
from chalicelib import errors
from chalicelib.channels.webchat import adapter, frames
from chalicelib.conversations import pushes
from chalicelib.integrations import asyncapi, openapi, page
from chalicelib.integrations.openapi import Route

ROOT = Path(__file__).parents[2]
ROUTES = openapi.routes(contents.app.routes)


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return json.loads(json.dumps(openapi.document(ROUTES, "1")))


def test_it_is_valid_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(described).validate()


def test_every_route_stands_in_it_and_nothing_else(described: dict[str, Any]) -> None:
    told = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    assert told == {(method, path) for path, methods in contents.app.routes.items() for method in methods}
    names = [operation["operationId"] for methods in described["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names)


def test_a_route_that_does_not_say_what_it_does_is_refused() -> None:
    class Entry:
        @staticmethod
        def view_function() -> None: ...

    with pytest.raises(LookupError, match="GET /bare"):
        openapi.routes({"/bare": {"GET": Entry}})


@pytest.mark.parametrize("route", ROUTES, ids=lambda one: f"{one.method} {one.path}")
def test_each_says_what_it_is_for_and_who_may_call_it(route: Route, described: dict[str, Any]) -> None:
    operation = described["paths"][route.path][route.method.lower()]
    entry = contents.app.routes[route.path][route.method]
    assert len(operation["summary"]) > 5
    assert bool(operation["security"]) is bool(entry.authorizer) is (route.operation.who != "anyone")
    assert ("For supervisors" in operation["description"]) is (route.operation.who == "supervisor")
    assert [part["name"] for part in operation["parameters"] if part["in"] == "path"] == entry.view_args


def test_every_code_of_a_refusal_stands_in_it_and_no_other(described: dict[str, Any]) -> None:
    classes = re.findall(r'^    code = "(\w+)"', (ROOT / "chalicelib" / "errors.py").read_text(), re.MULTILINE)
    assert len(classes) > 12
    told = described["components"]["schemas"]["ErrorDetail"]["properties"]["code"]["enum"]
    assert {*told} == {*classes} - {"undeliverable", "uncertain"}  # of providers, told by a message's state
    raised = {code for route in ROUTES for code in (one.code for one in openapi.errors_of(route))}
    assert raised == {*told} - {"internal"}


def test_what_the_routes_raise_is_what_they_say() -> None:
    """A refusal by name in a routes module must be one of those that its description knows."""
    known = {one.__name__ for route in ROUTES for one in openapi.errors_of(route)}
    for module in contents.ROUTES:
        text = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()
        assert {*re.findall(r"raise (\w+)\(", text)} <= known, module
    assert issubclass(errors.TooLarge, errors.BadRequest)


def test_every_frame_stands_in_it_and_no_other() -> None:
    told = asyncapi.document("1")
    sent, got = asyncapi.names(told, "visitors")
    assert sent == {"ping", *(str(one.__struct_config__.tag) for one in adapter._ACTIONS)}
    _, to_consoles = asyncapi.names(told, "agents")
    ours = [one for one in vars(pushes).values() if isinstance(one, type) and issubclass(one, pushes.Push) and one is not pushes.Push]
    assert {*get_args(pushes.ToVisitor), *get_args(pushes.ToConsole)} == {*ours}
    assert got | to_consoles == {str(one.__struct_config__.tag) for one in ours}
    assert all(message["summary"] for message in told["components"]["messages"].values())


def test_the_guide_names_every_frame_and_every_code() -> None:
    guide = (ROOT / "docs" / "api.md").read_text()
    assert not [code for code in errors.codes() if f"`{code}`" not in guide and code != "internal"]
    tags = {
        str(one.__struct_config__.tag) for one in (*get_args(frames.FromVisitor), *get_args(pushes.ToVisitor), *get_args(pushes.ToConsole))
    }
    assert not [tag for tag in tags if f'"{tag}"' not in guide]


def test_a_reader_finds_every_route_and_schema(described: dict[str, Any]) -> None:
    html = page.rendered(described, asyncapi.document("1"))
    assert not [route.name for route in ROUTES if f'<details id="{route.name}">' not in html]
    links = set(re.findall(r'href="#([^"]+)"', html))
    assert links <= set(re.findall(r'id="([^"]+)"', html))
    assert "<script" not in html
