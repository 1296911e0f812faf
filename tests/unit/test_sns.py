"""SNS messages: every vector has its verdict, and nothing is asked of an address that is not SNS's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from chalicelib import settings
from chalicelib.channels import sns
from chalicelib.errors import Forbidden, Unavailable
from infra.local.signing import Signer
from tests import resets
from tests.parameters import know

FOLDER = Path(__file__).parents[1] / "fixtures" / "sns"
VECTORS = {v["id"]: v for v in json.loads((FOLDER / "signed-messages.json").read_text("utf-8"))["vectors"]}
GOOD = VECTORS["v2-notification"]
CERTIFICATE = (FOLDER / "signing-cert.pem").read_bytes()


def moment(vector: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(vector["now"]).timestamp() * 1000)


@pytest.fixture(autouse=True)
def parameters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    know(monkeypatch)
    resets.forget_certificates()
    yield
    resets.forget_certificates()


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The certificates' addresses that were asked for; the good certificate comes from each."""
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return CERTIFICATE

    monkeypatch.setattr(sns, "fetch", fetch)
    return asked


@pytest.mark.parametrize("vector", VECTORS.values(), ids=list(VECTORS))
def test_every_vector_has_its_verdict(vector: dict[str, Any], fetched: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    served = (FOLDER / vector["cert_served"]).read_bytes()
    record = sns.fetch
    monkeypatch.setattr(sns, "fetch", lambda url: (record(url), served)[1])
    try:
        valid = bool(sns.verified(vector["message"], [vector["allowed_topic"]], moment(vector)))
    except Forbidden:
        valid = False
    assert valid is vector["valid"] or vector["valid"] is None
    assert not fetched or vector.get("certificate_url_may_be_fetched", True)


def test_there_are_as_many_vectors_as_there_should_be() -> None:
    assert len(VECTORS) == 45
    assert sum(v["valid"] is True for v in VECTORS.values()) == 9


def test_a_lambda_events_spelling_and_its_empty_subject_are_the_same_message(fetched: list[str]) -> None:
    message = {name.replace("URL", "Url"): value for name, value in GOOD["message"].items()} | {"Subject": None, "MessageAttributes": {}}
    proven = sns.verified(message, [GOOD["allowed_topic"]], moment(GOOD))
    assert proven["Message"] == GOOD["message"]["Message"]
    assert proven.keys() == {"Message", "MessageId", "Timestamp", "TopicArn", "Type"}


def test_only_what_was_signed_is_handed_on(fetched: list[str]) -> None:
    message = GOOD["message"] | {"Token": "t", "SubscribeURL": "https://evil.example/", "MessageAttributes": {"a": 1}}
    assert "Token" not in sns.verified(message, [GOOD["allowed_topic"]], moment(GOOD))


def test_the_local_stack_signs_as_sns_does(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signer = Signer.settled(tmp_path, "http://127.0.0.1:1")
    know(monkeypatch, settings__sns_certificates="http://127.0.0.1:1/sns/")
    monkeypatch.setattr(sns, "fetch", lambda _url: signer.certificate())
    message = signer.signed(GOOD["message"] | {"Message": "订单 ✓\n", "Subject": None})
    assert sns.verified(message, [GOOD["allowed_topic"]], moment(GOOD))["Message"] == "订单 ✓\n"
    with pytest.raises(Forbidden):
        sns.verified(message | {"Message": "changed"}, [GOOD["allowed_topic"]], moment(GOOD))


def test_a_certificate_is_fetched_once(fetched: list[str]) -> None:
    for _ in range(3):
        sns.verified(GOOD["message"], [GOOD["allowed_topic"]], moment(GOOD))
    assert len(fetched) == 1


def test_what_aws_may_deliver_late_is_taken_late(fetched: list[str]) -> None:
    late = moment(GOOD) + 5 * settings.DAY
    with pytest.raises(Forbidden):
        sns.verified(GOOD["message"], [GOOD["allowed_topic"]], late)
    assert sns.verified(GOOD["message"], [GOOD["allowed_topic"]], late, oldest=14 * settings.DAY)


@pytest.mark.parametrize("name", ["Signature", "SigningCertURL", "Message", "TopicArn", "Timestamp", "Type", "SignatureVersion"])
@pytest.mark.parametrize(
    "value", [None, 1, [], {}, "", "\ud800", "x" * 100_000], ids=["none", "1", "list", "object", "empty", "half", "long"]
)
def test_whatever_stands_in_a_field_it_is_a_refusal_and_no_crash(fetched: list[str], name: str, value: Any) -> None:
    with pytest.raises(Forbidden):
        sns.verified(GOOD["message"] | {name: value}, [GOOD["allowed_topic"]], moment(GOOD))


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", CERTIFICATE[:500]]
)
def test_a_file_that_is_no_certificate_proves_nothing(content: bytes) -> None:
    with pytest.raises(Forbidden):
        sns.read_certificate(content)


class Server(ThreadingHTTPServer):
    status, content, location = 200, CERTIFICATE, ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_args: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.shutdown()


class TestFetching:
    def test_the_file_as_it_is_without_the_proxy_of_the_environment(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert sns.fetch(server.address + "a.pem") == CERTIFICATE

    @pytest.mark.parametrize(
        ("change", "meaning"),
        [
            ({"status": 302, "location": "/elsewhere.pem"}, Forbidden),
            ({"status": 404}, Forbidden),
            ({"content": b"x" * (sns.LARGEST + 1)}, Forbidden),
            ({"status": 429}, Unavailable),
            ({"status": 503}, Unavailable),
        ],
        ids=str,
    )
    def test_anything_else_is_refused_or_tried_again(self, server: Server, change: dict[str, Any], meaning: type[Exception]) -> None:
        for name, value in change.items():
            setattr(server, name, value)
        with pytest.raises(meaning):
            sns.fetch(server.address + "a.pem")
        assert server.asked == ["/a.pem"]

    def test_nobody_there_is_tried_again(self) -> None:
        with pytest.raises(Unavailable):
            sns.fetch("http://127.0.0.1:1/a.pem")

    @pytest.mark.parametrize("allowed", [True, False])
    def test_another_address_counts_only_where_it_is_configured(
        self, server: Server, allowed: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        know(monkeypatch, settings__sns_certificates=server.address if allowed else "")
        with nullcontext() if allowed else pytest.raises(Forbidden):
            sns._key(server.address + "a.pem")
        assert len(server.asked) == allowed
