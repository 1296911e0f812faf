"""Calls to AWS without botocore's machinery: the same signature, the same answers, and botocore where something goes wrong."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from socketserver import StreamRequestHandler, TCPServer, ThreadingTCPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse, HeadersDict
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError
from hypothesis import example, given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from chalicelib.aws import clients, fast_clients
from chalicelib.aws.direct import Request, endpoint, signed
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


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
@example("L0SM9cOFvHcCIhw=")
@example(".")
@example("..")
@example("a//b/./c")
@example("a/b c+ü~@:$é")
def test_a_path_is_signed_as_botocore_signs_it(name: str) -> None:
    """Connections' ids and objects' keys: those of S3 are encoded once, those of all other services once more."""
    credentials = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], KEYS["AWS_SESSION_TOKEN"])
    place = f"https://x.execute-api.eu-central-1.amazonaws.com/api/@connections/{quote(name, safe='')}"
    push = Request("apigatewaymanagementapi", "PostToConnection", place, b"{}", signed_as="execute-api")
    ours = signed(push, KEYS, AT.timestamp())["Authorization"]
    assert ours == authorization(SigV4Auth(credentials, "execute-api", "eu-central-1"), push)
    key = f"https://mails.s3.eu-central-1.amazonaws.com/raw/{quote(name, safe='/~')}"
    put = Request("s3", "PutObject", key, b"x", "PUT", headers={"Content-Type": "application/octet-stream"})
    assert signed(put, KEYS, AT.timestamp())["Authorization"] == authorization(S3SigV4Auth(credentials, "s3", "eu-central-1"), put)


@pytest.mark.parametrize(("service", "signs_as"), [("sesv2", "ses"), ("sqs", "sqs"), ("dynamodb", "dynamodb"), ("stepfunctions", "states")])
def test_every_service_is_signed_as_botocore_signs_it(wire: Any, service: str, signs_as: str) -> None:
    """What goes over the wire, asked for with botocore's own client and ours at the same second."""
    wire += [said(200), said(200)]
    asked: dict[str, Any] = {
        "sesv2": ("send_email", MAIL),
        "sqs": ("send_message", {"QueueUrl": "https://sqs.eu-central-1.amazonaws.com/1/q", "MessageBody": "ü"}),
        "dynamodb": ("get_item", {"TableName": "t", "Key": {"pk": {"S": "x"}}}),
        "stepfunctions": ("start_execution", {"stateMachineArn": "arn:aws:states:eu-central-1:1:stateMachine:p", "input": "{}"}),
    }[service]
    attempts = 1 if service == "sesv2" else clients.ATTEMPTS
    getattr(clients.client(service, attempts=attempts), asked[0])(**asked[1])
    ours = wire.asked[0]
    credentials = Credentials(KEYS["AWS_ACCESS_KEY_ID"], KEYS["AWS_SECRET_ACCESS_KEY"], KEYS["AWS_SESSION_TOKEN"])
    theirs = AWSRequest(ours.method, ours.url, data=ours.body, headers={})
    for name in ("Content-Type", "X-Amz-Target", "X-Amz-Content-Sha256", "X-Amz-Security-Token", "X-Amz-Date"):
        if name in ours.headers:
            theirs.headers[name] = ours.headers[name]
    theirs.context["timestamp"] = ours.headers["X-Amz-Date"]
    signer = SigV4Auth(credentials, signs_as, "eu-central-1")
    expected = signer.signature(signer.string_to_sign(theirs, signer.canonical_request(theirs)), theirs)
    assert ours.headers["Authorization"].endswith(f"Signature={expected}")


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
    assert clients.client("dynamodb").get_item(TableName="t", Key={"pk": {"S": "x"}}) == {"Item": {"pk": {"S": "x"}}}
    (request,) = wire.asked
    assert request.headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
    assert json.loads(request.body) == {"TableName": "t", "Key": {"pk": {"S": "x"}}}


@pytest.mark.parametrize("trouble", [said(500), said(400, b'{"__type": "x#ThrottlingException"}'), ReadTimeoutError(endpoint_url="x")])
def test_what_passes_is_tried_again(wire: Any, trouble: Any) -> None:
    wire += [trouble, said(200, b'{"Count": 3}')]
    assert clients.client("dynamodb").query(TableName="t")["Count"] == 3


