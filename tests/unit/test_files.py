"""Files: under their thread, by content, what they claim to be, and handed out safely."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.conversations import file_names, files
from chalicelib.conversations.schemas import FileNamed
from chalicelib.errors import BadRequest, NotFound, TooLarge
from tests.unit.conftest import Store, make_bucket

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
HASH = sha256(PNG).hexdigest()
CLAIM = {"name": "photo.png", "type": "image/png", "size": len(PNG), "sha256": HASH}


@pytest.fixture
def bucket(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_BUCKET", "baton-files")
    make_bucket("baton-files")


@pytest.mark.usefixtures("bucket")
def test_a_file_is_stored_once_and_found_by_its_thread_only() -> None:
    assert files.store("w1", PNG) == files.store("w1", PNG) == HASH
    assert files.read("w1", HASH) == PNG
    assert files.read("w1", HASH, first=4) == b"\x89PNG"
    assert files.size("w1", HASH) == len(PNG)
    assert files.size("w2", HASH) is None
    with pytest.raises(NotFound):
        files.read("w2", HASH)


@pytest.mark.usefixtures("bucket")
def test_what_a_browser_uploaded_is_checked() -> None:
    files.store("w1", PNG)
    assert files.checked("w1", [FileNamed(**CLAIM)]) == [files.attachment("photo.png", "image/png", len(PNG), sha256=HASH)]


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    "claim",
    [
        CLAIM | {"size": len(PNG) + 1},
        CLAIM | {"sha256": "0" * 64},
        CLAIM | {"sha256": "../" + HASH[3:]},
        CLAIM | {"type": "text/html"},
        CLAIM | {"type": "image/jpeg"},
    ],
)
def test_what_is_not_what_it_claims_is_refused(claim: dict[str, Any]) -> None:
    files.store("w1", PNG)
    with pytest.raises(BadRequest):
        files.checked("w1", [FileNamed(**claim)])


@pytest.mark.usefixtures("bucket")
def test_limits_say_so() -> None:
    for size in (0, files.LARGEST + 1):
        with pytest.raises(TooLarge, match="10 MB"):
            files.upload_address("w1", HASH, size, "image/png")


@pytest.mark.usefixtures("bucket")
def test_an_upload_is_signed_for_exactly_one_content() -> None:
    address = files.upload_address("w1", HASH, len(PNG), "image/png")
    signed = parse_qs(urlsplit(address["url"]).query)["X-Amz-SignedHeaders"][0].split(";")
    assert {"content-length", "content-type", "x-amz-checksum-sha256"} <= set(signed)
    assert urlsplit(address["url"]).path == f"/files/w1/{HASH}"


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(("kind", "shown"), [("image/png", "inline"), ("image/svg+xml", "attachment"), ("text/html", "attachment")])
def test_only_harmless_pictures_open_in_the_browser(kind: str, shown: str) -> None:
    query = parse_qs(urlsplit(files.download_address("w1", files.attachment("a", kind, 1, sha256=HASH))).query)
    assert query["response-content-disposition"][0].startswith(shown)
    assert query["response-content-type"] == [kind if shown == "inline" else "application/octet-stream"]


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("fate", ["locked", "refused", "shown"])
def test_what_is_locked_or_refused_is_handed_to_nobody(fate: str) -> None:
    with pytest.raises(NotFound):
        files.download_address("w1", files.attachment("a.pdf", "application/pdf", 1, sha256=HASH, fate=fate))


@given(name=st.text(max_size=300))
def test_no_name_breaks_a_header_or_a_path(name: str) -> None:
    clean = file_names.clean(name)
    assert 0 < len(clean) <= 120
    assert not set(clean) & set('\r\n\0"/\\\u202e')
    header = files.disposition(clean)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


@pytest.mark.parametrize(
    ("kind", "first", "agrees"),
    [
        ("image/png", PNG, True),
        ("application/pdf", b"<html>", False),
        ("image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", True),
        ("text/plain", "Grüße".encode(), True),
        ("text/plain", b"MZ\x00\x00", False),
        ("text/csv", b"%PDF-1.7", False),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04", True),
    ],
)
def test_the_first_bytes_tell_the_type(kind: str, first: bytes, agrees: bool) -> None:
    assert files.looks_like(kind, first) is agrees
