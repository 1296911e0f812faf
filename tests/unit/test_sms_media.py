"""Media of text messages: fetched from the provider's hosts only, at every hop, and never from inside our own network."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import urllib3.util.connection

from chalicelib.channels import chores
from chalicelib.channels.sms import adapter
from chalicelib.channels.sms import media as sms_media
from chalicelib.conversations import files, keys, table
from chalicelib.conversations.model import Message
from chalicelib.errors import Forbidden, Postponed, TooLarge, Unavailable
from chalicelib.observability import now
from tests.parameters import know
from tests.unit.conftest import Store

HOSTILE = json.loads((Path(__file__).parents[1] / "fixtures/hostile/ssrf-urls.json").read_text("utf-8"))["strings"]
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
MEDIA = "/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fd00:ec2::254",
]
WRAPPED = ["::ffff:169.254.169.254", "2002:7f00:1::1", "64:ff9b::a9fe:a9fe", "::", "fe80::1"]


class Server(ThreadingHTTPServer):
    """Plays Twilio's API. `pages` by path: (status, headers, content)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {MEDIA: (200, {"Content-Type": "image/png"}, PNG)}
        self.asked: list[tuple[str, str | None]] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        status, headers, content = self.server.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):  # it may stop reading
            self.wfile.write(content)

    def log_message(self, *_args: object) -> None:
        """Silent."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        twilio = {"secrets__twilio_account_sid": "AC1", "secrets__twilio_auth_token": "t"}
        know(monkeypatch, **twilio, settings__twilio_api=running.address)
        yield running
        running.shutdown()


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch)


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where urllib3 wanted to connect to; only loopback to the test's own server is let through."""
    made: list[tuple[str, int]] = []
    connect = urllib3.util.connection.create_connection

    def note(address: tuple[str, int], *args: Any, **more: Any) -> Any:
        made.append(address)
        if address[0] != "127.0.0.1":
            raise OSError("nowhere else in a test")
        return connect(address, *args, **more)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", note)
    return made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The resolver: what a name stands for; a public address if nothing is said."""
    known: dict[str, list[str]] = {}
    monkeypatch.setattr(sms_media, "resolve", lambda host: known.get(host, ["54.172.60.0"]))
    return known


class TestWhere:
    @pytest.mark.parametrize("url", [s["value"] for s in HOSTILE])
    def test_no_hostile_address_is_asked(self, url: str, production: None, names: Any, connections: list[Any]) -> None:
        for bad in (url, url.replace("http://", "https://", 1)):
            with pytest.raises(Forbidden):
                sms_media.fetch(bad)
        assert connections == []

    @pytest.mark.parametrize("url", [s["value"] for s in HOSTILE])
    def test_nor_after_a_redirect(self, url: str, server: Server, names: Any, connections: list[Any]) -> None:
        server.pages[MEDIA] = (302, {"Location": url.encode("ascii", "ignore").decode()}, b"")
        with pytest.raises((Forbidden, Unavailable)):
            sms_media.fetch(server.address + MEDIA)
        assert {address for address, _ in connections} == {"127.0.0.1"}
        assert {port for _, port in connections} == {server.server_address[1]}

    @pytest.mark.parametrize("address", PRIVATE + WRAPPED)
    def test_a_good_name_that_stands_for_a_private_address_is_not_asked(
        self, address: str, production: None, names: dict[str, list[str]], connections: list[Any]
    ) -> None:
        for answers in ([address], ["54.172.60.0", address]):
            names["api.twilio.com"] = answers
            with pytest.raises(Forbidden):
                sms_media.fetch(f"https://api.twilio.com{MEDIA}")
        assert connections == []

    @pytest.mark.parametrize(
        "url",
        [
            "https://api.twilio.com.evil.example/x",
            "https://eviltwilio.com/x",
            "https://twilio.com@evil.example/x",
            "https://api.twilio.com:8443/x",
            "https://api.twilio.com\\@evil.example/x",
            "https://API.TWILIO.COM/x",
            "https://api.twilio.com/a b",
            "https://s3-external-1.amazonaws.com/evil/x",
            "https://media.twiliocdn.com.s3.evil.example/x",
            "https://media.twiliocdn.com.s3.amazonaws.com.evil.example/",
            "http://api.twilio.com/x",
            "",
        ],
    )
    def test_only_the_providers_hosts_count(self, url: str, production: None, names: Any) -> None:
        with pytest.raises(Forbidden):
            sms_media.allowed(url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://api.twilio.com/x",
            "https://mcs.us1.twilio.com/x?a=b",
            "https://media.twiliocdn.com/AC/x",
            "https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC/x",
            "https://media.twiliocdn.com.s3-external-1.amazonaws.com/AC/x?X-Amz-Signature=1",
        ],
    )
    def test_twilios_own_are_asked_at_the_address_that_was_checked(
        self, url: str, production: None, names: Any, connections: list[Any]
    ) -> None:
        with pytest.raises(Unavailable):
            sms_media.fetch(url)
        assert connections == [("54.172.60.0", 443)]

    def test_only_a_deployment_that_plays_twilio_has_another_address(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        assert sms_media.fetch(server.address + MEDIA)[0] == PNG
        with pytest.raises(Forbidden):
            sms_media.fetch(server.address.replace("127.0.0.1", "127.0.0.2") + MEDIA)

    def test_a_name_that_nobody_knows_is_tried_again(self, production: None) -> None:
        with pytest.raises(Unavailable):
            sms_media.resolve("name.invalid")


class TestFetching:
    def test_the_password_goes_to_the_first_address_only(self, server: Server) -> None:
        server.pages[MEDIA] = (307, {"Location": "/elsewhere"}, b"")
        server.pages["/elsewhere"] = (200, {"Content-Type": "image/png; x=y"}, PNG)
        assert sms_media.fetch(server.address + MEDIA) == (PNG, "image/png")
        assert [bool(password) for _, password in server.asked] == [True, False]

    def test_no_proxy_of_the_environment_is_asked(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        assert sms_media.fetch(server.address + MEDIA)[0] == PNG

    def test_a_circle_ends(self, server: Server) -> None:
        server.pages[MEDIA] = (302, {"Location": MEDIA}, b"")
        with pytest.raises(Forbidden):
            sms_media.fetch(server.address + MEDIA)
        assert len(server.asked) == sms_media.HOPS

    def test_five_megabytes_and_not_a_byte_more(self, server: Server) -> None:
        server.pages[MEDIA] = (200, {}, b"x" * sms_media.LARGEST)
        assert len(sms_media.fetch(server.address + MEDIA)[0]) == sms_media.LARGEST
        server.pages[MEDIA] = (200, {}, b"x" * (sms_media.LARGEST + 1))
        with pytest.raises(TooLarge):
            sms_media.fetch(server.address + MEDIA)

    def test_a_server_that_drips_is_given_up(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sms_media, "SECONDS", 0.0)
        server.pages[MEDIA] = (200, {}, b"x" * 200_000)
        with pytest.raises(Unavailable):
            sms_media.fetch(server.address + MEDIA)

    @pytest.mark.parametrize("status", [401, 404, 410, 429, 500, 503])
    def test_any_other_answer_is_tried_again(self, server: Server, status: int) -> None:
        server.pages[MEDIA] = (status, {}, b"")
        with pytest.raises(Unavailable):
            sms_media.fetch(server.address + MEDIA)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    stored: list[bytes] = []
    monkeypatch.setattr(files, "store", lambda _thread, content: stored.append(content) or "a" * 64)
    return stored


def came(server: Server, *paths: str, at: int = 0) -> Message:
    media = [{"url": server.address + path, "type": "image/png"} for path in paths]
    message = adapter.incoming("MM1", "+12025550199", "+12025550143", "Look", at or now(), media=media)
    table.record(message)
    return message


def handled(message: Message) -> str:
    """As the stream's record, or a replay of what is stored now."""
    fresh = table.message(message.thread, message.id)
    assert fresh
    return chores.handle(keys.message_item(fresh), None)


