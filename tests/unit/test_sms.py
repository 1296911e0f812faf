"""SMS in and out: Twilio's signatures, its forms, and what each failure of sending means."""

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

from chalicelib.channels.sms import adapter
from chalicelib.channels.sms import twilio as sms_twilio
from chalicelib.channels.tags import tagged
from chalicelib.conversations import files, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities
from chalicelib.errors import BadRequest, BatonError, Forbidden, Postponed, TooLarge, Unavailable, Uncertain, Undeliverable
from tests.parameters import know

TWILIO = Path(__file__).parents[1] / "fixtures" / "twilio"
VECTORS = [v for name in ("published", "made") for v in json.loads((TWILIO / f"{name}-vectors.json").read_text("utf-8"))["vectors"]]
TOKEN = "4f1a2b3c4d5e6f708192a3b4c5d6e7f8"
SITE = "https://hooks.shop.example/prod"
URL = SITE + "/sms/twilio"
OURS, THEIRS, SID = "+15005550006", "+15005550001", "SM" + "0" * 32
FORM = {"MessageSid": SID, "From": THEIRS, "To": OURS, "Body": "Where is my order?", "NumMedia": "0", "AccountSid": "AC1"}
OUT = Message("s1", "a+1", "outgoing", "sms", 1, "On its way.", THEIRS, by="bot", state="pending")

KNOWN = {
    "settings__public_url": SITE,
    "settings__twilio_api": "http://127.0.0.1:1",
    "secrets__twilio_account_sid": "AC1",
    "secrets__twilio_auth_token": TOKEN,
    "secrets__twilio_auth_token_previous": "the previous one",
}
NO_TOKENS = {name: value for name, value in KNOWN.items() if "auth_token" not in name}


