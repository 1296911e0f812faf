"""Calls to AWS without botocore's machinery: the same signature, the same answers, and botocore where something goes wrong."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse, HeadersDict
from botocore.credentials import Credentials
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from chalicelib import aws
from chalicelib.aws_direct import Request, endpoint, signed
from chalicelib.errors import Conflict, NotFound, Unavailable, Uncertain, Undeliverable

KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret/+", "AWS_SESSION_TOKEN": "token==", "AWS_REGION": "eu-central-1"}
AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)

Answer = Callable[..., AWSResponse]


def said(status: int, body: bytes = b"{}", **headers: str) -> AWSResponse:
    return AWSResponse("", status, HeadersDict(headers), HTTPResponse(io.BytesIO(body), preload_content=False))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the wire does next (an answer or an error); `wire.asked` of it is what came."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)

    class Wire(list[Any]):
        def __init__(self) -> None:
            self.asked: list[Any] = []

    wire = Wire()

    def send(_: Any, request: Any) -> AWSResponse:
        wire.asked.append(request)
        answer = wire.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", send)
    monkeypatch.setattr("time.sleep", lambda _: None)  # botocore's pauses between its attempts
    return wire


def authorization(auth: Any, request: Request) -> str:
    """botocore's, for the same request at the same time."""
    theirs = AWSRequest(request.method, request.address, data=request.body, headers=dict(request.headers))
    theirs.headers["X-Amz-Date"] = AT.strftime("%Y%m%dT%H%M%SZ")
    theirs.headers["X-Amz-Security-Token"] = KEYS["AWS_SESSION_TOKEN"]
    theirs.context["timestamp"] = AT.strftime("%Y%m%dT%H%M%SZ")
    theirs.context["payload_signing_enabled"] = True
    if "x-amz-content-sha256" not in theirs.headers:
        theirs.headers["X-Amz-Content-SHA256"] = auth.payload(theirs)
    signer = auth
    return str(
        signer._inject_signature_to_request(
            theirs, signer.signature(signer.string_to_sign(theirs, signer.canonical_request(theirs)), theirs)
        ).headers["Authorization"]
    )


@given(st.binary(max_size=300))
def test_the_signature_is_botocores(body: bytes) -> None:
    credentials = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], KEYS["AWS_SESSION_TOKEN"])
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.PutItem"}
    request = Request("dynamodb", "PutItem", "https://dynamodb.eu-central-1.amazonaws.com/", body, headers=headers)
    assert signed(request, KEYS, AT.timestamp())["Authorization"] == authorization(
        SigV4Auth(credentials, "dynamodb", "eu-central-1"), request
    )
    address = "https://mails.s3.eu-central-1.amazonaws.com/raw/a%20b%2B%C3%BC~.eml"
    put = Request("s3", "PutObject", address, body, "PUT", headers={"Content-Type": "application/octet-stream"})
    assert signed(put, KEYS, AT.timestamp())["Authorization"] == authorization(S3SigV4Auth(credentials, "s3", "eu-central-1"), put)


def test_without_keys_in_the_environment_nothing_is_signed() -> None:
    assert signed(Request("s3", "GetObject", "https://b.s3.amazonaws.com/k", method="GET"), {"AWS_REGION": "eu-central-1"}, 0) == {}


