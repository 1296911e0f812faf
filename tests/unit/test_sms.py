"""SMS in and out: Twilio's signatures, its forms, keywords that are no questions, and what each failure of sending means."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from chalicelib import settings
from chalicelib.channels import sms, sms_keywords, sms_twilio
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, BatonError, Forbidden, TooLarge, Unavailable, Uncertain, Undeliverable

TWILIO = Path(__file__).parents[1] / "fixtures" / "twilio"
VECTORS = [v for name in ("published", "made") for v in json.loads((TWILIO / f"{name}-vectors.json").read_text("utf-8"))["vectors"]]
WORDS = json.loads((TWILIO / "keywords.json").read_text("utf-8"))["cases"]
TOKEN = "4f1a2b3c4d5e6f708192a3b4c5d6e7f8"
URL = "https://hooks.shop.example/prod/sms/twilio"
OURS, THEIRS, SID = "+15005550006", "+15005550001", "SM" + "0" * 32
FORM = {"MessageSid": SID, "From": THEIRS, "To": OURS, "Body": "Where is my order?", "NumMedia": "0", "AccountSid": "AC1"}
OUT = Message("s1", "a+1", "outgoing", "sms", 1, "On its way.", THEIRS, by="bot", state="pending")


@pytest.fixture(autouse=True)
def parameters(monkeypatch: pytest.MonkeyPatch) -> settings.Parameters:
    known = settings.Parameters(
        b"a test's root",
        URL.removesuffix("/sms/twilio"),
        "",
        "",
        twilio_account_sid="AC1",
        twilio_auth_tokens=(TOKEN, "the previous one"),
        twilio_api="http://127.0.0.1:1",
    )
    monkeypatch.setattr(settings, "parameters", lambda: known)
    monkeypatch.setenv("SMS_NUMBER", OURS)
    return known


def signed(form: dict[str, str] | list[tuple[str, str]], token: str = TOKEN, url: str = URL) -> dict[str, str]:
    pairs = list(form.items()) if isinstance(form, dict) else form
    return {"X-Twilio-Signature": sms_twilio._signature(token, url + sms_twilio._joined(pairs)).decode()}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_every_published_and_made_signature_has_its_verdict(vector: dict[str, Any]) -> None:
    params = [(name, value) for name, value in vector["params"]]
    body = vector.get("raw_body", "").encode()
    assert sms_twilio.verify(vector["url"], params, vector["signature"], [vector["auth_token"]], body) is vector["valid"]


class TestReceive:
    def test_a_signed_form_becomes_a_message(self) -> None:
        message = sms.receive(urlencode(FORM).encode(), signed(FORM))
        assert (message.id, message.address, message.text) == (SID, THEIRS, "Where is my order?")
        assert (message.direction, message.channel, message.state) == ("incoming", "sms", "received")
        assert message.meta == {"number": OURS}

    def test_any_case_of_the_header_and_the_previous_token_are_accepted(self) -> None:
        headers = {name.lower(): value for name, value in signed(FORM, token="the previous one").items()}
        assert sms.receive(urlencode(FORM).encode(), headers).id == SID

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Twilio-Signature": ""},
            {"X-Twilio-Signature": "ＲＳ"},
            signed(FORM, token="wrong"),
            signed(FORM, url="https://evil.example/sms/twilio"),
        ],
        ids=["none", "empty", "not ascii", "wrong token", "other address"],
    )
    def test_anything_but_twilios_signature_is_forbidden(self, headers: dict[str, str]) -> None:
        with pytest.raises(Forbidden):
            sms.receive(urlencode(FORM).encode(), headers)

    def test_the_host_header_proves_nothing(self) -> None:
        evil = signed(FORM, url="https://evil.example/sms/twilio") | {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        with pytest.raises(Forbidden):
            sms.receive(urlencode(FORM).encode(), evil)

    def test_without_a_token_nobody_is_believed(self, monkeypatch: pytest.MonkeyPatch, parameters: settings.Parameters) -> None:
        monkeypatch.setattr(settings, "parameters", lambda: replace(parameters, twilio_auth_tokens=()))
        with pytest.raises(Forbidden):
            sms.receive(urlencode(FORM).encode(), signed(FORM, token=""))

    @pytest.mark.parametrize("body", [b"\xff\xfe", b"Body=%ff%fe", b"no pairs", b"a=1&" * 300, b'{"a": 1}'], ids=repr)
    def test_what_is_no_form_is_a_bad_request(self, body: bytes) -> None:
        with pytest.raises(BadRequest):
            sms.receive(body, {})

    def test_one_byte_too_many_is_too_large(self) -> None:
        start = b"Body="
        with pytest.raises(TooLarge):
            sms.receive(start + b"x" * (sms_twilio.LARGEST - len(start) + 1), {})
        with pytest.raises(Forbidden):
            sms.receive(start + b"x" * (sms_twilio.LARGEST - len(start)), {})

    @pytest.mark.parametrize(
        "change",
        [
            {"MessageSid": ""},
            {"MessageSid": "SM" + "0" * 31 + "/"},
            {"From": ""},
            {"From": "+1 500 555"},
            {"From": "whatsapp:+15005550001"},
            {"To": "a\nb"},
            {"From": "٣٣٣٣٣"},
        ],
        ids=str,
    )
    def test_a_form_that_is_no_text_message_is_a_bad_request(self, change: dict[str, str]) -> None:
        with pytest.raises(BadRequest):
            sms.incoming(FORM | change, 1)

    def test_a_status_callback_is_no_message(self) -> None:
        form = {"MessageSid": SID, "From": OURS, "To": THEIRS, "MessageStatus": "delivered"}
        with pytest.raises(BadRequest):
            sms.receive(urlencode(form).encode(), signed(form))

    def test_pictures_without_a_text_are_listed(self) -> None:
        media = {
            "Body": "",
            "NumMedia": "2",
            "MediaUrl0": "https://a.example/0",
            "MediaContentType0": "image/png",
            "MediaUrl1": "https://a.example/1",
        }
        message = sms.incoming(FORM | media, 1)
        assert message.text == ""
        assert message.meta["media"] == [{"url": "https://a.example/0", "type": "image/png"}, {"url": "https://a.example/1", "type": ""}]

    @pytest.mark.parametrize(("count", "listed"), [("999999999999", 0), ("-1", 0), ("٣", 0), ("99", sms.MEDIA)])
    def test_a_strange_number_of_pictures_does_no_harm(self, count: str, listed: int) -> None:
        assert len(sms.incoming(FORM | {"NumMedia": count}, 1).meta.get("media", [])) == listed

    def test_text_is_kept_as_typed_but_for_controls(self) -> None:
        assert sms.incoming(FORM | {"Body": " 1+1=2 & 50%\r\n你好😀\x00 "}, 1).text == "1+1=2 & 50%\n你好😀"

    def test_a_sender_that_is_no_number_is_stored_and_never_answered(self) -> None:
        for sender in ("Amazon", "12345"):
            assert sms.incoming(FORM | {"From": sender}, 1).meta["automatic"] == "no number"


class TestThreads:
    def test_a_thread_is_one_pair_of_numbers(self) -> None:
        again, other = sms.incoming(FORM | {"MessageSid": "SM" + "1" * 32}, 2), sms.incoming(FORM | {"From": "+15005550002"}, 3)
        assert again.thread == sms.incoming(FORM, 1).thread != other.thread
        assert sms.thread(OURS, THEIRS) != sms.thread("+15005550007", THEIRS)

    def test_its_name_tells_nobody_the_number(self, monkeypatch: pytest.MonkeyPatch, parameters: settings.Parameters) -> None:
        before = sms.thread(OURS, THEIRS)
        monkeypatch.setattr(settings, "parameters", lambda: replace(parameters, root=b"another root"))
        assert sms.thread(OURS, THEIRS) != before


class TestKeywords:
    @pytest.mark.parametrize(
        "case", [c for c in WORDS if not c["expect"].startswith(("free_text", "opt_in_only"))], ids=lambda case: repr(case["body"])
    )
    def test_each_word_has_its_meaning_and_look_alikes_have_none(self, case: dict[str, str]) -> None:
        meanings = {"opt_out": "stop", "opt_out_recommended": "stop", "opt_in": "start", "help": "help", "none": ""}
        assert sms_keywords.keyword(case["body"]) == meanings[case["expect"]]

    @pytest.mark.parametrize(
        ("text", "meaning"), [("退订", "stop"), ("TD", "stop"), ("退订。", "stop"), ("帮助", "help"), ("我想退订套餐", ""), ("yes", "")]
    )
    def test_chinese_words(self, text: str, meaning: str) -> None:
        assert sms_keywords.keyword(text) == meaning

    def test_what_twilio_took_it_for_goes_before(self) -> None:
        assert sms.incoming(FORM | {"Body": "salir", "OptOutType": "STOP"}, 1).meta["keyword"] == "stop"
        assert "keyword" not in sms.incoming(FORM, 1).meta


class Twilio(ThreadingHTTPServer):
    """Answers what the test says; a status of 0 closes the line without an answer, -1 says nothing at all."""

    status, answer = 201, b'{"sid": "SM1"}'

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, list[str]], str]] = []
        self.silence = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Twilio

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.requests.append((self.path, parse_qs(body), self.headers["Authorization"]))
        if self.server.status == -1:
            self.server.silence.wait(10)
        if self.server.status <= 0:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_args: object) -> None:
        """Silent."""


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch, parameters: settings.Parameters) -> Iterator[Twilio]:
    from urllib3 import PoolManager, Timeout

    with Twilio() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        pool = PoolManager(timeout=Timeout(connect=1, read=0.3), retries=False)
        monkeypatch.setattr(sms_twilio, "_pool", lambda: pool)
        monkeypatch.setattr(settings, "parameters", lambda: replace(parameters, twilio_api=server.address))
        yield server
        server.silence.set()
        server.shutdown()


class TestSend:
    def test_one_message_from_our_number_with_the_accounts_name_and_token(self, twilio: Twilio) -> None:
        assert sms.send(replace(OUT, text="你好 & 1+1", link="https://shop.example/a")) == "SM1"
        ((path, fields, authorization),) = twilio.requests
        assert path == "/2010-04-01/Accounts/AC1/Messages.json"
        assert fields == {"To": [THEIRS], "From": [OURS], "Body": ["你好 & 1+1\nhttps://shop.example/a"]}
        assert authorization.startswith("Basic ")

    @pytest.mark.parametrize(
        ("status", "code", "meaning"),
        [
            (400, 21610, Undeliverable),
            (400, 21211, Undeliverable),
            (400, 99999, Undeliverable),
            (401, 20003, Undeliverable),
            (429, 20429, Unavailable),
            (500, 20500, Unavailable),
            (503, 0, Unavailable),
            (0, 0, Uncertain),
            (-1, 0, Uncertain),
        ],
    )
    def test_each_failure_says_whether_the_message_may_have_left(
        self, twilio: Twilio, status: int, code: int, meaning: type[BatonError]
    ) -> None:
        twilio.status, twilio.answer = status, json.dumps({"code": code, "message": "no"}).encode()
        with pytest.raises(meaning):
            sms.send(OUT)
        assert len(twilio.requests) == 1

    def test_a_yes_without_an_id_or_in_no_language_is_uncertain(self, twilio: Twilio) -> None:
        for answer in (b"{}", b"<html>", b"[]"):
            twilio.answer = answer
            with pytest.raises(Uncertain):
                sms.send(OUT)

    def test_twilio_not_reachable_means_nothing_left(self) -> None:
        with pytest.raises(Unavailable):
            sms.send(OUT)

    def test_without_an_account_a_person_is_told_what_to_do(self, monkeypatch: pytest.MonkeyPatch, parameters: settings.Parameters) -> None:
        monkeypatch.setattr(settings, "parameters", lambda: replace(parameters, twilio_auth_tokens=()))
        with pytest.raises(Undeliverable, match="store its id and token"):
            sms.send(OUT)

    def test_a_long_answer_of_the_bot_ends_in_its_article_and_a_persons_is_refused_whole(self) -> None:
        long = replace(OUT, text="x" * 2_000, link="https://shop.example/a")
        assert len(sms.body(long)) <= sms.LONGEST
        assert sms.body(long).endswith("…\nhttps://shop.example/a")
        with pytest.raises(Undeliverable):
            sms.body(replace(long, by="agent-ann"))
        assert len(sms.body(replace(OUT, text="x" * sms.LONGEST))) == sms.LONGEST
