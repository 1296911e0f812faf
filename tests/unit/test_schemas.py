"""Requests are checked in words, and what leaves is what its schema names: whatever is stored, an agent can be shown it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from chalicelib import schemas
from chalicelib.conversations import schemas as views
from chalicelib.conversations import views as written
from chalicelib.errors import BadRequest
from chalicelib.schemas import ClientId, Request, View
from tests.unit.mails import known, read  # noqa: F401 - a fixture among them

FIXTURES = Path(__file__).parents[1] / "fixtures" / "email"


class Wanted(Request):
    id: ClientId
    text: str = ""
    after: Annotated[int, Meta(ge=0)] = 0


class Shown(View):
    name: str
    tags: list[str]


@dataclass(frozen=True, slots=True)
class Stored:
    name: str
    tags: tuple[str, ...]
    secret: str


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b'{"id": "client-01", "txt": "x"}', "there is no field `txt`"),
        (b'{"text": "x"}', "this is missing: `id`"),
        (b'{"id": "client-01", "text": 7}', "text: Expected `str`, got `int`"),
        (b'{"id": "short"}', "id: Expected `str` matching regex"),
        (b'{"id": "client-01", "after": true}', "after: Expected `int`, got `bool`"),
        (b'{"id": "client-01", "text": "\\ud800x"}', "the body is not JSON"),
        (b"[1]", "Expected `object`, got `array`"),
        (b"[" * 100_000, "Expected `object`, got `array`"),
        (b"{", "the body is not JSON"),
        (b"\xff", "the body is not JSON"),
        (b"", "this is missing: `id`"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(sent: bytes, told: str) -> None:
    with pytest.raises(BadRequest) as refused:
        schemas.read(Wanted, sent)
    assert told in str(refused.value)


@given(st.binary(max_size=200))
def test_whatever_is_sent_is_understood_or_refused(sent: bytes) -> None:
    try:
        found = schemas.read(Wanted, sent)
    except BadRequest:
        return
    assert found.id


def test_what_the_schema_does_not_name_does_not_leave() -> None:
    for stored in (Stored("Ann", ("a",), "s"), {"name": "Ann", "tags": ["a"], "secret": "s"}):
        assert schemas.shown(Shown, stored) == {"name": "Ann", "tags": ["a"]}


@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.eml")), ids=lambda path: path.stem)
def test_whatever_mail_comes_an_agent_can_be_shown_it(path: Path) -> None:
    """The schema must know every kind of value that a mail leaves behind."""
    message = read(path.read_bytes())
    found: dict[str, Any] = schemas.shown(views.Message, written.for_agent(message))
    assert (found["id"], found["text"]) == (message.id, message.text)
    assert len(found["attachments"]) == len(message.meta.get("attachments", []))
