"""Everything that Baton refuses, as one small tree.

BatonError
├── BadRequest        400  what came in cannot be understood; the text says what to do
│   ├── TooLarge      413
│   ├── UnsupportedMedia 415
│   ├── BadArticle         an article that cannot be published
│   └── BadList            a list of articles, of which nothing is taken
├── NotAuthenticated  401  who is this?
├── Forbidden         403  known, but not allowed; or a wrong signature
├── NotFound          404  not there, or not yours: the caller cannot tell which
├── Conflict          409  somebody else was faster; read again
│   ├── NotOwner           the baton is in other hands
│   ├── Full               the agent holds as many conversations as allowed
│   └── Blocked            nothing may be sent to this customer
├── TooMany           429
├── Undeliverable          a provider will never take this message
├── Uncertain              sent or not? only a person may send it again
└── Unavailable       503  a service that we need did not answer; the same call may succeed later
    └── Postponed          a provider outside did not: this message waits, its neighbours go on
"""

from __future__ import annotations

from collections.abc import Sequence


class BatonError(Exception):
    """Base: `status` is the HTTP status, `code` the stable name that clients may rely on."""

    status = 500
    code = "internal"


class BadRequest(BatonError):
    status = 400
    code = "bad_request"


class TooLarge(BadRequest):
    status = 413
    code = "too_large"


class UnsupportedMedia(BadRequest):
    status = 415
    code = "unsupported_media_type"


class BadArticle(BadRequest):
    """`problems`: each as "field: what to do"."""

    code = "bad_article"

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__("; ".join(found))
        self.problems = tuple(found)


class BadList(BadRequest):
    """`mistakes`: each with its line; the text tells as many as one can read."""

    code = "bad_list"
    shown = 20

    def __init__(self, mistakes: Sequence[str]) -> None:
        more = [f"… and {len(mistakes) - self.shown} more"] if len(mistakes) > self.shown else []
        super().__init__("\n".join([*mistakes[: self.shown], *more]))
        self.mistakes = tuple(mistakes)


class NotAuthenticated(BatonError):
    status = 401
    code = "not_authenticated"


class Forbidden(BatonError):
    status = 403
    code = "forbidden"


class NotFound(BatonError):
    status = 404
    code = "not_found"


class Conflict(BatonError):
    status = 409
    code = "conflict"


class NotOwner(Conflict):
    code = "not_owner"


class Full(Conflict):
    code = "full"


class Blocked(Conflict):
    code = "blocked"


class TooMany(BatonError):
    """`retry_after`: seconds after which the same is welcome again; 0 if nobody knows."""

    status = 429
    code = "too_many"

    def __init__(self, text: str, retry_after: int = 0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Undeliverable(BatonError):
    status = 502
    code = "undeliverable"


class Uncertain(BatonError):
    status = 502
    code = "uncertain"


class Unavailable(BatonError):
    status = 503
    code = "unavailable"


class Postponed(Unavailable):
    pass


def codes() -> list[str]:
    """The names that callers may get, those of every class above; whatever happens inside is `internal` to them."""
    found, left = set[str](), [BatonError]
    while left:
        one = left.pop()
        left += one.__subclasses__()
        if one.__module__ == __name__ and one.status != Undeliverable.status:
            found.add(one.code)
    return sorted(found)
