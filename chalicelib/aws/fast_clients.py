"""The operations of every message, sent directly; each fast client looks like botocore's and has one behind it for everything else.

A fast client asks once. A definite refusal (a 4xx that no second try changes) is final. What passes (a fault of the service, a broken
connection, throttling) waits a moment of random length and is asked again through botocore, which goes on as its standard mode does: that
does no harm where a second request changes nothing. A mail must not leave twice, so its client never asks again.
docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from base64 import b64encode
from collections.abc import Callable
from functools import cached_property, partial
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

from chalicelib.aws.direct import Direct, Request, endpoint

Answer = dict[str, Any]

# The codes at which botocore's standard mode asks again.
PASSING = frozenset(
    (
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException"),
        *("RequestLimitExceeded", "ProvisionedThroughputExceededException", "TransactionInProgressException", "BandwidthLimitExceeded"),
        *("LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException"),
        *("RequestTimeout", "RequestTimeoutException"),
    )
)
PAUSE, THROTTLED = 0.025, 0.4  # seconds at most before the second request: after a fault, and after "too much"
_XML = re.compile(rb"<Code>([^<]+)</Code>(?:.*?<Message>([^<]*)</Message>)?", re.DOTALL)


class FastClient:
    """`botocore` makes the client behind it, when it is needed."""

    def __init__(self, direct: Direct, botocore: Callable[[], Any]) -> None:
        self._direct, self._make = direct, botocore

    @cached_property
    def _behind(self) -> Any:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def _answered(self, request: Request) -> Any:
        """The response, if all went well; None if it is to be asked again, after a pause. Raises botocore's ClientError for a refusal."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            response = self._direct.send(request)
        except BotoCoreError:
            _pause(PAUSE)
            return None
        if response is None or 200 <= response.status_code < 300:
            return response
        told = refusal(response)
        throttled = told["Error"]["Code"] in PASSING or response.status_code == 429
        if not throttled and 400 <= response.status_code < 500:
            raise ClientError(told, request.operation)  # type: ignore[arg-type]
        _pause(THROTTLED if throttled else PAUSE)
        return None


def _pause(most: float) -> None:
    """Of random length, so that those who were refused together do not come back together."""
    time.sleep(random.uniform(0, most))  # noqa: S311 - no secret


def refusal(response: Any) -> Answer:
    """As botocore tells it, with all that the service says of it; what stands between us and AWS may answer in another language."""
    meta = {"HTTPStatusCode": response.status_code}
    if found := _XML.search(response.content):
        code, message = (part.decode("utf-8", "replace") if part else "" for part in found.groups())
        return {"Error": {"Code": code, "Message": message}, "ResponseMetadata": meta}
    try:
        said = json.loads(response.content)
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    older = str(response.headers.get("x-amzn-query-error") or "").partition(";")[0]  # SQS keeps the names of its older protocol
    code = str(response.headers.get("x-amzn-errortype") or said.get("__type") or said.get("code") or response.status_code)
    message = str(said.pop("message", "") or said.pop("Message", ""))
    named = older or code.partition(":")[0].rpartition("#")[2]
    return {**said, "Error": {"Code": named, "Message": message}, "ResponseMetadata": meta}


class JsonProtocol(NamedTuple):
    """`target`: what stands before the operation's name; `name`: the service in addresses and signatures, if other than botocore's."""

    target: str
    version: str
    name: str = ""


class Json(FastClient):
    """DynamoDB, SQS and Step Functions: JSON, and the operation's name in a header. All that Baton asks of them is a read, or a write that
    is conditional or does no harm twice.

    docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
    """

    def __init__(self, direct: Direct, botocore: Callable[[], Any], service: str, protocol: JsonProtocol) -> None:
        super().__init__(direct, botocore)
        self._service, self._target, self._type = service, protocol.target, f"application/x-amz-json-{protocol.version}"
        self._signed_as = protocol.name
        self._address = endpoint(service, protocol.name or service, os.environ) + "/"

    def __getattr__(self, name: str) -> Any:
        call = partial(self._call, name, "".join(word.title() for word in name.split("_")))
        setattr(self, name, call)
        return call

    def _call(self, method: str, operation: str, **request: Any) -> Answer:
        if operation == "TransactWriteItems":
            request.setdefault("ClientRequestToken", str(uuid4()))  # asked twice, it is one transaction
        headers = {"Content-Type": self._type, "X-Amz-Target": f"{self._target}.{operation}"}
        body = json.dumps(request, separators=(",", ":")).encode()
        response = self._answered(Request(self._service, operation, self._address, body, signed_as=self._signed_as, headers=headers))
        answer: Answer = json.loads(response.content) if response else getattr(self._behind, method)(**request)
        return answer