@pytest.fixture(autouse=True)
def parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, **KNOWN)
    monkeypatch.setenv("SMS_NUMBER", OURS)


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
        message = sms_twilio.receive(urlencode(FORM).encode(), signed(FORM))
        assert (message.id, message.address, message.text) == (SID, THEIRS, "Where is my order?")
        assert (message.direction, message.channel, message.state) == ("incoming", "sms", "received")
        assert message.meta == {"number": OURS}

    def test_any_case_of_the_header_and_the_previous_token_are_accepted(self) -> None:
        headers = {name.lower(): value for name, value in signed(FORM, token="the previous one").items()}
        assert sms_twilio.receive(urlencode(FORM).encode(), headers).id == SID

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
            sms_twilio.receive(urlencode(FORM).encode(), headers)

    def test_the_host_header_proves_nothing(self) -> None:
        evil = signed(FORM, url="https://evil.example/sms/twilio") | {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        with pytest.raises(Forbidden):
            sms_twilio.receive(urlencode(FORM).encode(), evil)

    def test_without_a_token_nobody_is_believed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        know(monkeypatch, **NO_TOKENS)
        with pytest.raises(Forbidden):
            sms_twilio.receive(urlencode(FORM).encode(), signed(FORM, token=""))

    @pytest.mark.parametrize("body", [b"\xff\xfe", b"Body=%ff%fe", b"no pairs", b"a=1&" * 300, b'{"a": 1}'], ids=repr)
    def test_what_is_no_form_is_a_bad_request(self, body: bytes) -> None:
        with pytest.raises(BadRequest):
            sms_twilio.receive(body, {})

    def test_one_byte_too_many_is_too_large(self) -> None:
        start = b"Body="
        with pytest.raises(TooLarge):
            sms_twilio.receive(start + b"x" * (sms_twilio.LARGEST - len(start) + 1), {})
        with pytest.raises(Forbidden):
            sms_twilio.receive(start + b"x" * (sms_twilio.LARGEST - len(start)), {})

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
            sms_twilio.incoming(FORM | change, 1)

    def test_a_status_callback_is_no_message(self) -> None:
        form = {"MessageSid": SID, "From": OURS, "To": THEIRS, "MessageStatus": "delivered"}
        with pytest.raises(BadRequest):
            sms_twilio.receive(urlencode(form).encode(), signed(form))

    def test_pictures_without_a_text_are_listed(self) -> None:
        media = {
            "Body": "",
            "NumMedia": "2",
            "MediaUrl0": "https://a.example/0",
            "MediaContentType0": "image/png",
            "MediaUrl1": "https://a.example/1",
        }
        message = sms_twilio.incoming(FORM | media, 1)
        assert message.text == ""
        assert message.meta["media"] == [{"url": "https://a.example/0", "type": "image/png"}, {"url": "https://a.example/1", "type": ""}]

    @pytest.mark.parametrize(("count", "listed"), [("999999999999", 0), ("-1", 0), ("٣", 0), ("99", adapter.MEDIA)])
    def test_a_strange_number_of_pictures_does_no_harm(self, count: str, listed: int) -> None:
        assert len(sms_twilio.incoming(FORM | {"NumMedia": count}, 1).meta.get("media", [])) == listed

    def test_text_is_kept_as_typed_but_for_controls(self) -> None:
        assert sms_twilio.incoming(FORM | {"Body": " 1+1=2 & 50%\r\n你好😀\x00 "}, 1).text == "1+1=2 & 50%\n你好😀"

    def test_a_sender_that_is_no_number_is_stored_and_never_answered(self) -> None:
        for sender in ("Amazon", "12345"):
            assert sms_twilio.incoming(FORM | {"From": sender}, 1).meta["automatic"] == "no number"


class TestThreads:
    def test_a_thread_is_one_pair_of_numbers(self) -> None:
        again, other = (
            sms_twilio.incoming(FORM | {"MessageSid": "SM" + "1" * 32}, 2),
            sms_twilio.incoming(FORM | {"From": "+15005550002"}, 3),
        )
        assert again.thread == sms_twilio.incoming(FORM, 1).thread != other.thread
        assert adapter.thread(OURS, THEIRS) != adapter.thread("+15005550007", THEIRS)

    def test_its_name_tells_nobody_the_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = adapter.thread(OURS, THEIRS)
        know(monkeypatch, **KNOWN, secrets__root="another root")
        assert adapter.thread(OURS, THEIRS) != before


class Twilio(ThreadingHTTPServer):
    """Answers what the test says; a status of 0 closes the line without an answer, -1 says nothing at all."""

    status, answer = 201, b'{"sid": "SM1"}'
    answers: list[bytes]
    statuses: list[int]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, list[str]], str]] = []
        self.silence = threading.Event()
        self.answers, self.statuses = [], []  # of the first requests, if they differ

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Twilio

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.requests.append((self.path, parse_qs(body), self.headers["Authorization"]))
        status = self.server.statuses.pop(0) if self.server.statuses else self.server.status
        answer = self.server.answers.pop(0) if self.server.answers else self.server.answer
        if status == -1:
            self.server.silence.wait(10)
        if status <= 0:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: object) -> None:
        """Silent."""


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Twilio]:
    from urllib3 import PoolManager, Timeout

    with Twilio() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        pool = PoolManager(timeout=Timeout(connect=1, read=0.3), retries=False)
        monkeypatch.setattr(sms_twilio, "_pool", lambda: pool)
        know(monkeypatch, **KNOWN | {"settings__twilio_api": server.address})
        yield server
        server.silence.set()
        server.shutdown()


