"""What a route takes, gives and refuses: read by whoever answers it, and by the API description. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from chalicelib.errors import BatonError

View = TypeVar("View", bound=Callable[..., Any])
Who = Literal["anyone", "agent", "supervisor", "privacy"]

JSON = "application/json"
_MARK = "operation"


@dataclass(frozen=True, slots=True)
class Operation:
    """`who` may call it; "privacy": supervisors with the right to customers' data.

    `body` and `query`: schemas of what is sent, `form`: the body is a web form. `response`: the schema of the
    answer with `status`, None for an empty one; `also`: schemas of other answers, by status. `media`: what the answer is if it is no JSON.
    `errors`: what may be refused beside what every such route refuses. `headers`: of the answer. `longest`: bytes of the body."""

    who: Who = "agent"
    body: Any = None
    query: Any = None
    form: bool = False
    response: Any = None
    status: int = 200
    also: dict[int, Any] = field(default_factory=dict)
    media: str = JSON
    errors: tuple[type[BatonError], ...] = ()
    headers: tuple[str, ...] = ()
    longest: int = 64_000

    @property
    def is_checked(self) -> bool:
        """Is what is sent checked field by field, be it that nothing may be sent? So it is where the answer is of a schema, or empty."""
        return not self.form and (self.response is not None or self.status == 204)


def described(operation: Operation) -> Callable[[View], View]:
    """The view bears its operation."""

    def mark(view: View) -> View:
        setattr(view, _MARK, operation)
        return view

    return mark


def of(view: Callable[..., Any]) -> Operation | None:
    """What a view bears."""
    found: Operation | None = getattr(view, _MARK, None)
    return found
