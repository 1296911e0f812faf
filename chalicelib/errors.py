"""Everything that Baton refuses, as one small tree.

BatonError
├── BadRequest        400  what came in cannot be understood; the text says what to do
│   └── TooLarge      413
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