class TestSend:
    def test_one_message_from_our_number_with_the_accounts_name_and_token(self, twilio: Twilio) -> None:
        assert adapter.send(replace(OUT, by="ann", text="你好 & 1+1", link="https://shop.example/a")) == "SM1"
        ((path, fields, authorization),) = twilio.requests
        assert path == "/2010-04-01/Accounts/AC1/Messages.json"
        status = f"{SITE}/sms/twilio/status?thread=s1&message={tagged(OUT.id)}"
        assert fields == {"To": [THEIRS], "From": [OURS], "Body": ["你好 & 1+1\nhttps://shop.example/a"], "StatusCallback": [status]}
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
        self, twilio: Twilio, status: int, code: int, meaning: type[BatonError], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        twilio.status, twilio.answer = status, json.dumps({"code": code, "message": "no"}).encode()
        stopped: list[str] = []
        monkeypatch.setattr(identities, "block", lambda channel, address, why, at: stopped.append(address))
        with pytest.raises(meaning):
            adapter.send(OUT)
        assert len(twilio.requests) == 1
        assert stopped == ([THEIRS] if code == 21610 else [])

    def test_a_yes_without_an_id_or_in_no_language_is_uncertain(self, twilio: Twilio) -> None:
        for answer in (b"{}", b"<html>", b"[]"):
            twilio.answer = answer
            with pytest.raises(Uncertain):
                adapter.send(OUT)

    def test_twilio_not_reachable_means_nothing_left(self) -> None:
        with pytest.raises(Unavailable):
            adapter.send(OUT)

    def test_without_an_account_a_person_is_told_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        know(monkeypatch, **NO_TOKENS)
        with pytest.raises(Undeliverable, match="store its id and token"):
            adapter.send(OUT)

    def test_a_long_answer_of_the_bot_ends_in_its_article(self) -> None:
        long = replace(OUT, text="It takes some days. " * 100, link="https://shop.example/a")
        (only,) = adapter.texts(long)
        assert only.endswith(("…\nhttps://shop.example/a", "...\nhttps://shop.example/a"))
        assert len(adapter.texts(replace(long, text="退货需要几天。" * 300))) == 1

    def test_a_long_text_of_a_person_is_sent_in_parts_of_which_the_last_one_counts(self, twilio: Twilio) -> None:
        twilio.answers = [b'{"sid": "SM1"}', b'{"sid": "SM2"}']
        assert adapter.send(replace(OUT, by="ann", text="A long word to say. " * 100)) == "SM2"
        first, second = (fields for _, fields, _ in twilio.requests)
        assert (first["Body"][0][:6], second["Body"][0][:6]) == ("(1/2) ", "(2/2) ")
        assert first["StatusCallback"][0].endswith("&part=1")
        assert "part" not in second["StatusCallback"][0]

    def test_what_was_interrupted_between_two_parts_goes_on_where_it_stopped(self, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
        stored: list[Message] = []
        monkeypatch.setattr(table, "set_meta", stored.append)
        message = replace(OUT, by="ann", text="A long word to say. " * 200)
        twilio.answers, twilio.statuses = [b'{"sid": "SM1"}', b"{}"], [201, 503]
        with pytest.raises(Unavailable):
            adapter.send(message)
        assert stored[0].meta["parts"] == ["SM1"]
        twilio.requests.clear()
        adapter.send(stored[0])
        assert [fields["Body"][0][:6] for _, fields, _ in twilio.requests] == ["(2/3) ", "(3/3) "]

    def test_a_refusal_after_the_first_part_says_how_much_left(self, twilio: Twilio) -> None:
        twilio.answers, twilio.statuses = [b'{"sid": "SM1"}', b'{"code": 21614}'], [201, 400]
        with pytest.raises(Undeliverable, match="only 1 of 2 parts"):
            adapter.send(replace(OUT, by="ann", text="A long word to say. " * 100))

    def test_pictures_go_as_mms_in_north_america_and_everything_else_as_links(
        self, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "download_address", lambda thread, entry: f"https://bucket.example/{thread}/{entry['sha256'][:4]}")
        kept = [files.attachment(f"{kind}", kind, 9, sha256=c * 64) for c, kind in (("a", "image/png"), ("b", "application/pdf"))]
        adapter.send(replace(OUT, meta={"attachments": kept}))
        ((_, fields, _),) = twilio.requests
        assert fields["MediaUrl"] == ["https://bucket.example/s1/aaaa"]
        assert fields["Body"][0].count(f"{SITE}/files/") == 1
        twilio.requests.clear()
        adapter.send(replace(OUT, address="+4915112345678", meta={"attachments": kept}))
        ((_, fields, _),) = twilio.requests
        assert "MediaUrl" not in fields
        assert fields["Body"][0].count(f"{SITE}/files/") == 2

    def test_a_number_that_takes_no_pictures_gets_links(self, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "download_address", lambda thread, entry: "https://bucket.example/")
        twilio.answers, twilio.statuses = [b'{"code": 21620}', b'{"sid": "SM2"}'], [400, 201]
        picture = files.attachment("a.png", "image/png", 9, sha256="a" * 64)
        assert adapter.send(replace(OUT, text="", meta={"attachments": [picture]})) == "SM2"
        assert f"{SITE}/files/" in twilio.requests[1][1]["Body"][0]

    def test_what_answers_nothing_waits_while_it_is_quiet(self, twilio: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QUIET_HOURS", "00:00-23:59")
        monkeypatch.setattr(adapter, "now", lambda: 1_790_000_000_000)
        with pytest.raises(Postponed):
            adapter.send(replace(OUT, meta={"unasked": True}))
        assert twilio.requests == []
        adapter.send(OUT)
        monkeypatch.setenv("QUIET_HOURS", "23:00-01:00")
        adapter.send(replace(OUT, meta={"unasked": True}))
        assert len(twilio.requests) == 2
