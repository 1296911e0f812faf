"""Files in the chat: by picker, paste and drop, with honest refusals, shown to the agent, too. And signs of life both ways."""

from __future__ import annotations

import json
import re
import struct
import threading
import time
import zlib
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import NewBrowser
from tests.browser.driver import Browser
from tests.browser.people import ASK_FOR_A_PERSON, say, visit
from tests.conftest import Stack
from tests.people import Agent, Visitor, eventually

pytestmark = pytest.mark.browser

# As if the visitor dropped or pasted it: {name, type, text} -> the event's files.
TRANSFER = """
  const [event, target, name, type, text] = arguments;
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name, { type }));
  const options = { bubbles: true, cancelable: true, dataTransfer, clipboardData: dataTransfer };
  document.querySelector(target).dispatchEvent(event === "paste" ? new ClipboardEvent(event, options) : new DragEvent(event, options));
"""


KEPT = "JSON.parse(Object.values(localStorage).find((value) => value.includes('visitor')))"
VISITOR, TOKEN = f"return {KEPT}.visitor", f"return {KEPT}.token"


def png(width: int = 60, height: int = 40) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes((x * 4 % 256, y * 6 % 256, 120)[c] for x in range(width) for c in range(3)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pick(page: Browser, path: Path) -> None:
    page.all("#files")[0].send_keys(str(path))


def uploaded(page: Browser, name: str) -> None:
    there = ".chosen li:not(.failed)"
    page.until(lambda: any(name in t for t in page.texts(there)) and not page.all(".chosen progress"), f"{name} is not uploaded")


def tried_again(page: Browser) -> bool:
    """Whether nothing counts as failed. The banner goes before the connection is back, and until then a try fails as the first did."""
    for button in page.all(".chosen .failed .plain"):
        button.click()
    return not page.all(".chosen .failed, .chosen progress")


def test_a_picture_is_sent_shown_and_there_after_a_reload(stack: Stack, browser: NewBrowser, tmp_path: Path) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    picture = tmp_path / 'damaged "cup" <b>.png'
    picture.write_bytes(png())
    pick(page, picture)
    uploaded(page, "damaged")
    assert page.axe() == []
    page.shot("chat-file-chosen")
    page.type("#text", "It arrived broken.", Keys.ENTER)
    for _ in range(2):
        page.sees("It arrived broken.", ".message.mine:not(.unsent)")
        page.until(lambda: page.driver.execute_script("return document.querySelector('.files img')?.naturalWidth") == 60, "no picture")
        visit(page, stack.addresses.site)
    assert page.all(".chosen") == []
    page.until(lambda: page.all(".files img"), "no picture after the reload")
    page.shot("chat-file-sent")
    assert page.axe() == []
    assert page.complaints() == []


def test_the_agent_gets_exactly_what_was_sent(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    say(page, ASK_FOR_A_PERSON)
    page.sees("Waiting for a colleague", ".outlook")
    page.driver.execute_script(TRANSFER, "drop", "main", "order.csv", "text/csv", "a,b\n1,2\n")
    page.driver.execute_script(TRANSFER, "paste", "#text", "note.txt", "text/plain", "pasted")
    page.until(lambda: len(page.all(".chosen li")) == 2, "not both are chosen")
    uploaded(page, "order.csv")
    page.click(".send")
    page.find(".message.mine:not(.unsent) .files")
    conversation = supervisor.claim(page.driver.execute_script(VISITOR))
    message = next(m for m in supervisor.read(conversation["id"])["messages"] if m["attachments"])
    sent = {entry["name"]: (entry["size"], entry["sha256"], entry["fate"]) for entry in message["attachments"]}
    assert sent == {
        "order.csv": (8, sha256(b"a,b\n1,2\n").hexdigest(), "stored"),
        "note.txt": (6, sha256(b"pasted").hexdigest(), "stored"),
    }


def test_what_cannot_be_sent_is_refused_in_words_and_can_be_taken_out(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    page.driver.execute_script(TRANSFER, "drop", "main", "a.exe", "application/x-msdownload", "MZ")
    page.sees("cannot be sent", ".chosen .failed")
    page.driver.execute_script(TRANSFER, "drop", "main", "empty.txt", "text/plain", "")
    page.sees("empty", ".chosen .failed .file-about")
    make = "const t = new DataTransfer(); t.items.add(new File([new Uint8Array(10 * 1024 * 1024 + 1)], 'big.zip'));"
    page.driver.execute_script(make + "dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: t }))")
    page.sees("Larger than 10 MB", ".chosen .failed")
    assert not page.find(".send").is_enabled()
    assert page.axe() == []
    page.shot("chat-file-refused")
    for left in (2, 1, 0):
        page.click(".chosen .remove")
        page.until(lambda left=left: len(page.all(".chosen li")) == left, "it stays")


def test_a_picture_that_is_none_is_not_stored(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    page.driver.execute_script(TRANSFER, "drop", "main", "x.png", "image/png", "<script>alert(1)</script>")
    uploaded(page, "x.png")
    page.click(".send")
    page.sees("Not sent", ".unsent .state")


def test_an_upload_without_network_says_so_and_can_be_tried_again(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    page.cut_off()
    page.sees("You are offline", ".banner")
    page.driver.execute_script(TRANSFER, "drop", "main", "a.txt", "text/plain", "later")
    page.sees("Not uploaded", ".chosen .failed")
    page.cut_off(False)
    page.until(lambda: not page.all(".banner"), "the banner stays")
    page.until(lambda: tried_again(page), "no further try succeeds")
    uploaded(page, "a.txt")
    page.click(".send")
    page.find(".message.mine:not(.unsent) .file")


def test_typing_and_reading_are_seen_on_the_other_side(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    page.type("#text", "quiet")  # to a bot: nobody is told
    page.find("#text").clear()
    say(page, ASK_FOR_A_PERSON)
    page.sees("Waiting for a colleague", ".outlook")
    visitor = page.driver.execute_script(VISITOR)
    conversation = supervisor.claim(visitor)["id"]
    with supervisor.socket() as socket:

        def hears(kind: str) -> dict[str, object]:
            while True:
                frame: dict[str, object] = json.loads(socket.recv(timeout=30))
                if frame["type"] == kind:
                    return frame

        page.type("#text", "I am typ")
        assert hears("typing") == {"type": "typing", "id": conversation}
        supervisor.ask("POST", f"conversations/{conversation}/typing")
        page.sees("is typing", ".thinking")
        page.shot("chat-typing")
        reply = supervisor.reply(conversation, "Here I am.")
        page.sees("Here I am.", ".message.agent")
        page.until(lambda: not page.all(".thinking"), "still typing after the reply")
        assert hears("read") == {"type": "read", "id": conversation, "at": reply["at"]}
    assert eventually(lambda: supervisor.read(conversation)["read_at"]) == reply["at"]


def test_who_writes_too_fast_loses_nothing(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    say(page, ASK_FOR_A_PERSON)  # with a person, a message is only stored: the bot would think about hundreds for a minute
    page.sees("Waiting for a colleague", ".outlook")
    token = {"token": page.driver.execute_script(TOKEN)}
    session = httpx.post(f"{stack.addresses.site}chat/session", json=token, timeout=120).json()
    texts, stop = ["One.", "Two.", "Three."], threading.Event()
    other = Visitor(stack.addresses.site, session)
    other.connect()

    def flood() -> None:
        """From another tab of the same visitor, faster than anybody types."""
        while not stop.is_set():
            other.say("again")
            time.sleep(0.01)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        other.hear(lambda f: f.get("code") == "too_many", patience=60)
        for text in texts:
            page.type("#text", text, Keys.ENTER)
        page.sees("writing very fast", ".banner")
        page.shot("chat-too-fast")
    finally:
        stop.set()
        thread.join()
    page.until(lambda: not page.all(".unsent"), "something stays unsent", patience=90)
    assert [t for t in page.texts(".message.mine .words") if t in texts] == texts
    page.until(lambda: not page.all(".banner"), "the banner stays")


def test_who_waits_for_a_person_is_asked_where_the_answer_shall_go(stack: Stack, browser: NewBrowser) -> None:
    page = browser()
    visit(page, stack.addresses.site)
    say(page, ASK_FOR_A_PERSON)
    page.click(".reach .quiet")
    page.find("#reach-address")
    assert page.axe() == []
    page.shot("chat-reach")
    page.type("#reach-address", "no address", Keys.ENTER)
    page.sees("cannot write there", "#reach-problem")
    mailer = stack.mailer()
    page.find("#reach-address").clear()
    page.type("#reach-address", mailer.address, Keys.ENTER)
    page.sees(mailer.address, ".reach label")
    assert page.axe() == []
    page.type("#reach-code", "000000", Keys.ENTER)
    page.sees("not the code", "#reach-problem")
    mail = eventually(mailer.inbox)[-1]
    code = re.search(r"\b\d{6}\b", mail["text"])
    assert code, mail["text"]
    page.find("#reach-code").clear()
    page.until(lambda: page.find("#reach-code").get_attribute("value") == "", "the wrong code stays")
    page.type("#reach-code", code[0], Keys.ENTER)
    page.sees(mailer.address, ".reach-done")
    assert page.axe() == []
    page.shot("chat-reach-done")


LOSE = """
  // The first frame of each kind goes with its connection: before it leaves, or with its answer.
  const [lost, unanswered] = arguments, left = WebSocket.prototype.send;
  window.put = [];
  WebSocket.prototype.send = function (text) {
    const { action, id } = JSON.parse(text);
    const first = [lost, unanswered].includes(action) && !put.some((one) => one.startsWith(action));
    if ([lost, unanswered].includes(action)) put.push(`${action} ${id}`);
    if (!first || action === unanswered) left.call(this, text);
    if (first) this.close();
  };
"""


@pytest.mark.parametrize(("lost", "unanswered"), [("contact", "prove"), ("prove", "contact")])
def test_what_a_lost_connection_took_along_is_asked_again_by_itself(stack: Stack, browser: NewBrowser, lost: str, unanswered: str) -> None:
    page, mailer = browser(), stack.mailer()
    visit(page, stack.addresses.site)
    say(page, ASK_FOR_A_PERSON)
    page.click(".reach .quiet")
    page.driver.execute_script(LOSE, lost, unanswered)
    page.type("#reach-address", mailer.address, Keys.ENTER)
    page.sees(mailer.address, ".reach label")
    (mail,) = eventually(mailer.inbox)
    code = re.search(r"\b\d{6}\b", mail["text"])
    assert code, mail["text"]
    page.type("#reach-code", code[0], Keys.ENTER)
    page.sees(mailer.address, ".reach-done")
    asked = page.driver.execute_script("return put")
    assert len(asked) == 4
    assert len(set(asked)) == 2, "the same question, not another one"
    assert len(mailer.inbox()) == 1
