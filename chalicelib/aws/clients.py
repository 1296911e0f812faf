"""The one way to AWS: cached low-level clients with short timeouts, and one table of what their errors mean.

botocore and not boto3: the same library without the import of s3transfer and the resource layer, which every
cold start would pay for. Nothing is connected at import, so tests choose the moment.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from chalicelib import freshness
from chalicelib.aws import fast_clients
from chalicelib.aws.direct import Direct
from chalicelib.errors import BadRequest, BatonError, Conflict, NotAuthenticated, NotFound, Unavailable, Uncertain, Undeliverable

ATTEMPTS = 3
TIMEOUTS = (2, 8)  # seconds to connect, to answer

_PASSING = (
    "InternalServerError InternalError InternalFailure LimitExceededException ProvisionedThroughputExceededException "
    "RequestLimitExceeded RequestThrottled ServiceUnavailable SlowDown Throttling ThrottlingException "
    "TooManyRequestsException TransactionInProgressException"
)
_CONFLICTS = (
    "ConditionalCheckFailedException TransactionCanceledException TransactionConflictException "
    "PreconditionFailed ConditionalRequestConflict"
)
_DENIED = "NotAuthorizedException UserNotFoundException CodeMismatchException ExpiredCodeException"
_INVALID = "InvalidPasswordException InvalidParameterException"
_ABSENT = "NoSuchKey ResourceNotFoundException 404 GoneException"

_JSON = {
    "dynamodb": fast_clients.JsonProtocol("DynamoDB_20120810", "1.0"),
    "sqs": fast_clients.JsonProtocol("AmazonSQS", "1.0"),
    "stepfunctions": fast_clients.JsonProtocol("AWSStepFunctions", "1.0", "states"),
}

_MEANINGS: dict[str, type[BatonError]] = {
    code: meaning
    for codes, meaning in (
        (_PASSING, Unavailable),
        (_CONFLICTS, Conflict),
        (_DENIED, NotAuthenticated),
        (_INVALID, BadRequest),
        (_ABSENT, NotFound),
    )
    for code in codes.split()
}
_NEVER = frozenset(
    {
        "MessageRejected",
        "BadRequestException",
        "ConflictException",  # of text messages: the number opted out, is blocked, cannot take this
        "InvalidParameterValue",
        "ValidationException",
        "MailFromDomainNotVerifiedException",
    }
)


@cache
def client(service: str, endpoint: str = "", attempts: int = ATTEMPTS, timeouts: tuple[float, float] | None = None) -> Any:
    """A client of this execution environment, as botocore's. Retries are done here and in no layer above; `attempts`: requests
    at most; `timeouts`: other seconds than TIMEOUTS, where a client of botocore itself is made."""
    made = partial(_botocore, service, endpoint, attempts, timeouts)
    if service == "apigatewaymanagementapi":
        return fast_clients.Sockets(_direct(), made, endpoint)
    return made() if endpoint else _front(service, attempts, made)


def once(service: str, endpoint: str = "", timeouts: tuple[float, float] | None = None) -> Any:
    """A client for what must not happen twice: it asks once, and over a connection that was used a moment ago or is new.

    Lambda freezes a function between its calls; a peer that closed the connection meanwhile would be noticed only by sending, and then
    nobody could tell whether the message left.
    """
    found = client(service, endpoint, attempts=1, timeouts=timeouts) if timeouts else client(service, endpoint, attempts=1)
    if freshness.is_stale(f"{service} {endpoint}"):
        found.close()
    return found


def _front(service: str, attempts: int, made: Callable[[], Any]) -> Any:
    if service in _JSON and attempts == ATTEMPTS:
        return fast_clients.Json(_direct(), made, service, _JSON[service])
    if (service, attempts) == ("lambda", ATTEMPTS):
        return fast_clients.Functions(_direct(), made)
    if (service, attempts) == ("s3", ATTEMPTS):
        return fast_clients.Objects(_direct(), made)
    if (service, attempts) == ("sesv2", 1):
        return fast_clients.Mails(_direct(), made)
    return made()


def _direct() -> Direct:
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    # Its annotations know less than its documentation. Head and body of a request are two segments: without TCP_NODELAY the second
    # waits until the first is acknowledged, 40 ms on Linux, and whoever gives options gives up urllib3's own, which are these.
    at_once, alive = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options: Any = {"timeout": TIMEOUTS, "socket_options": [at_once, alive]}
    return Direct(_session(), URLLib3Session(proxies=get_environ_proxies("https://amazonaws.com"), **options))


def _botocore(service: str, endpoint: str, attempts: int, timeouts: tuple[float, float] | None = None) -> Any:
    from botocore.config import Config

    # By default botocore signs objects' addresses by version 2, which newer regions refuse, and for the global host, which redirects.
    regional = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
    # The signature covers the content's hash already; a second checksum over each object is not needed.
    checked = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
    signing: dict[str, Any] = {"signature_version": "s3v4", "s3": regional, **checked} if service == "s3" else {}
    config = Config(
        connect_timeout=(timeouts or TIMEOUTS)[0],
        read_timeout=(timeouts or TIMEOUTS)[1],
        retries={"mode": "standard", "total_max_attempts": attempts},
        parameter_validation=False,
        tcp_keepalive=True,
        user_agent="Baton",  # botocore composes its own, 30 parts long, twice for each call: a sixth of a stored message's CPU
        **signing,
    )
    return _session().create_client(service, config=config, endpoint_url=endpoint or None)


def prepare() -> None:
    """While a function starts: the client that its first event would wait for, if it knows a table. Connects nowhere yet."""
    if os.environ.get("TABLE"):
        client("dynamodb")


@contextmanager
def sending(what: str) -> Iterator[None]:
    """As `translated`, for what cannot be taken back: Undeliverable if it will never be taken, Unavailable if nothing
    left, Uncertain if it may have left."""
    from botocore import exceptions as boto

    try:
        yield
    except boto.ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        kind = Undeliverable if code in _NEVER else Unavailable
        raise kind(f"{what}: {code} {error.response.get('Reason', '')}".rstrip()) from error
    except (boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ProxyConnectionError, boto.SSLError) as error:
        raise Unavailable(f"{what}: {type(error).__name__}") from error
    except boto.HTTPClientError as error:
        raise Uncertain(f"{what}: the answer was lost; it may or may not have left") from error
    except boto.BotoCoreError as error:
        raise Unavailable(f"{what}: {type(error).__name__}") from error


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
    text = response.get("Error", {}).get("Message", "") if code in _INVALID.split() else code
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 or (code == "TransactionCanceledException" and not _refused(response)):
        return Unavailable(f"{what}: {code}")
    return _MEANINGS.get(code, BatonError)(f"{what}: {text}")


def _refused(response: Any) -> bool:
    """A cancelled transaction is a conflict if a condition or a rival was the cause; throttling is not."""
    reasons = {reason.get("Code") for reason in response.get("CancellationReasons", [])}
    return bool(reasons & {"ConditionalCheckFailed", "TransactionConflict"}) or not reasons
