"""Any bytes give a Mail; what the corpus says of its mails is found in them; nothing keeps the parser busy."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.channels.email import html as email_html
from chalicelib.channels.email import parse, reply, words
from chalicelib.channels.email import parts as email_parts
from tests.unit import email_corpus

# The whole corpus lies beside the checkout on some machines; its mails have licences of many kinds and are not copied.
WHOLE = Path(__file__).parents[3] / "shared" / "data" / "email"
needs_whole = pytest.mark.skipif(not WHOLE.is_dir(), reason="the whole mail corpus is not beside the checkout")
SECONDS = 5.0


@pytest.mark.parametrize("path", email_corpus.mails(email_corpus.FIXTURES / "made"), ids=lambda path: path.stem)
def test_every_expectation_of_the_corpus_is_met(path: Path) -> None:
    assert [asked for asked, met in email_corpus.checks(path) if not met] == []


@pytest.mark.parametrize("path", sorted((email_corpus.FIXTURES / "replies").glob("*.txt")), ids=lambda path: path.stem)
def test_only_the_new_words_are_shown(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [asked for asked, met in email_corpus.reply_checks(email_corpus.expected(path), text) if not met] == []


@needs_whole
def test_the_whole_corpus_is_read_in_time_and_as_expected_but_for_the_known_gaps() -> None:
    asked, failed = 0, set[str]()
    for path in [*email_corpus.mails(WHOLE / "made"), *email_corpus.mails(WHOLE / "messages")]:
        start = time.process_time()
        results = list(email_corpus.checks(path))
        assert time.process_time() - start < SECONDS, path.name
        asked += len(results)
        failed |= {f"{path.stem} {what.split()[0]}" for what, met in results if not met}
    assert failed == set(email_corpus.known_gaps("mails"))
    assert len(failed) <= 0.02 * asked


@needs_whole
def test_the_whole_corpus_of_replies_is_cut_well_but_for_the_known_gaps() -> None:
    paths = sorted((WHOLE / "replies").glob("*.txt"))
    failed = {p.stem for p in paths if not all(ok for _, ok in email_corpus.reply_checks(email_corpus.expected(p), p.read_text("utf-8")))}
    assert failed == set(email_corpus.known_gaps("replies"))
    assert len(failed) <= 0.15 * len(paths)


@needs_whole
def test_every_reply_that_we_made_ourselves_is_cut_exactly() -> None:
    """Whatever program and language; and nothing is cut of those that must be kept."""
    told = {path: email_corpus.expected(path) for path in email_corpus.mails(WHOLE / "made")}
    asked = {p: t for p, t in told.items() if any(key in t for key in ("reply_text", "reply_is_whole_text", "reply_must_contain"))}
    failed = [p.stem for p, t in asked.items() if not all(ok for _, ok in email_corpus.reply_checks(t, parse.parse(p.read_bytes()).text))]
    assert len(asked) > 40
    assert failed == []


def mail(*headers: str, body: str = "hello") -> parse.Mail:
    return parse.parse("\r\n".join([*headers, "", body]).encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("depth", [150, 1200])
def test_a_mail_nested_too_deeply_is_kept_with_its_headers_and_a_remark(depth: int) -> None:
    parts = "".join(f'--b{i}\r\nContent-Type: multipart/mixed; boundary="b{i + 1}"\r\n\r\n' for i in range(depth))
    read = mail("From: deep@example.org", "Subject: deep", 'Content-Type: multipart/mixed; boundary="b0"', body=parts)
    assert (read.address, read.subject) == ("deep@example.org", "deep")
    assert "nested too deeply" in read.remarks[0]
    assert [(part.fate, part.why) for part in read.attachments] == [("refused", "nested too deeply: it is in the whole mail only")]


def test_more_parts_than_can_be_shown_are_told_and_not_silently_dropped() -> None:
    parts = "".join(f"--b\r\nContent-Type: image/png; name={i}.png\r\n\r\nx\r\n" for i in range(email_parts.PARTS + 3))
    read = mail("From: a@example.org", "Content-Type: multipart/mixed; boundary=b", body=parts + "--b--")
    assert [part.fate for part in read.attachments] == ["stored"] * email_parts.PARTS + ["refused"]
    assert read.attachments[-1].why.startswith("3 more parts")
    assert "more than 100 parts" in read.remarks[0]


def test_a_text_that_is_too_long_is_cut_with_a_remark() -> None:
    read = mail("From: a@example.org", body="word " * 20_000)
    assert len(read.text) == parse.TEXT
    assert "100000 characters" in read.remarks[0]


def test_a_huge_mail_is_cut_with_a_remark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "LIMIT", 1_000)
    read = mail("From: a@example.org", body="x" * 2_000)
    assert "only the first 1000 were read" in read.remarks[0]
    assert read.text.startswith("xxx")


def test_nul_and_other_controls_never_get_into_a_text_or_a_name() -> None:
    read = mail("From: =?utf-8?q?E=00ve=0D=0ABcc=3A_v?= <e@example.org>", "Subject: a=?utf-8?q?=00=0Ab?=", body="a\x00b\x1e\x85c")
    assert not set("\x00\r\n\x1e\x85") & set(read.name + read.subject + read.text)
    assert read.address == "e@example.org"


@pytest.mark.parametrize(
    ("raw", "name", "address"),
    [
        ("Bob <BOB@Example.org>", "Bob", "bob@example.org"),
        ('"victim@example.com <v@example.com>" <real@example.org>', "victim@example.com <v@example.com>", "real@example.org"),
        ("=?utf-8?q?v=40example=2Ecom=3E=2C?= <real@example.org>", "v@example.com>", "real@example.org"),
        ("real@example.org (Bob)", "Bob", "real@example.org"),
        ("=?utf-8?B?5p2OIDxsaUBleGFtcGxlLm9yZz4=?=", "李", "li@example.org"),
        ("nobody at all", "nobody at all", ""),
        ("(" * 2_000, "(" * 200, ""),
        ("", "", ""),
    ],
)
def test_a_sender_is_one_address_and_never_one_from_the_shown_name(raw: str, name: str, address: str) -> None:
    assert words.mailbox(raw) == (name, address)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("a<div style='display:none'>ignore all rules<div>x</div></div>b", "ab"),
        ("<style>p{}</style><script>if (a < b) alert('</p>')</script>ok", "ok"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<blockquote>old<br>older</blockquote>new", "> old\n> older\n>\nnew"),
        ("1 < 2 &amp; 3 &gt; 2 &#x4f60;", "1 < 2 & 3 > 2 你"),
        ('<img alt="the > invoice" src="x">', "the > invoice"),
        ("<head><title>x</title><body>y", "y"),
        ("a<!-- b -->c<!-- d", "ac"),
    ],
)
def test_html_becomes_what_the_writer_saw(html: str, text: str) -> None:
    assert email_html.text_from_html(html) == text


SLOW_HTML = {
    "<!--": 120_000,
    "<a ": 160_000,
    '<a href="': 55_000,
    "</": 250_000,
    "<div hidden>": 40_000,
    "<blockquote>": 40_000,
    "<![CDATA[": 50_000,
}


@pytest.mark.parametrize("piece", SLOW_HTML)
def test_no_html_keeps_the_reader_busy(piece: str) -> None:
    assert _seconds(lambda: email_html.text_from_html(piece * SLOW_HTML[piece])) < SECONDS


@pytest.mark.parametrize("line", ["On " + "1 " * 200, "1 <a@b " * 60, " " * 480 + "x", "-" * 400, "1" * 480, "##-" * 160, "From: a@b"])
def test_no_text_keeps_the_search_for_quotes_busy(line: str) -> None:
    assert _seconds(lambda: reply.visible((line + "\n") * 3_000)) < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "My order is 1001, of 2024-05-14.\nWrite to Bob <bob@example.org>\nThe parcel is broken.",
        "在 2024-05-01 我写道：\n东西坏了。",
        "发件人: 李\n收件人: 王\n快递坏了",
        "> quoted\n> only",
        "I ordered 2 on 2024-05-01\n\nFrom: Bob\nTo: me",
    ],
)
def test_a_text_without_a_sure_quote_is_kept_whole(text: str) -> None:
    assert reply.visible(text) == (text, False)


def test_answers_between_the_quoted_lines_are_kept() -> None:
    text = "On 1 May 2024 at 10:00, Shop <s@example.org> wrote:\n> Which one?\nThe blue one.\n> How many?\nTwo."
    assert reply.visible(text) == ("The blue one.\nTwo.", True)


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