def test_services_are_where_aws_says() -> None:
    assert endpoint("dynamodb", "dynamodb", {"AWS_REGION": "eu-west-1"}) == "https://dynamodb.eu-west-1.amazonaws.com"
    assert endpoint("sesv2", "email", {"AWS_REGION": "cn-north-1"}) == "https://email.cn-north-1.amazonaws.com.cn"
    given = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566/"}
    assert endpoint("s3", "s3", given) == "http://127.0.0.1:4566"
    assert endpoint("s3", "s3", {**given, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9000"}) == "http://127.0.0.1:9000"


def test_a_plain_answer_takes_one_request(wire: Any) -> None:
    wire.append(said(200, b'{"Item": {"pk": {"S": "x"}}}'))
    assert aws.client("dynamodb").get_item(TableName="t", Key={"pk": {"S": "x"}}) == {"Item": {"pk": {"S": "x"}}}
    (request,) = wire.asked
    assert request.headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
    assert json.loads(request.body) == {"TableName": "t", "Key": {"pk": {"S": "x"}}}


@pytest.mark.parametrize("trouble", [said(500), said(400, b'{"__type": "x#ThrottlingException"}'), ReadTimeoutError(endpoint_url="x")])
def test_what_passes_is_tried_again(wire: Any, trouble: Any) -> None:
    wire += [trouble, said(200, b'{"Count": 3}')]
    assert aws.client("dynamodb").query(TableName="t")["Count"] == 3


def test_an_error_means_what_it_means_to_botocore(wire: Any) -> None:
    refused = b'{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"}'
    wire += [said(400, refused), said(400, refused)]
    with pytest.raises(Conflict), aws.translated("try"):
        aws.client("dynamodb").put_item(TableName="t", Item={"pk": {"S": "x"}}, ConditionExpression="attribute_not_exists(pk)")


def test_a_transaction_that_is_asked_for_twice_is_one(wire: Any) -> None:
    wire += [ConnectTimeoutError(endpoint_url="x"), said(200)]
    aws.client("dynamodb").transact_write_items(TransactItems=[])
    first, second = (json.loads(request.body)["ClientRequestToken"] for request in wire.asked)
    assert first == second


def test_objects_come_and_go_whole(wire: Any) -> None:
    wire += [said(200, b"content"), said(200)]
    assert aws.client("s3").get_object(Bucket="mails", Key="raw/a b+ü")["Body"].read() == b"content"
    aws.client("s3").put_object(Bucket="files", Key="k", Body=b"content", ContentType="text/plain")
    get, put = wire.asked
    assert (get.method, get.url) == ("GET", "https://mails.s3.eu-central-1.amazonaws.com/raw/a%20b%2B%C3%BC")
    assert (put.method, put.url, put.body) == ("PUT", "https://files.s3.eu-central-1.amazonaws.com/k", b"content")


def test_a_gone_connection_is_told_at_once(wire: Any) -> None:
    wire += [said(200, b""), said(410), said(500), said(200, b"")]
    client = aws.client("apigatewaymanagementapi", "https://sockets.example/api")
    client.post_to_connection(ConnectionId="a=b/c", Data=b"{}")
    with pytest.raises(NotFound), aws.translated("push"):
        client.post_to_connection(ConnectionId="x", Data=b"{}")
    client.post_to_connection(ConnectionId="y", Data=b"{}")
    assert [request.url.rpartition("/")[2] for request in wire.asked] == ["a%3Db%2Fc", "x", "y", "y"]


def test_no_part_of_a_request_waits_for_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    class Answering(StreamRequestHandler):
        def handle(self) -> None:
            head = dict(line.lower().split(b":", 1) for line in iter(self.rfile.readline, b"\r\n") if b":" in line)
            self.rfile.read(int(head[b"content-length"]))
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    options, setsockopt = [], socket.socket.setsockopt
    monkeypatch.setattr(socket.socket, "setsockopt", lambda *given: (options.append(given[1:]), setsockopt(*given))[1])
    with TCPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.handle_request, daemon=True).start()
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}"}.items():
            monkeypatch.setenv(name, value)
        assert aws.client("dynamodb").describe_table(TableName="t") == {}
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in options


def test_an_object_that_is_not_there_is_not_found(wire: Any) -> None:
    wire += [said(404, b"<Error><Code>NoSuchKey</Code></Error>"), said(404), said(404, b"<Error><Code>NoSuchKey</Code></Error>")]
    for asked in (1, 3):
        with pytest.raises(NotFound), aws.translated("read"):
            aws.client("s3").get_object(Bucket="b", Key="k")
        assert len(wire.asked) == asked


MAIL = {
    "FromEmailAddress": "a@b.example",
    "Destination": {"ToAddresses": ["c@d.example"]},
    "Content": {"Raw": {"Data": b"From: x\r\n\r\n\xff"}},
}


def send() -> Any:
    with aws.sending("send a mail"):
        return aws.client("sesv2", attempts=1).send_email(**MAIL)


def test_a_mail_goes_to_ses_as_botocore_would_send_it(wire: Any) -> None:
    wire += [said(200, b'{"MessageId": "ses-1"}'), said(200, b'{"MessageId": "ses-2"}')]
    assert send() == {"MessageId": "ses-1"}
    assert aws._botocore("sesv2", "", 1).send_email(**MAIL)["MessageId"] == "ses-2"
    ours, theirs = wire.asked
    assert (ours.method, ours.url, json.loads(ours.body)) == (theirs.method, theirs.url, json.loads(theirs.body))


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (said(400, b'{"message": "no"}', **{"x-amzn-errortype": "MessageRejected:http://x"}), Undeliverable),
        (said(429, b'{"message": "slow"}', **{"x-amzn-errortype": "TooManyRequestsException"}), Unavailable),
        (said(500, b"<html>"), Unavailable),
        (ConnectTimeoutError(endpoint_url="x"), Unavailable),
        (ReadTimeoutError(endpoint_url="x"), Uncertain),
    ],
)
def test_a_mail_is_never_asked_for_twice(wire: Any, trouble: Any, error: type[Exception]) -> None:
    wire.append(trouble)
    with pytest.raises(error):
        send()
    assert len(wire.asked) == 1
