"""Schemas of what comes in and goes out as JSON: a request is checked by its class, an answer shows the fields of its class and no others.

The API description is made from the same classes (chalicelib/integrations), so neither can say what the other does not.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from chalicelib import errors
from chalicelib.errors import BadRequest

S = TypeVar("S")

ClientId = Annotated[
    str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$", description="The sender's own random id: what bears the same id is stored once.")
]
Milliseconds = Annotated[int, Meta(ge=0, description="Unix time in milliseconds; 0: not yet.")]


class Request(Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of what callers send: a field that is not known is refused by its name."""


class Nothing(Request):
    """Of a route that takes no body, or no query."""


class View(Struct, kw_only=True):
    """Base of what callers get: made from an object or a mapping, and only what is named here leaves."""


class SparseView(Struct, kw_only=True, omit_defaults=True):
    """The same, where fields that say nothing are left out."""


ErrorCode = Annotated[str, Meta(description="The stable name of a refusal.", extra_json_schema={"enum": errors.codes()})]


class ErrorDetail(View):
    """`code` is the stable name; `message` says what to do."""

    code: ErrorCode
    message: str


class Error(View):
    """What every refusal looks like."""

    error: ErrorDetail


def read(schema: type[S], raw: bytes | str) -> S:
    """The JSON of a request; an empty body is an empty object. Raises BadRequest."""
    try:
        return msgspec.json.decode(raw or b"{}", type=schema)
    except msgspec.ValidationError as error:
        raise BadRequest(in_words(str(error))) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(f"the body is not JSON: {error}") from None


def read_query(schema: type[S], values: dict[str, str] | None) -> S:
    """The parameters of an address, each given once. Raises BadRequest, also for one that is not known."""
    try:
        return msgspec.convert(values or {}, schema, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(in_words(str(error))) from None


def shown(schema: Any, value: Any) -> Any:
    """`value`, an object or a mapping, as plain data with the fields of the schema. Raises ValidationError if it lacks one."""
    made = msgspec.convert(value, schema, from_attributes=True)
    return msgspec.to_builtins(made)


def in_words(problem: str) -> str:
    """A mistake as whoever writes a client is told it, the field first: msgspec says "Expected `str`, got `int` - at `$.text`"."""
    what, _, where = problem.partition(" - at `")
    field = where.rstrip("`").removeprefix("$").lstrip(".")
    what = what.replace("Object contains unknown field", "there is no field").replace("Object missing required field", "this is missing:")
    return f"{field}: {what}" if field else what
