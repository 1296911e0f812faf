"""The operations of every message, sent directly; each front looks like botocore's client and has one behind it for everything else.

A front asks once. What is not plainly answered is asked again through botocore, which knows retries and errors: that does no
harm where a second request changes nothing. A mail must not leave twice, so its front never asks again.
"""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable
from functools import cached_property, partial
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from chalicelib.aws_direct import Direct, Request, endpoint

Answer = dict[str, Any]


class Front:
    """`botocore` makes the client behind it, when it is needed."""

    def __init__(self, direct: Direct, botocore: Callable[[], Any]) -> None:
        self._direct, self._make = direct, botocore

    @cached_property
    def _behind(self) -> Any:
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def _answered(self, request: Request) -> Any:
        """The response, if all went well."""
        from botocore.exceptions import BotoCoreError

        try:
            response = self._direct.send(request)
        except BotoCoreError:
            return None
        return response if response is not None and response.status_code == 200 else None


class Json(Front):
    """DynamoDB, SQS and SSM: JSON, and the operation's name in a header. All that Baton asks of them is a read, or a write that is
    conditional or does no harm twice.

    docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
    """

    def __init__(self, direct: Direct, botocore: Callable[[], Any], service: str, target: str, version: str) -> None:
        super().__init__(direct, botocore)
        self._service, self._target, self._type = service, target, f"application/x-amz-json-{version}"
        self._address = endpoint(service, service, os.environ) + "/"

    def __getattr__(self, name: str) -> Any:
        call = partial(self._call, name, "".join(word.title() for word in name.split("_")))
        setattr(self, name, call)
        return call

    def _call(self, method: str, operation: str, **request: Any) -> Answer:
        if operation == "TransactWriteItems":
            request.setdefault("ClientRequestToken", str(uuid4()))  # asked twice, it is one transaction
        headers = {"Content-Type": self._type, "X-Amz-Target": f"{self._target}.{operation}"}
        body = json.dumps(request, separators=(",", ":")).encode()
        response = self._answered(Request(self._service, operation, self._address, body, headers=headers))
        answer: Answer = json.loads(response.content) if response else getattr(self._behind, method)(**request)
        return answer


class Sockets(Front):
    """WebSockets. docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html"""

    def __init__(self, direct: Direct, botocore: Callable[[], Any], address: str) -> None:
        super().__init__(direct, botocore)
        self._address = address.rstrip("/")

    def post_to_connection(self, **asked: Any) -> Answer:
        """Pushed twice does no harm: browsers know what they have. Raises botocore's ClientError if the connection is gone, which is no
        fault but the way in which one learns of it."""
        from botocore.exceptions import BotoCoreError, ClientError

        address = f"{self._address}/@connections/{quote(asked['ConnectionId'], safe='')}"
        request = Request("apigatewaymanagementapi", "PostToConnection", address, asked["Data"], signed_as="execute-api")
        try:
            response = self._direct.send(request)
        except BotoCoreError:
            response = None
        if response is None or response.status_code not in (200, 410):
            answer: Answer = self._behind.post_to_connection(**asked)
            return answer
        if response.status_code == 410:
            raise ClientError({"Error": {"Code": "GoneException", "Message": ""}}, "PostToConnection")
        return {}


class Objects(Front):
    """S3: whole objects. docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, API_PutObject.html"""

    def get_object(self, **asked: Any) -> Answer:
        """Raises botocore's ClientError for an object that is not there: that is an answer too, and needs no second request."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            plain = asked.keys() == {"Bucket", "Key"}
            response = self._direct.send(Request("s3", "GetObject", _object(asked), method="GET")) if plain else None
        except BotoCoreError:
            response = None
        if response is not None and response.status_code == 404 and b"<Code>NoSuchKey</Code>" in response.content:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "there is no such object"}}, "GetObject")
        if response is None or response.status_code != 200:
            answer: Answer = self._behind.get_object(**asked)
            return answer
        return {"Body": BytesIO(response.content)}

    def put_object(self, **asked: Any) -> Answer:
        plain = asked.keys() == {"Bucket", "Key", "Body", "ContentType"} and isinstance(asked["Body"], bytes)
        headers = {"Content-Type": asked.get("ContentType", "")}
        put = Request("s3", "PutObject", _object(asked), asked["Body"], "PUT", headers=headers) if plain else None
        return {} if put and self._answered(put) else self._behind.put_object(**asked)


class Mails(Front):
    """SES. docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html"""

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
            raise ClientError(_error(response), "SendEmail")
        answer: Answer = json.loads(response.content)
        return answer


def _object(asked: Answer) -> str:
    """Its address: a host for each bucket, but a path on an AWS that is named by a number."""
    where, key = endpoint("s3", "s3", os.environ), quote(asked["Key"], safe="/~")
    own = "AWS_ENDPOINT_URL" in os.environ or "AWS_ENDPOINT_URL_S3" in os.environ
    bucket = asked["Bucket"]
    return f"{where}/{bucket}/{key}" if own else f"{where.replace('://', f'://{bucket}.', 1)}/{key}"


def _error(response: Any) -> Any:
    """As botocore tells it; what stands between us and SES may answer in another language than JSON."""
    try:
        said = json.loads(response.content)
    except ValueError:
        said = {}
    code = str(response.headers.get("x-amzn-errortype") or said.get("__type") or response.status_code)
    told = {"Code": code.partition(":")[0].rpartition("#")[2], "Message": str(said.get("message") or said.get("Message") or "")}
    return {"Error": told, "ResponseMetadata": {"HTTPStatusCode": response.status_code}}
