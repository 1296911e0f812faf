"""What a stage's business set: fetched, changed, gone back on, with the operator's credentials. The commands are in
infra/operate/settings.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from msgspec import to_builtins

from chalicelib import schemas
from chalicelib.business import current, store
from chalicelib.business.store import Kind, Version
from chalicelib.errors import BadRequest, BatonError
from chalicelib.governance import business_settings, queue_names, roster
from chalicelib.governance.business_schemas import CONTENTS
from chalicelib.observability import now
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.inside import inside
from infra.stack import FUNCTION, resources

BY = "operator"
_TOLD = ("TABLE", "QUEUES", "OWN_QUEUES", "DEAD_LETTERS", "TIME_ZONE")


@contextmanager
def at(cloud: Cloud, stack: str) -> Iterator[None]:
    """Works with what the stage's own API is told; what goes wrong becomes a DeployError."""
    function = next((one.id for one in resources(cloud, stack, FUNCTION) if one.name == "APIHandler"), "")
    known = cloud.client("lambda").get_function_configuration(FunctionName=function)["Environment"]["Variables"] if function else {}
    if missing := [name for name in _TOLD if name not in known]:
        raise DeployError(f"the stack's API is not told {missing[0]}", "deploy this version first: python -m infra deploy")
    with inside(cloud, {name: known[name] for name in _TOLD}):
        try:
            yield
        except BatonError as error:
            raise DeployError(str(error)) from error


def text(one: Version) -> str:
    """A version as the file that `change` takes: its content, and the number of the version that it was made from."""
    return json.dumps({"version": one.version, **one.content}, ensure_ascii=False, indent=2) + "\n"


def change(kind: Kind, file: bytes, why: str) -> Version:
    """Puts the content of a file in force; inside `at`. Raises BadRequest, Conflict."""
    base, content = _read(kind, file)
    before = business_settings.read(kind).version if base is None else base
    return business_settings.change(kind, content, before, by=BY, why=why, now=now())


def preview(file: bytes) -> dict[str, Any]:
    """What the appearance in a file would come to, as the API answers it. Raises DeployError with every mistake."""
    try:
        return business_settings.preview(_read("appearance", file)[1])
    except BadRequest as error:
        raise DeployError(str(error), "correct the file; docs/operate.md tells what may stand in it") from error


def roll_back(kind: Kind, to: int, why: str) -> Version:
    """Inside `at`. Raises NotFound, Conflict, BadRequest."""
    return business_settings.roll_back(kind, to, business_settings.read(kind).version, by=BY, why=why, now=now())


def unusable() -> list[str]:
    """What the bot cannot use of what is in force, as another version of Baton may have left it; inside `at`."""
    return [mistake for kind, (number, content) in store.in_force().found.items() if (mistake := _mistake(kind, number, content))]


def unserved() -> list[str]:
    """The queues that none of those serves who ever signed in; none if nobody did. Inside `at`."""
    agents = roster.everyone()
    return [queue for queue in queue_names.known() if agents and not any(queue in one.skills for one in agents)]


def _mistake(kind: Kind, number: int, content: str) -> str:
    try:
        current.made(kind, json.loads(content))
    except Exception as error:  # noqa: BLE001 - whatever it is, the functions have it, too
        return f"version {number} of the {kind}: {error or type(error).__name__}"
    return ""


def _read(kind: Kind, file: bytes) -> tuple[int | None, Any]:
    """The version that a file was made from, if it says so, and its content. Raises BadRequest."""
    try:
        given = json.loads(file)
    except ValueError as error:
        raise BadRequest(f"the file is not JSON: {error}") from None
    base = given.pop("version", None) if isinstance(given, dict) else None
    if base is not None and type(base) is not int:
        raise BadRequest("version: must be the number of the version that this was made from")
    return base, to_builtins(schemas.read(CONTENTS[kind], json.dumps(given)))
