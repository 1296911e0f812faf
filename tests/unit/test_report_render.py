"""The three files of a report: the same bytes from the same facts, safe to open, and without the customers' names."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import yaml_files
from chalicelib.bot.messages import opening, turn
from chalicelib.conversations import baton
from chalicelib.conversations.model import Answer, Conversation, Escalation
from chalicelib.governance import queue_names
from chalicelib.insight import charts, facts, figures, periods, render, rows, words
from chalicelib.insight.facts import Facts
from tests.unit.conftest import incoming

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = Path(__file__).parents[2] / "chalicelib" / "bot" / "rules" / "rules.yaml"
DAY = periods.day_period("2026-11-20", "Asia/Shanghai")
IDLE = 86_400_000
NOON = DAY.start + IDLE // 2
HOSTILE = json.loads((FIXTURES / "hostile" / "csv-injection.json").read_text())
STRINGS = [entry["value"] for entry in HOSTILE["strings"]]
ACTIVE = tuple("=+-@＝＋－＠")
UNSEEN = (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
BLANK = "".join(chr(n) for n in range(0x3001) if n in UNSEEN or chr(n).isspace() or category(chr(n)) == "Cc") + "\ufeff"
SUBJECT = rows.COLUMNS.index("subject")


def conversation(thread: str = "e1", subject: str = "Invoice", **changes: object) -> Conversation:
    message = incoming(thread=thread, at=NOON, channel="email", address="jo@private.example", name="Jo Private")
    return replace(baton.received(baton.opened(message, "customer-7"), message), **({"subject": subject} | changes))


def handed(thread: str = "e1", reason: str = "not sure", queue: str = "billing") -> Conversation:
    return baton.escalated(conversation(thread), "m", Escalation("r", reason, queue, "urgent", "s"), NOON + 1)


def recorded(*conversations: Conversation, made_at: int = DAY.end + 1, business: str = "Tea & <b>Co</b>") -> Facts:
    work = figures.open_work([("billing", "urgent", conversations), ("orders", "normal", [])], [], made_at)
    return Facts(business, DAY, made_at, IDLE, work, facts.arranged(conversations))


def parsed(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""), strict=True))


def without_ours(cell: str) -> str:
    return cell.replace("'", "")


def formulas(table: bytes) -> list[str]:
    """The cells that are formulas for a program that parts cells by comma, semicolon or tab."""
    text = table.decode("utf-8-sig")
    cells = {by: [c for row in csv.reader(io.StringIO(text, newline=""), delimiter=by) for c in row] for by in ",;\t"}
    blank = [c for c in cells[","] if c.startswith(("\t", "\r", "\n"))]
    return blank + [c for found in cells.values() for c in found if c.strip(f'"{BLANK}').startswith(ACTIVE)]


def second_parser(table: bytes) -> list[list[str]]:
    """RFC 4180 by the letter: fields by a regular expression, and nothing between them."""
    text = table.decode("utf-8-sig")
    field = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)')
    lines, line, position = [], [], 0
    while position < len(text):
        matched = field.match(text, position)
        assert matched, text[position : position + 50]
        line.append(matched[1].replace('""', '"') if matched[1] is not None else matched[2])
        position = matched.end()
        if matched[3] == "\r\n":
            lines.append(line)
            line = []
    return lines


class Page(HTMLParser):
    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_same_facts_give_the_same_bytes_in_whatever_order_they_were_read() -> None:
    some = [conversation("e1"), handed("e2"), conversation("e3")]
    assert render.files(recorded(*some)) == render.files(recorded(*reversed(some)))


def test_facts_that_were_stored_and_read_give_the_same_bytes() -> None:
    made = recorded(conversation(subject="发票 \u2028 \"'"), handed("e2"))
    assert facts.load(facts.dump(made)) == made
    assert render.files(facts.load(facts.dump(made))) == render.files(made)
    no_work = replace(made, open_work=None)
    assert facts.load(facts.dump(no_work)) == no_work


def test_facts_keep_nothing_that_names_or_quotes_the_customer() -> None:
    said = {
        "question": "my secret",
        "turn": "my secret",
        "contact_request": "call +4915123456789",
        "flow": '{"order":"A-77"}',
        "offered": ("secret",),
    }
    kept = facts.dump(recorded(replace(conversation(name="Mia", address="mia@example.com"), **said))).decode()
    assert not [word for word in ("secret", "+4915123456789", "A-77", "Mia", "mia@") if word in kept]


def test_json_says_what_the_figures_are() -> None:
    made = json.loads(render.files(recorded(conversation(), handed("e2")))["json"])
    assert list(made)[:5] == ["format", "business", "made_at", "day", "zone"]
    assert made["volume"]["opened"] == 2
    assert made["first_reply"][0] == {"of": "all", "n": 0, "median": None, "p90": None}
    assert made["bottlenecks"][0]["conversations"] == ["e2.1"]
    assert made["open_work"]["waiting"][0]["queue"] == "billing"


def test_no_file_names_a_customer_and_only_the_csv_has_subjects() -> None:
    chat = replace(conversation("w9"), channel="webchat", subject="my first words", question="my question")
    files = {**render.files(recorded(conversation(subject="Subject-42"), chat)), "facts": facts.dump(recorded(conversation(), chat))}
    for name, content in files.items():
        for private in (b"Jo Private", b"jo@private.example", b"customer-7", b"my first words", b"my question"):
            assert private not in content, name
    assert b"Subject-42" in files["csv"]
    assert b"Subject-42" not in files["html"] + files["json"]


def test_csv_has_a_row_for_each_conversation_in_the_order_of_opening() -> None:
    late = replace(conversation("e0"), opened_at=NOON + 60_000)
    table = parsed(render.files(recorded(late, handed("e1")))["csv"])
    assert table[0] == list(rows.COLUMNS)
    assert [row[0] for row in table[1:]] == ["e1.1", "e0.1"]
    row = dict(zip(table[0], table[1], strict=True))
    assert (row["opened_at"], row["queue"], row["urgency"]) == ("2026-11-20T12:00:00+08:00", "billing", "urgent")
    assert (row["first_reply_at"], row["first_reply_seconds"], row["resolved_by"]) == ("", "", "")


def test_csv_tells_who_replied_without_naming_the_agent() -> None:
    by_bot = baton.answered(conversation("e1"), incoming(), Answer("t", "a1"), NOON + 2_500)
    by_ann = baton.resolved(
        baton.replied(baton.claimed(handed("e2"), "ann", NOON + 9_001), "ann", "r", NOON + 10_000), "ann", NOON + 11_000
    )
    first, second = (dict(zip(rows.COLUMNS, r, strict=True)) for r in parsed(render.files(recorded(by_bot, by_ann))["csv"])[1:])
    assert (first["first_reply_by"], first["first_reply_seconds"], first["article"]) == ("bot", "2", "a1")
    assert (second["first_reply_by"], second["waited_seconds"], second["resolved_by"]) == ("agent", "9", "agent")


SEMICOLONS = ["hello;=1+1", 'a;"=1+1";b', "a;\u200b=1", "a\t=1", "a\r\n=1", "\ufeff=1", "\x00=1", "＝1", "a; ＋1", ";;-1", ";\n;@x"]


@pytest.mark.parametrize("value", [*STRINGS, *SEMICOLONS])
def test_no_cell_is_a_formula_and_every_cell_can_be_found_again(value: str) -> None:
    table = rows.table([conversation(subject=value)], "UTC")
    assert parsed(table) == second_parser(table)
    assert len(parsed(table)) == 2
    assert without_ours(parsed(table)[1][SUBJECT]) == without_ours(value)
    assert formulas(table) == []


@pytest.mark.parametrize("value", [*HOSTILE["ordinary"], "Order 1001; thanks", "a = b; c - d", "1;2;3", "Größe; Maß", "退货;发票"])
def test_ordinary_cells_stay_readable(value: str) -> None:
    assert parsed(rows.table([conversation(subject=value)], "UTC"))[1][SUBJECT] in (value, f"'{value}")


@given(st.lists(st.text() | st.text("=+-@＝;\t\r\n\"', a\ufeff"), min_size=1, max_size=4))
def test_any_text_keeps_rows_and_columns(subjects: list[str]) -> None:
    table = rows.table([conversation(f"e{n}", s) for n, s in enumerate(subjects)], "UTC")
    assert parsed(table) == second_parser(table)
    cells = [row[SUBJECT] for row in parsed(table)[1:]]
    assert [without_ours(cell) for cell in cells] == [without_ours(s) for s in subjects]
    assert formulas(table) == []


def test_lines_end_as_the_rfc_wants_and_excel_knows_the_encoding() -> None:
    table = rows.table([conversation(subject="发票")], "UTC")
    assert table.startswith(b'\xef\xbb\xbf"conversation",')
    assert table.endswith(b"\r\n")
    assert table.count(b"\n") == table.count(b"\r\n") == 2


def test_the_page_needs_nothing_but_itself_and_runs_nothing() -> None:
    page = Page(render.files(recorded(conversation(), handed("e2")))["html"])
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on") or a in ("src", "href", "xlink:href")]
    assert ("meta", {"http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"}) in page.tags


def test_what_others_wrote_is_text_on_the_page() -> None:
    nasty = "<img src=x onerror=alert(1)>"
    page = Page(render.files(recorded(handed("<script>x</script>", nasty, '"><svg onload=alert(1)>')))["html"])
    assert "script" not in {tag for tag, _ in page.tags}
    assert not [a for _, attributes in page.tags for a in attributes if a.startswith("on")]
    assert nasty in page.text
    assert "Tea & <b>Co</b>" in page.text


def test_every_drawing_is_hidden_from_readers_and_stands_beside_its_numbers() -> None:
    page = Page(render.files(recorded(conversation(), handed("e2")))["html"])
    drawn = [attributes for tag, attributes in page.tags if tag == "svg" or attributes.get("class") in ("chart", "track")]
    assert drawn
    assert all(a.get("aria-hidden") == "true" or a.get("focusable") == "false" for a in drawn)
    assert sum(tag == "table" for tag, _ in page.tags) >= 6
    assert [a["scope"] for tag, a in page.tags if tag == "th"].count(None) == 0


def test_everything_is_said_in_both_languages() -> None:
    page = Page(render.files(recorded(conversation(), handed("e2")))["html"])
    languages = [attributes.get("lang") for tag, attributes in page.tags if tag == "span" and attributes.get("lang")]
    assert languages.count("en") == languages.count("zh-Hans") > 40
    assert "2026年11月20日 星期五" in page.text
    assert "Friday, 20 November 2026" in page.text


@pytest.mark.parametrize(
    ("made_at", "work", "expected"),
    [
        (DAY.start + 3_600_000, True, "The day is not over: counted up to 01:00."),
        (DAY.end + 1, True, "As it stood when this report was made."),
        (DAY.end + 3 * IDLE, False, "This report was made up later"),
    ],
)
def test_the_page_says_how_far_it_can_be_trusted(made_at: int, work: bool, expected: str) -> None:
    made = recorded(made_at=made_at)
    assert expected in Page(render.files(made if work else replace(made, open_work=None))["html"]).text


def test_a_day_without_customers_has_no_zeros_that_look_like_figures() -> None:
    text = Page(render.files(recorded())["html"]).text
    assert "Nobody opened a conversation on this day." in text
    assert "0\u00a0%" not in text
    assert "NaN" not in text
    assert "None " not in text.replace("None did.", "")


@pytest.mark.parametrize(
    ("ms", "en", "zh"),
    [
        (None, "–", "–"),
        (0, "0 s", "0 秒"),
        (999, "0 s", "0 秒"),
        (61_000, "1 min 1 s", "1 分 1 秒"),
        (300_500, "5 min", "5 分"),
        (4_800_000, "1 h 20 min", "1 小时 20 分"),
        (90_000_000, "1 d 1 h", "1 天 1 小时"),
    ],
)
def test_durations_in_words(ms: int | None, en: str, zh: str) -> None:
    assert tuple(word.replace("\u00a0", " ") for word in words.duration(ms)) == (en, zh)


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 0, "–"), (0, 3, "0 %"), (2, 3, "67 %"), (999, 1000, "99 %"), (1, 1000, "1 %"), (3, 3, "100 %")]
)
def test_shares_never_round_to_all_or_nothing(part: int, whole: int, text: str) -> None:
    assert words.share(part, whole).replace("\u00a0", " ") == text


def test_the_reasons_and_queues_that_come_with_baton_have_chinese_names() -> None:
    reasons = {rule["reason"]["en"] for rule in yaml_files.read(RULES)["hand_over"]}
    for known in reasons | {opening.ENOUGH, opening.FORGED, turn.ONLY_FILES} | set(queue_names.known()):
        assert re.search("[\u4e00-\u9fff]", words.name(known)[1]), known


@given(st.integers(0, 10**7))
def test_the_axis_ends_on_a_round_even_number_just_above(highest: int) -> None:
    top = charts.ceiling(highest)
    assert highest <= top
    assert top % 2 == 0
    assert top <= max(2, 2.5 * highest)


def test_columns_stand_on_each_other_and_reach_as_high_as_their_count() -> None:
    hour = figures.HourVolume("09:00", 0, {"email": 1, "sms": 0, "webchat": 3})
    lower, upper = charts.by_hour([hour]).bars
    assert (lower.kind, lower.y + lower.height) == ("email", charts.HEIGHT)
    assert (upper.kind, upper.y, upper.y + upper.height) == ("webchat", 0, lower.y)
