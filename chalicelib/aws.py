"""The one way to AWS: cached low-level clients with short timeouts, and one table of what their errors mean.

botocore and not boto3: the same library without the import of s3transfer and the resource layer, which every
cold start would pay for. Nothing is connected at import, so tests choose the moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from chalicelib.errors import BadRequest, BatonError, Conflict, NotAuthenticated, NotFound, Unavailable

_PASSING = frozenset(
    {
        "InternalServerError",
        "InternalError",
        "InternalFailure",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_CONFLICTS = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"})
_DENIED = frozenset({"NotAuthorizedException", "UserNotFoundException", "CodeMismatchException", "ExpiredCodeException"})
_INVALID = frozenset({"InvalidPasswordException", "InvalidParameterException"})
_ABSENT = frozenset({"NoSuchKey", "ResourceNotFoundException", "404", "GoneException"})


@cache
def client(service: str, endpoint: str = "") -> Any:
    """A botocore client of this execution environment. Retries are done here and in no layer above."""
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=8,
        retries={"mode": "standard", "total_max_attempts": 3},
        parameter_validation=False,
        tcp_keepalive=True,
    )
    return _session().create_client(service, config=config, endpoint_url=endpoint or None)


@cache
def _session() -> Any:
    from botocore.session import Session

    return Session()


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turns what botocore raises into Baton's own errors; `what` says what was tried, without personal data."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _meaning(error.response, what) from error
    except BotoCoreError as error:
        raise Unavailable(f"{what}: {type(error).__name__}") from error


def _meaning(response: Any, what: str) -> BatonError:
    code = response.get("Error", {}).get("Code", "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code == "TransactionCanceledException" and not _refused(response):
        return Unavailable(f"{what}: {code}")
    if code in _CONFLICTS:
        return Conflict(f"{what}: somebody else was faster")
    if code in _ABSENT:
        return NotFound(f"{what}: not there")
    if code in _DENIED:
        return NotAuthenticated(f"{what}: refused")
    if code in _INVALID:
        return BadRequest(f"{what}: {response['Error'].get('Message', code)}")
    if code in _PASSING or status >= 500:
        return Unavailable(f"{what}: {code}")
    return BatonError(f"{what}: {code}")


def _refused(response: Any) -> bool:
    """A cancelled transaction is a conflict if a condition or a rival was the cause; throttling is not."""
    reasons = {reason.get("Code") for reason in response.get("CancellationReasons", [])}
    return bool(reasons & {"ConditionalCheckFailed", "TransactionConflict"}) or not reasons
