"""Every hostile string through every channel, in every page: no script runs, no request leaves, all is shown as it was typed.

`make hostile` takes them all, `make test` those that do something and a sample of the others.

First the detector shows that it can see. The pages are the real ones (tests/browser/desk.py says why not the stack); a sample
goes through the running stack's own doors in test_hostile_stack.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from email import message_from_bytes, policy
from typing import Any

import pytest
from msgspec import to_builtins
from selenium.common.exceptions import WebDriverException

from chalicelib import schemas
from chalicelib.channels.email import render, whole
from chalicelib.conversations import keys
from chalicelib.conversations import schemas as views
from chalicelib.conversations import views as written
from chalicelib.conversations.model import Conversation, Event, Message
from chalicelib.conversations.notes import Note
from tests.browser import hostile
from tests.browser.conftest import NewBrowser
from tests.browser.desk import Desk, desk
from tests.browser.driver import Browser
from tests.unit.conftest import T0
from tests.unit.mails import BUSINESS, CUSTOMER, SUPPORT, known  # noqa: F401 - a fixture among them

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STRINGS = hostile.strings()
LIVE = [s for s in STRINGS if "script" in s.live]
FRAMES = 40  # at a time
HTML = whole.HTML
SHOW_ALL = (
    "for (const b of document.querySelectorAll('.words > .plain')) b.click(); return document.querySelectorAll('.words > .plain').length"
)


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        yield made


def test_the_detector_sees_what_runs(browser: NewBrowser, careless: dict[str, str]) -> None:
    """Unescaped, at least 95 % of what is known to run is seen: in frames that may do anything but leave, else on a page of its own."""
    careless |= {f"s{n}": f"<!doctype html><body><p>{s.value}</p></body>" for n, s in enumerate(LIVE)}
    page = browser()
    hostile.set_trap(page)
    ran = _run_in_frames(page, careless, [f"s{n}" for n in range(len(LIVE))])
    missed = [s.value for n, s in enumerate(LIVE) if f"s{n}" not in ran and not _runs_alone(page, f"{careless['']}s{n}")]
    assert len(missed) <= 0.05 * len(LIVE), missed


def test_the_chat_page(browser: NewBrowser, place: Desk) -> None:
    """What the visitor wrote, and what agents with such names answered."""
    texts = filter(None, (hostile.typed(s.value, hostile.CHAT) for s in STRINGS))  # an empty text is refused
    own = [hostile.message("webchat", n, text) for n, text in enumerate(texts)]
    answers = [
        replace(m, id=f"r+{m.id}", direction="outgoing", by="agent-ann", name=m.text[:60], state="sent", link=m.text[:300]) for m in own
    ]
    place.said = [to_builtins(written.for_visitor(_stored(m))) for m in (*own, *answers)]
    page = browser()
    hostile.set_trap(page)
    page.open(place.site)
    page.until(lambda: len(page.all(".message")) >= len(place.said), "the messages do not appear")
    _show_all(page)
    assert page.texts(".message.mine .words") == [m.text for m in own]
    assert page.texts(".message.agent .words") == [m.text for m in answers]
    assert hostile.foreign(page, ".words") == []
    hostile.assert_calm(page, place.site, place.elsewhere)


@pytest.mark.parametrize("channel", ["webchat", "sms", "email"])
def test_the_console(browser: NewBrowser, place: Desk, channel: str) -> None:
    """Messages, notes, events, names, subjects, files and the list: whatever a customer or a colleague wrote."""
    messages = [_stored(hostile.taken(channel, n, s.value)) for n, s in enumerate(STRINGS)]
    for n, message in enumerate(messages):
        head = Conversation(f"{message.thread}{n}", 1, message.channel, message.address, T0, owner="agent", agent="agent-ann", version=1)
        one = replace(head, name=message.name or message.text[:80], subject=message.subject or message.text[:900], customer="c1")
        place.stories[one.id] = _story(one, [])
    first = next(iter(place.stories))
    place.stories[first] |= _told(messages)
    page, address = browser(), place.site + "console"
    hostile.set_trap(page)
    page.open(f"{address}#/c/{first}")
    page.until(lambda: len(page.all(".timeline .message")) >= len(messages), "the messages do not appear", 60)
    _show_all(page)
    assert page.texts(".timeline .message .words") == [m.text for m in messages]
    assert page.texts(".timeline .note .words") == [m.text for m in messages]
    assert page.texts(".timeline .message bdi.file-name, .timeline .message .file-name bdi") == [
        a["name"] or "file without a name" for m in messages for a in m.meta.get("attachments", [])
    ]
    assert page.texts(".escalated dd:first-of-type bdi") == [m.text[:500] for m in messages]
    assert page.texts(".lists .card-subject") == [s["conversation"]["subject"] for s in place.stories.values()]
    assert hostile.foreign(page, ".words, .lists bdi, .by bdi, .head bdi, .details dd bdi") == []
    hostile.assert_calm(page, address, place.elsewhere)
    assert page.complaints() == []


def test_the_frame_of_whole_mails_alone_holds(browser: NewBrowser, place: Desk) -> None:
    """The strings as the HTML of mails that nobody cleaned, in the console's own frame."""
    page, address = browser(), place.site + "console"
    hostile.set_trap(page)
    page.open(address)
    page.find("#claim")
    for start in range(0, len(STRINGS), FRAMES):
        page.driver.execute_async_script(SHOW_FRAMES, [s.value for s in STRINGS[start : start + FRAMES]])
    hostile.assert_calm(page, address, place.elsewhere)