class Sockets(FastClient):
    """WebSockets. docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html"""

    def __init__(self, direct: Direct, botocore: Callable[[], Any], address: str) -> None:
        super().__init__(direct, botocore)
        self._address = address.rstrip("/")

    def post_to_connection(self, **asked: Any) -> Answer:
        """Pushed twice does no harm: browsers know what they have. Raises botocore's ClientError if the connection is gone, which is no
        fault but the way in which one learns of it."""
        from botocore.exceptions import ClientError

        address = f"{self._address}/@connections/{quote(asked['ConnectionId'], safe='')}"
        request = Request("apigatewaymanagementapi", "PostToConnection", address, asked["Data"], signed_as="execute-api")
        try:
            return {} if self._answered(request) else self._behind.post_to_connection(**asked)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 410:
                raise ClientError({"Error": {"Code": "GoneException", "Message": ""}}, "PostToConnection") from error
            raise


class Functions(FastClient):
    """Lambda: calls that nobody waits for. docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"""

    def invoke(self, **asked: Any) -> Answer:
        """Asked twice a function may run twice, as it may anyhow."""
        if asked.get("InvocationType") != "Event":
            return self._behind.invoke(**asked)  # type: ignore[no-any-return]
        address = f"{endpoint('lambda', 'lambda', os.environ)}/2015-03-31/functions/{quote(asked['FunctionName'], safe='')}/invocations"
        headers = {"X-Amz-Invocation-Type": "Event"}
        response = self._answered(Request("lambda", "Invoke", address, asked["Payload"], headers=headers))
        return {"StatusCode": response.status_code} if response is not None else self._behind.invoke(**asked)


class Objects(FastClient):
    """S3: whole objects. docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, API_PutObject.html"""

    def get_object(self, **asked: Any) -> Answer:
        """Raises botocore's ClientError, as for an object that is not there."""
        plain = asked.keys() == {"Bucket", "Key"}
        response = self._answered(Request("s3", "GetObject", _object(asked), method="GET")) if plain else None
        return {"Body": BytesIO(response.content)} if response is not None else self._behind.get_object(**asked)

    def put_object(self, **asked: Any) -> Answer:
        plain = asked.keys() == {"Bucket", "Key", "Body", "ContentType"} and isinstance(asked["Body"], bytes)
        headers = {"Content-Type": asked.get("ContentType", "")}
        put = Request("s3", "PutObject", _object(asked), asked["Body"], "PUT", headers=headers) if plain else None
        return {} if put and self._answered(put) else self._behind.put_object(**asked)


class Mails(FastClient):
    """SES. docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"""

    def close(self) -> None:
        """The next mail goes over a connection of its own."""
        self._direct.close()

    def send_email(self, **request: Any) -> Answer:
        """`Content` must be a raw mail. Raises as botocore does."""
        from botocore.exceptions import ClientError

        raw = b64encode(request["Content"]["Raw"]["Data"]).decode()
        body = json.dumps({**request, "Content": {"Raw": {"Data": raw}}}, separators=(",", ":")).encode()
        address = f"{endpoint('sesv2', 'email', os.environ)}/v2/email/outbound-emails"
        headers = {"Content-Type": "application/json"}
        response = self._direct.send(Request("sesv2", "SendEmail", address, body, signed_as="ses", headers=headers))
        if response is None:
            return self._behind.send_email(**request)  # type: ignore[no-any-return]
        if response.status_code != 200:
            raise ClientError(refusal(response), "SendEmail")  # type: ignore[arg-type]
        answer: Answer = json.loads(response.content)
        return answer


def _object(asked: Answer) -> str:
    """Its address: a host for each bucket, but a path on an AWS that is named by a number."""
    where, key = endpoint("s3", "s3", os.environ), quote(asked["Key"], safe="/~")
    own = "AWS_ENDPOINT_URL" in os.environ or "AWS_ENDPOINT_URL_S3" in os.environ
    bucket = asked["Bucket"]
    return f"{where}/{bucket}/{key}" if own else f"{where.replace('://', f'://{bucket}.', 1)}/{key}"