def attachments(message: Message) -> list[dict[str, Any]]:
    fresh = table.message(message.thread, message.id)
    assert fresh
    return list(fresh.meta["attachments"])


class TestHandling:
    def test_pictures_become_files_of_the_message(self, store: Store, server: Server, kept: list[bytes]) -> None:
        server.pages["/html"] = (200, {"Content-Type": "image/png"}, b"<html><script>")
        server.pages["/svg"] = (200, {"Content-Type": "image/svg+xml"}, b"<svg onload=alert(1)>")
        message = came(server, MEDIA, "/html", "/svg")
        assert handled(message) == "fetched"
        first, lying, active = attachments(message)
        assert first == {"name": "file-1.png", "type": "image/png", "size": len(PNG), "fate": "stored", "sha256": "a" * 64}
        assert lying["type"] == active["type"] == files.OTHER
        assert kept == [PNG, b"<html><script>", b"<svg onload=alert(1)>"]
        item = next(i for i in store.items() if i["sk"]["S"] == "M#MM1")
        assert "todo" not in item
        assert "media" not in json.loads(item["meta"]["S"])

    def test_what_may_never_be_fetched_is_refused_with_the_reason_and_the_rest_is_kept(
        self, store: Store, server: Server, kept: list[bytes]
    ) -> None:
        message = came(server, MEDIA)
        message.meta["media"].insert(0, {"url": "http://169.254.169.254/latest/", "type": "image/jpeg"})
        table.set_meta(message, done=False)
        assert handled(message) == "fetched"
        refused, stored = attachments(message)
        assert (refused["fate"], refused["type"]) == ("refused", "image/jpeg")
        assert "not allowed" in refused["why"]
        assert stored["fate"] == "stored"

    def test_what_cannot_be_fetched_now_is_tried_again_and_nothing_is_fetched_twice(
        self, store: Store, server: Server, kept: list[bytes]
    ) -> None:
        message = came(server, MEDIA, "/later")
        for _ in range(2):
            with pytest.raises(Postponed):
                handled(message)
        assert [entry["fate"] for entry in attachments(message)] == ["stored"]
        server.pages["/later"] = (200, {"Content-Type": "image/png"}, PNG)
        assert handled(message) == "fetched"
        assert [path for path, _ in server.asked].count(MEDIA) == 1
        assert [entry["name"] for entry in attachments(message)] == ["file-1.png", "file-2.png"]

    def test_after_hours_it_is_refused_with_the_last_trouble(self, store: Store, server: Server, kept: list[bytes]) -> None:
        message = came(server, "/gone", at=now() - sms_media.PATIENCE - 1000)
        assert handled(message) == "fetched"
        (entry,) = attachments(message)
        assert (entry["fate"], entry["why"]) == ("refused", "the file's server answered 404")

    def test_a_message_with_much_to_fetch_lets_others_go_first(
        self, store: Store, server: Server, kept: list[bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sms_media, "BUDGET", -1.0)
        message = came(server, MEDIA)
        with pytest.raises(Postponed):
            handled(message)
        assert kept == []

    def test_a_record_that_comes_again_changes_nothing(self, store: Store, server: Server, kept: list[bytes]) -> None:
        message = came(server, MEDIA)
        record = keys.message_item(message)
        for _ in range(2):
            sms_media.handle(record, None)
        assert len(attachments(message)) == 1


def test_links_lead_to_one_file_of_one_message_for_a_month(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from chalicelib.channels import file_links
    from chalicelib.errors import NotAuthenticated, NotFound

    monkeypatch.setattr(files, "download_address", lambda thread, entry: f"https://bucket.example/{thread}/{entry['name']}")
    entry = files.attachment("Bill.pdf", "application/pdf", 9, sha256="ab" * 32)
    message = Message("s1", "r+1", "outgoing", "sms", now(), "Here", "+12025550143", state="sent", meta={"attachments": [entry]})
    table.record(message)
    token = file_links.link(message, entry).rpartition("/")[2]
    assert file_links.follow(token, now()) == "https://bucket.example/s1/Bill.pdf"
    with pytest.raises(NotAuthenticated):
        file_links.follow(token, now() + file_links.GOOD_FOR + 1000)
    with pytest.raises(NotAuthenticated):
        file_links.follow(token.replace("s1.", "s2.", 1), now())
    table.set_meta(replace(message, meta={}))
    with pytest.raises(NotFound):
        file_links.follow(token, now())
