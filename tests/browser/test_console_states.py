"""States of the console that take days or providers to come about: everybody can use them, and nothing bursts the layout."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import NewBrowser
from tests.browser.desk import Desk, Json, desk
from tests.browser.driver import Browser

pytestmark = pytest.mark.browser

NOW = int(time.time() * 1000)
LOOKS = [("en", "desktop", False), ("zh", "phone", False), ("zh", "desktop", True), ("en", "phone", True)]
ZALGO = "Z̵̢̛̥̗̰̩̳̠͎̖̳̜̱̬̩͑̑̉̓̈͝"
MAIL = {
    "headers": [["From", "Mia <mia@customer.example>"], ["Subject", "Broken teapot"], ["Received", "from a by b " * 60]],
    "text": "Hello https://shop.example/x\n> quoted",
    "html": '<h2>Hello</h2><p>My <b>teapot</b></p><table border="1"><tr><td>a<td>b</table><blockquote>old</blockquote>',
    "attachments": [],
    "url": "https://files.example/raw.eml",
    "locked": "virus",
}
FILES = [
    {"name": "teapot.png", "type": "image/png", "size": 68, "fate": "inline", "sha256": "a" * 64, "inline": True},
    {"name": "Rechnung Nr. 4711, ein langer Name.pdf", "type": "application/pdf", "size": 1_234_567, "fate": "stored", "sha256": "b" * 64},
    {"name": "invite.ics", "type": "text/calendar", "size": 900, "fate": "shown"},
    {"name": "setup.exe", "type": "application/x-msdownload", "size": 50_000_000, "fate": "locked", "sha256": "c" * 64},
    {"name": "", "type": "text/html", "size": 90_000, "fate": "refused", "why": "the same words in another form"},
]


def conversation(own_id: str, **changes: Any) -> Json:
    whole = {
        "id": own_id,
        "channel": "email",
        "customer": "c1",
        "tier": "",
        "name": "Mia Wong",
        "address": "mia@customer.example",
        "language": "en",
    }
    whole |= {
        "subject": "Broken teapot",
        "owner": "agent",
        "agent": "agent-ann",
        "queue": "billing",
        "urgency": "normal",
        "reason": "asked",
    }
    times = ("opened_at", "last_at", "waiting_since", "escalated_at", "claimed_at")
    whole |= dict.fromkeys(times, NOW - 60_000) | dict.fromkeys(("first_reply_at", "resolved_at"), 0)
    return whole | {"first_reply_by": "", "version": 1, "incoming": 2, "bot_answers": 0, "replies": 1} | changes


def message(own_id: str, text: str, **changes: Any) -> Json:
    incoming = changes.get("direction", "incoming") == "incoming"
    whole = {"id": own_id, "direction": "incoming", "channel": "email", "at": NOW - 50_000, "by": "customer" if incoming else "agent-ann"}
    whole |= {
        "name": "Mia Wong" if incoming else "Ann",
        "text": text,
        "subject": "",
        "link": "",
        "state": "received" if incoming else "sent",
    }
    return whole | {"detail": "", "language": "en", "meta": {}, "attachments": []} | changes


def story(head: Json, *messages: Json, blocked: str = "", **more: Any) -> Json:
    told = {"conversation": head, "messages": list(messages), "notes": [], "events": [], "others": [], "cursor": NOW, "read_at": 0}
    return told | {"contact": {"blocked": blocked, "proven": True}, "related": [], "possibly_same": []} | more


def outgoing(own_id: str, text: str, state: str, **changes: Any) -> Json:
    return message(own_id, text, direction="outgoing", state=state, **changes)


SOURCES = [{"article": "return-item", "title": "Return an item"}, {"article": "refund-time", "title": "When will I get my refund?"}]
MAILS = story(
    conversation("mail.1"),
    message("m1", "My teapot is broken, see the picture.", attachments=FILES, meta={"whole": 500}),
    outgoing("m2", "We are sorry!", "bounced", detail="550 5.1.1 user unknown"),
    message("m3", "I am away.", subject="Automatic reply", by="robot", meta={"automatic": "auto-submitted", "unproven": True}),
    outgoing("m4", "It is on its way.", "delivered", attachments=FILES[:2]),
    blocked="bounced",
    related=["chat.1"],
)
CHAT = story(
    conversation("chat.1", channel="webchat", address="w1234abcd", name="", subject="", customer="c2"),
    message("c1", "Hello?", channel="webchat", name=""),
    outgoing("c2", "How can I help?", "sent", channel="webchat", at=NOW - 40_000),
    outgoing("c3", "By mail, as you left.", "delivered", at=NOW - 30_000),
    read_at=NOW - 35_000,
)
COMPOSED = story(
    conversation("bot.1", channel="webchat", address="w1234abce", name="", subject="", customer="c2"),
    outgoing(
        "b1",
        "Returns are free. [1]\n\nFrom:\n[1] Return an item",
        "sent",
        by="bot",
        meta={"composed": {"by": "model-1", "sources": SOURCES}},
    ),
    outgoing("b2", "You have 30 days.", "sent", by="bot", meta={"composed": {"by": "model-1", "not": "a sentence that cites nothing"}}),
)
TEXTS = story(conversation("sms.1", channel="sms", address="+12025550143", name="", subject=""), message("s1", "Hello", channel="sms"))
STOPPED = story(
    conversation("stop.1", channel="sms", address="+12025550144", name="", subject=""),
    message("s1", "STOP", channel="sms"),
    blocked="stopped",
)
HUGE = story(
    conversation("huge.1", subject="S" * 100_000, name="N" * 10_000, address="x" * 300 + "@customer.example"),
    message("h1", "W" * 10_000, subject="Sub " * 25_000, name=f"Zalgo {ZALGO * 50}"),
    message("h2", f"\u202eevil.exe\u202c مرحبا كيف حالك {ZALGO * 200}", name="\u202e" * 5 + "abc"),
    message("h3", "", attachments=[{**FILES[1], "name": "f" * 250 + f"{n}.pdf"} for n in range(200)]),
    message("h4", "", name=""),
    outgoing("h5", "", "failed", detail="D" * 3000),
    blocked="complaint",
    notes=[{"id": "n1", "at": NOW, "by": "agent-ann", "name": "Ann", "text": "n" * 10_000}],
    events=[
        {
            "kind": "escalated",
            "at": NOW - 50_000,
            "by": "bot",
            "detail": {
                "reason": "R" * 3000,
                "queue": "q" * 200,
                "urgency": "urgent",
                "summary": "s" * 9000,
                "facts": {"k" * 200: "v" * 3000},
            },
        }
    ],
    others=[conversation("other.1", subject="O" * 9000)],
    related=["x" * 200 + ".1"],
)
CUSTOMER = {
    "customer": "c1",
    "identities": [
        {"channel": "email", "address": "mia@customer.example", "proven": "mail", "blocked": "bounced", "since": NOW},
        {"channel": "sms", "address": "+12025550143", "proven": "code", "blocked": "", "since": NOW},
        {"channel": "webchat", "address": "w1234abcd", "proven": "", "blocked": "", "since": NOW},
    ],
    "conversations": [MAILS["conversation"], TEXTS["conversation"]],
    "merges": [
        {"kind": "merge", "from": "c9", "into": "c1", "identities": ["sms#+12025550143"], "by": "customer", "why": "code", "at": NOW}
    ],
    "possibly_same": [{"customer": "c2", "why": "email"}],
}
STRANGER = {"customer": "c2", "identities": [{"channel": "webchat", "address": "w1234abcd", "proven": "", "blocked": "", "since": NOW}]}


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        made.stories = {s["conversation"]["id"]: s for s in (MAILS, CHAT, COMPOSED, TEXTS, STOPPED, HUGE)}
        made.customers = {"c1": CUSTOMER, "c2": STRANGER | {"conversations": [CHAT["conversation"]], "merges": [], "possibly_same": []}}
        made.whole = {"m1": MAIL}
        yield made


def test_a_channel_that_the_page_does_not_know_is_called_as_it_is(browser: NewBrowser, place: Desk) -> None:
    talk, first = CHAT["conversation"], CHAT["messages"][0]
    messages = [{**first, "channel": "pigeon"}, {**first, "id": "m9", "channel": "raven"}]
    place.stories["coo.1"] = {**CHAT, "conversation": {**talk, "id": "coo.1", "channel": "pigeon"}, "messages": messages}
    page = browser("en")
    show(page, place, "coo.1")
    assert "pigeon" in page.texts(".story header, .story .head")[0]
    by = page.texts(".message .by")
    assert ("raven" in by[0], "raven" in by[1]) == (False, True)
    assert "undefined" not in page.find("body").text


def show(page: Browser, place: Desk, name: str) -> None:
    page.open("about:blank")
    page.open(f"{place.site}console#/c/{name}")
    page.find(".timeline .message")
    page.until(lambda: page.texts(".identities"), "the customer does not appear")


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_every_state_can_be_used_by_everybody(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    found: dict[str, list[str]] = {}
    page = browser(language, size, dark)

    def look(state: str) -> None:
        page.shot(f"console-{state}")
        found[state] = page.faults()

    for name in ("mail.1", "chat.1", "sms.1", "stop.1"):
        show(page, place, name)
        look(name)
        if size == "phone":
            page.click(".info")
            look(f"{name}-customer")
            page.click(".info")
    show(page, place, "mail.1")
    page.driver.execute_script("document.querySelector('.state .plain').click()")
    page.find(".mail-frame")
    look("whole-mail")
    if size == "desktop":
        show(page, place, "mail.1")
        page.click(".possibly .plain")
        page.find("dialog .confirm")
        look("merge")
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_bursts_the_layout(browser: NewBrowser, place: Desk, width: int) -> None:
    """A subject of 100 KB, words of 10,000 characters, right to left, piled up marks, 200 files, no text at all."""
    page = browser("en", "phone" if width < 700 else "desktop")
    page.command("Emulation.setDeviceMetricsOverride", width=width, height=740, deviceScaleFactor=1, mobile=False)
    page.open(place.site + "console")
    page.find(".card")
    assert page.bursts() == []
    show(page, place, "huge.1")
    page.driver.execute_script("for (const b of document.querySelectorAll('.bubble > .plain, .words > .plain')) b.click()")
    page.until(lambda: len(page.all(".timeline .file")) == 200, "the files are not all there")
    page.shot(f"console-huge-{width}")
    assert page.faults() == []
    if width < 700:
        page.click(".info")
        assert page.bursts() == []


def test_what_must_not_be_sent_cannot_be_written(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place, "stop.1")
    page.sees("said STOP", ".blocked")
    assert page.texts(".composer .primary") == ["Save note"]
    assert page.texts(".mode") == []
    show(page, place, "huge.1")  # complained, but wrote again
    page.sees("Only a new message", ".blocked")
    assert page.texts(".composer .primary") == ["Send"]


def test_what_became_of_each_reply_is_said(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place, "mail.1")
    assert [t.strip() for t in page.texts(".message.agent .state")] == ["came back: 550 5.1.1 user unknown", "delivered"]
    page.sees("out of office", ".message.customer .state")
    show(page, place, "chat.1")
    place.hint({"type": "typing", "id": "chat.1"})
    page.sees("is typing", ".typing")
    assert page.texts(".message.agent .state")[0].startswith("seen ")
    place.hint({"type": "read", "id": "chat.1", "at": NOW + 1})
    page.type("#text", "One moment")
    page.until(lambda: ("POST", "conversations/chat.1/typing", {}) in place.asked, "the visitor is not told that somebody writes")


def test_the_articles_behind_a_composed_answer_are_named(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    show(page, place, "bot.1")
    told = [text.strip() for text in page.texts(".message.bot .state") if "model-1" in text]
    assert told == [
        "Composed from Return an item · When will I get my refund? (model-1)",
        "Told word for word; the composed text was refused: a sentence that cites nothing (model-1)",
    ]


def test_files_go_with_a_reply(browser: NewBrowser, place: Desk, tmp_path: Path) -> None:
    """Chosen, dropped or pasted; too large or empty ones are refused in words; they stay with the draft."""
    page = browser()
    show(page, place, "chat.1")
    for name, content in (("a.txt", b"hello"), ("empty.txt", b""), ("large.txt", b"x" * (10 * 1024 * 1024 + 1))):
        (tmp_path / name).write_bytes(content)
        page.all("input.attach")[0].send_keys(str(tmp_path / name))
        if name != "a.txt":
            page.sees(name, ".composer [role=alert]")
    page.driver.execute_script(DROP_AND_PASTE)
    page.until(lambda: len(page.all(".chosen .plain")) == 3, "not all files are there")
    page.driver.refresh()
    page.until(lambda: len(page.all(".chosen .plain")) == 3, "the draft lost its files")
    page.click(".chosen .file:last-child .plain")
    page.click(".composer .primary")
    page.sees("a.txt", ".message.agent:not(.unsent) .files")
    [sent] = [body for method, path, body in place.asked if path.endswith("/replies")]
    assert sent["text"] == ""
    assert sorted(f["name"] for f in sent["attachments"]) in (
        ["a.txt", "dropped.txt"],
        ["a.txt", "pasted.txt"],
        ["dropped.txt", "pasted.txt"],
    )
    assert all(set(f) == {"name", "type", "size", "sha256"} for f in sent["attachments"])


DROP_AND_PASTE = """
const carry = (name) => {
  const data = new DataTransfer();
  data.items.add(new File([name], name, { type: "text/plain" }));
  return data;
};
const dropped = { dataTransfer: carry("dropped.txt"), bubbles: true, cancelable: true };
const form = document.querySelector("form.composer");
form.dispatchEvent(new DragEvent("dragover", dropped));
form.dispatchEvent(new DragEvent("drop", dropped));
const pasted = { clipboardData: carry("pasted.txt"), bubbles: true, cancelable: true };
document.querySelector("#text").dispatchEvent(new ClipboardEvent("paste", pasted));
"""


def test_a_text_message_is_counted_as_carriers_count(browser: NewBrowser, place: Desk) -> None:
    """As chalicelib.conversations.segments counts: GSM-7 160/153 with two places for some, else UCS-2 70/67."""
    page = browser()
    show(page, place, "sms.1")
    for text, parts, left in (("a" * 160, 1, 0), ("a" * 161, 2, 145), ("€" * 80, 1, 0), ("你" * 71, 2, 63), ("😀" * 35, 1, 0)):
        page.driver.execute_script(TYPE, text)
        shown = f"{parts} SMS, {left} characters left"
        page.sees(shown, ".sms-count")


TYPE = """
const field = document.querySelector("#text");
field.value = arguments[0];
field.dispatchEvent(new InputEvent("input", { bubbles: true }));
"""
