"""Calls to AWS without botocore's machinery: a request, Signature Version 4, and botocore's own connection.

A mail takes a dozen calls. botocore spends a quarter to half of a millisecond on each, on both sides of the wire, and each of its
clients costs a cold start 20 to 80 ms: that was most of what a mail cost. The clients in `fast_clients` use this for the few
operations of every message; the rest, and whatever is not plainly answered, goes through botocore.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """`service`: as botocore names it; `signed_as`: as it signs; `address`: percent-encoded as it goes out."""

    service: str
    operation: str
    address: str
    body: bytes = b""
    method: str = "POST"
    signed_as: str = ""
    headers: Headers = field(default_factory=dict)


class Direct:
    """The wire: `session` and `connection` are botocore's. The keys of a Lambda function are those with which its process began."""

    def __init__(self, session: Any, connection: Any) -> None:
        self._session, self._connection = session, connection
        self._environment = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}

    def close(self) -> None:
        """The next request goes over a connection of its own."""
        self._connection.close()

    def send(self, request: Request) -> Any:
        """botocore's AWSResponse; None without keys in the environment. Raises botocore's BotoCoreError."""
        from botocore.awsrequest import AWSPreparedRequest

        headers: Any = signed(request, self._environment, time.time())
        if not headers:
            return None
        prepared = AWSPreparedRequest(request.method, request.address, headers, request.body, False)
        # Who listens there (a test's AWS) may answer in the place of the wire, as with botocore's own clients.
        event = f"before-send.{request.service}.{request.operation}"
        return self._session.emit_first_non_none_response(event, request=prepared) or self._connection.send(prepared)


def region(environment: Mapping[str, str]) -> str:
    return environment.get("AWS_REGION") or environment["AWS_DEFAULT_REGION"]


def endpoint(service: str, host: str, environment: Mapping[str, str]) -> str:
    """Where a service is, without a slash at the end; the two variables are those of every AWS SDK."""
    given = environment.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environment.get("AWS_ENDPOINT_URL")
    where = region(environment)
    return given.rstrip("/") if given else f"https://{host}.{where}.amazonaws.com{'.cn' if where.startswith('cn-') else ''}"


def signed(request: Request, environment: Mapping[str, str], at: float) -> Headers:
    """All headers of a request at a time (Unix seconds); empty if the environment holds no keys. `request.headers` as HTTP writes them,
    each word with a capital."""
    secret, name = environment.get("AWS_SECRET_ACCESS_KEY"), environment.get("AWS_ACCESS_KEY_ID")
    if not secret or not name:
        return {}
    stamp, content = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at)), sha256(request.body).hexdigest()
    _, _, host, path = request.address.split("/", 3)
    headers = {**request.headers, "Host": host, "X-Amz-Content-Sha256": content, "X-Amz-Date": stamp}
    if token := environment.get("AWS_SESSION_TOKEN"):
        headers["X-Amz-Security-Token"] = token
    names = sorted(headers)
    lines = "".join([f"{key.lower()}:{headers[key]}\n" for key in names])
    listed = ";".join(names).lower()
    service, where = request.signed_as or request.service, region(environment)
    canonical = f"{request.method}\n{_canonical(path, service)}\n\n{lines}\n{listed}\n{content}"
    scope = f"{stamp[:8]}/{where}/{service}/aws4_request"
    words = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_signing_key(secret, stamp[:8], where, service), words.encode(), "sha256").hex()
    del headers["Host"]  # the connection names it
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={name}/{scope}, SignedHeaders={listed}, Signature={signature}"
    headers["User-Agent"] = "Baton"
    return headers


def _canonical(path: str, service: str) -> str:
    """The path as it is signed: encoded once more than it is sent, but for S3, whose keys may be anything."""
    if service == "s3" or not path:
        return f"/{path}"
    from botocore.utils import normalize_url_path  # "." and ".." are segments that say where, as they are for whoever checks

    return quote(normalize_url_path(f"/{path}"), safe="/~")


@lru_cache(maxsize=16)
def _signing_key(secret: str, day: str, where: str, service: str) -> bytes:
    """The key of a day: four of a signature's five hashes."""
    key = f"AWS4{secret}".encode()
    for part in (day, where, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