def test_whole_mails_are_clean_without_any_frame(browser: NewBrowser, careless: dict[str, str]) -> None:
    """What the sanitiser leaves of the strings as HTML, in a page that would let it do anything."""
    careless |= {f"s{n}": f"<!doctype html><body>{whole.clean(s.value[:HTML], {})}</body>" for n, s in enumerate(STRINGS)}
    page = browser()
    hostile.set_trap(page)
    assert _run_in_frames(page, careless, [f"s{n}" for n in range(len(STRINGS))]) == set()
    forbidden = {
        "SCRIPT",
        "IFRAME",
        "OBJECT",
        "EMBED",
        "FORM",
        "INPUT",
        "BUTTON",
        "STYLE",
        "LINK",
        "META",
        "BASE",
        "SVG",
        "MATH",
        "VIDEO",
        "AUDIO",
    }
    assert not forbidden & {tag.upper() for tag in page.driver.execute_script("return window.__tags")}
    assert page.strangers({careless[""].split("/")[2]}) == []


def test_mail_answers_as_their_readers_see_them(browser: NewBrowser, careless: dict[str, str]) -> None:
    """An agent's reply with the string as text, name and subject: the HTML part in a page without any policy."""
    bodies = []
    for n, s in enumerate(STRINGS):
        text = hostile.written(s.value, 20_000)
        answer = replace(hostile.message("email", n, text), direction="outgoing", by="agent-ann", name=s.value[:60], subject=s.value)
        raw = render.outgoing(replace(answer, address=CUSTOMER), SUPPORT, BUSINESS)
        _assert_meant_headers(raw)
        mail = message_from_bytes(raw, policy=policy.default)
        plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain
        assert html
        assert plain.get_content().replace("\r\n", "\n").strip("\n") == text.strip("\n"), s.id
        bodies.append(html.get_content())
    careless |= {f"s{n}": body for n, body in enumerate(bodies)}
    page = browser()
    hostile.set_trap(page)
    assert _run_in_frames(page, careless, [f"s{n}" for n in range(len(bodies))]) == set()
    assert page.driver.execute_script("return window.__tags") == ["A", "BODY", "BR", "HEAD", "HTML", "META", "P"]
    assert page.strangers({careless[""].split("/")[2]}) == []