def test_an_error_means_what_it_means_to_botocore(wire: Any) -> None:
    wire.append(said(400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException", "message": "no"}'))
    with pytest.raises(Conflict), clients.translated("try"):
        clients.client("dynamodb").put_item(TableName="t", Item={"pk": {"S": "x"}}, ConditionExpression="attribute_not_exists(pk)")
    assert len(wire.asked) == 1, "a lost condition is a write, and is not paid for twice"


REFUSED = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"


@pytest.mark.parametrize(("reason", "meaning"), [("ConditionalCheckFailed", Conflict), ("ThrottlingError", Unavailable)])
def test_why_a_transaction_was_cancelled_is_told(wire: Any, reason: str, meaning: type[Exception]) -> None:
    body = {"__type": REFUSED, "Message": "cancelled", "CancellationReasons": [{"Code": "None"}, {"Code": reason}]}
    wire.append(said(400, json.dumps(body).encode()))
    with pytest.raises(meaning), clients.translated("try"):
        clients.client("dynamodb").transact_write_items(TransactItems=[])
    assert len(wire.asked) == 1


def test_a_queue_that_is_gone_bears_the_name_that_botocore_gives_it(wire: Any) -> None:
    names = {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"}
    wire += [said(400, b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"}', **names)] * 2
    codes = []
    for client in (clients.client("sqs"), clients._botocore("sqs", "", 1)):
        with pytest.raises(ClientError) as refused:
            client.receive_message(QueueUrl="https://sqs.eu-central-1.amazonaws.com/1/q")
        codes.append(refused.value.response["Error"]["Code"])
    assert codes[0] == codes[1]


def test_throttling_waits_before_it_asks_again(wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    for _ in range(20):
        wire += [said(400, b'{"__type": "x#ThrottlingException"}'), said(200)]
        clients.client("dynamodb").get_item(TableName="t", Key={})
    assert len(waits) == 20
    assert 0 <= min(waits) < max(waits) <= fast_clients.THROTTLED, "each another length"
    assert len({round(wait, 6) for wait in waits}) > 15


def test_a_transaction_that_is_asked_for_twice_is_one(wire: Any) -> None:
    wire += [ConnectTimeoutError(endpoint_url="x"), said(200)]
    clients.client("dynamodb").transact_write_items(TransactItems=[])
    first, second = (json.loads(request.body)["ClientRequestToken"] for request in wire.asked)
    assert first == second


def test_objects_come_and_go_whole(wire: Any) -> None:
    wire += [said(200, b"content"), said(200)]
    assert clients.client("s3").get_object(Bucket="mails", Key="raw/a b+ü")["Body"].read() == b"content"
    clients.client("s3").put_object(Bucket="files", Key="k", Body=b"content", ContentType="text/plain")
    get, put = wire.asked
    assert (get.method, get.url) == ("GET", "https://mails.s3.eu-central-1.amazonaws.com/raw/a%20b%2B%C3%BC")
    assert (put.method, put.url, put.body) == ("PUT", "https://files.s3.eu-central-1.amazonaws.com/k", b"content")


def test_a_gone_connection_is_told_at_once(wire: Any) -> None:
    wire += [said(200, b""), said(410), said(500), said(200, b"")]
    client = clients.client("apigatewaymanagementapi", "https://sockets.example/api")
    client.post_to_connection(ConnectionId="a=b/c", Data=b"{}")
    with pytest.raises(NotFound), clients.translated("push"):
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
        assert clients.client("dynamodb").describe_table(TableName="t") == {}
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in options


def test_an_object_that_is_not_there_is_not_found(wire: Any) -> None:
    wire += [said(404, b"<Error><Code>NoSuchKey</Code></Error>"), said(404), said(404, b"<Error><Code>NoSuchKey</Code></Error>")]
    for asked in (1, 2, 3):
        with pytest.raises(NotFound), clients.translated("read"):
            clients.client("s3").get_object(Bucket="b", Key="k")
        assert len(wire.asked) == asked


MAIL = {
    "FromEmailAddress": "a@b.example",
    "Destination": {"ToAddresses": ["c@d.example"]},
    "Content": {"Raw": {"Data": b"From: x\r\n\r\n\xff"}},
}


def send() -> Any:
    with clients.sending("send a mail"):
        return clients.once("sesv2").send_email(**MAIL)


def test_a_mail_goes_to_ses_as_botocore_would_send_it(wire: Any) -> None:
    wire += [said(200, b'{"MessageId": "ses-1"}'), said(200, b'{"MessageId": "ses-2"}')]
    assert send() == {"MessageId": "ses-1"}
    assert clients._botocore("sesv2", "", 1).send_email(**MAIL)["MessageId"] == "ses-2"
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


class Closing(StreamRequestHandler):
    """Takes one request and answers it, then hangs up without a word, as a peer does that was idle for long."""

    taken: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        head = dict(line.lower().split(b":", 1) for line in iter(self.rfile.readline, b"\r\n") if b":" in line)
        self.taken.append(self.rfile.read(int(head[b"content-length"])))
        self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"MessageId": "m-1"}')


def test_a_mail_after_a_freeze_goes_over_a_connection_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The peer closed while nobody looked: over the old connection nobody could tell whether the mail left."""
    Closing.taken.clear()
    clock = [1_000.0]
    monkeypatch.setattr("chalicelib.freshness.time", SimpleNamespace(time=lambda: clock[0]))
    monkeypatch.setattr("urllib3.connectionpool.is_connection_dropped", lambda _: False)  # the packets were lost in the freeze
    with ThreadingTCPServer(("127.0.0.1", 0), Closing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}"}.items():
            monkeypatch.setenv(name, value)
        assert send()["MessageId"] == "m-1"
        clock[0] += 60
        assert send()["MessageId"] == "m-1"
        with pytest.raises(Uncertain):
            send()  # a moment later the old connection is trusted: this server hangs up sooner than any that we know
        server.shutdown()
    assert len(Closing.taken) == 2