def _assert_meant_headers(raw: bytes) -> None:
    """By hand, independent of the library that wrote them."""
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0].lower() for line in head.split("\r\n") if line[:1] not in (" ", "\t")]
    meant = {"from", "to", "subject", "date", "message-id", "reply-to", "references", "content-type", "mime-version"}
    assert len(names) == len(set(names)), names
    assert set(names) - {"content-transfer-encoding", "in-reply-to"} == meant
    assert head.count("\r") == head.count("\n") == head.count("\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


# --- How a string comes in -------------------------------------------------------------------------------------------


def _stored(message: Message) -> Message:
    """Through the table's form and back."""
    return keys.message(keys.message_item(message))


def _story(c: Conversation, messages: list[Message]) -> dict[str, Any]:
    shown = [schemas.shown(views.Message, written.for_agent(m)) for m in messages]
    return {"conversation": schemas.shown(views.Conversation, c), "messages": shown, "notes": [], "events": [], "others": [], "cursor": T0}


def _told(messages: list[Message]) -> dict[str, Any]:
    """The same words from all sides: messages, colleagues' notes, reasons and summaries of hand-overs."""
    events = [
        Event("escalated", m.at, "bot", {"reason": m.text[:500], "queue": m.text[:80], "summary": m.text, "facts": {"said": m.text[:200]}})
        for m in messages
    ]
    notes = [Note(f"n-{n}", m.at, "agent-ann", m.text[:80], m.text) for n, m in enumerate(messages)]
    shown = [schemas.shown(views.Message, written.for_agent(m)) for m in messages]
    return {"messages": shown, "notes": [asdict(n) for n in notes], "events": [schemas.shown(views.Event, e) for e in events]}


# --- Looking on ------------------------------------------------------------------------------------------------------

SHOW_FRAMES = """
const [values, done] = arguments;
import(document.querySelector("link[href*='story/mail.js']").href).then(async ({ framed }) => {
  const frames = values.map((value) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "";
    frame.src = framed(value);
    return [frame, new Promise((go) => (frame.onload = go))];
  });
  document.body.append(...frames.map(([frame]) => frame));
  await Promise.all(frames.map(([, loaded]) => loaded));
  await new Promise((go) => setTimeout(go, 150));
  for (const [frame] of frames) frame.remove();
  done();
});
"""
LOAD_FRAMES = """
const [names, wait, done] = arguments;
Promise.all(names.map((name) => new Promise((go) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts allow-same-origin allow-forms allow-modals";
  frame.src = "./" + name;
  frame.onload = () => {
    const tags = [...(frame.contentDocument?.querySelectorAll("*") ?? [])].map((e) => e.tagName);
    window.__tags = [...new Set([...(window.__tags ?? []), ...tags])].sort();
    go();
  };
  setTimeout(go, 3000);
  document.body.append(frame);
}))).then(() => setTimeout(() => { document.body.replaceChildren(); done(); }, wait));
"""


def _run_in_frames(page: Browser, careless: dict[str, str], names: list[str]) -> set[str]:
    """Opens the pages, many at a time, with every right but to leave; the names of those in which something ran."""
    careless["outside"] = "<!doctype html><title>outside</title><body></body>"
    page.open(careless[""] + "outside")
    for start in range(0, len(names), FRAMES):
        page.driver.execute_async_script(LOAD_FRAMES, names[start : start + FRAMES], 600)
    told: list[str] = page.driver.execute_script("return window.__ran ?? []")
    return {what.rpartition("/")[2] for what in told}


def _runs_alone(page: Browser, address: str) -> bool:
    page.open(address)
    try:
        page.until(lambda: page.driver.execute_script("return window.__ran"), "", patience=2)
    except WebDriverException:
        return False
    return True


def _show_all(page: Browser) -> None:
    page.until(lambda: page.driver.execute_script(SHOW_ALL) == 0, "some texts stay cut")
