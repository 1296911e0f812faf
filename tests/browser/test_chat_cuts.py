"""The socket is cut 50 times at random during 200 messages both ways: nothing missed, doubled or out of order in the browser.

The seed of a run is printed; `CUT_SEED=n` repeats its choices.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable

import pytest

from tests.browser.conftest import NewBrowser
from tests.browser.cutter import Cutter, cutting
from tests.browser.driver import Browser
from tests.browser.people import ASK_FOR_A_PERSON, visit
from tests.conftest import Stack
from tests.people import Agent

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MESSAGES, OF_VISITOR, CUTS = 200, 70, 50
A_PAGE = 15  # so many of the last messages are loaded first, at least
WRITE = """
  const field = document.querySelector("#text");
  field.value = arguments[0];
  field.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => field.form.requestSubmit());
"""
SHOWN = "return [...document.querySelectorAll('.message')].map((m) => [m.dataset.id, m.querySelector('.words')?.textContent ?? ''])"


def test_fifty_cuts_during_two_hundred_messages(stack: Stack, browser: NewBrowser, supervisor: Agent) -> None:
    seed = int(os.environ.get("CUT_SEED") or secrets.randbelow(10**6))
    print(f"\nCUT_SEED={seed}")
    with cutting(CUTS, seed) as cutter:
        page = browser(flags=cutter.flags)
        visit(page, stack.addresses.site)
        page.driver.execute_script(WRITE, ASK_FOR_A_PERSON)
        _until(page, lambda: "Waiting for a colleague" in "".join(page.texts(".outlook")), cutter)
        visitor = page.driver.execute_script("return JSON.parse(Object.values(localStorage).find((v) => v.includes('visitor'))).visitor")
        conversation = supervisor.claim(visitor)["id"]
        by_whom = ["visitor"] * OF_VISITOR + ["agent"] * (MESSAGES - OF_VISITOR)
        cutter.choice.shuffle(by_whom)
        sent = []
        for n, who in enumerate(by_whom):
            _until(page, lambda n=n: cutter.cuts >= CUTS or n < 4 * cutter.cuts + 8, cutter)
            sent.append(f"{who} {n}")
            if who == "visitor":
                page.driver.execute_script(WRITE, sent[-1])
                _until(page, lambda text=sent[-1]: text in [words for _, words in page.driver.execute_script(SHOWN)], cutter)
            else:
                supervisor.reply(conversation, sent[-1])
        _until(page, lambda: cutter.cuts >= CUTS, cutter)
        _until(page, lambda: not page.all(".unsent"), cutter)
        stored = [(m["id"], m["text"]) for m in supervisor.messages(conversation)]
        _until(page, lambda: len(page.driver.execute_script(SHOWN)) >= len(stored), cutter)
        shown = [tuple(m) for m in page.driver.execute_script(SHOWN)]
        print(f"{cutter.cuts} cuts, {len(shown)} messages")
        assert cutter.cuts >= CUTS
        assert shown == stored
        mine = [text for _, text in shown if text.startswith("visitor")]
        assert mine == [text for text in sent if text.startswith("visitor")]
        assert sorted(text for _, text in shown if text in set(sent)) == sorted(sent)
        page.driver.refresh()
        _until(page, lambda: [m[0] for m in page.driver.execute_script(SHOWN)][-1:] == [stored[-1][0]], cutter)
        last = [tuple(m) for m in page.driver.execute_script(SHOWN)]
        assert len(last) >= A_PAGE
        assert last == stored[-len(last) :]


def _until(page: Browser, holds: Callable[[], bool], cutter: Cutter, patience: float = 120) -> None:
    """Waits; whenever the page has no connection, it is told (as by a phone that finds its network again) that it may try at once."""
    deadline, cut_since = time.monotonic() + patience, 0.0
    while not holds():
        assert time.monotonic() < deadline, f"not within {patience} s, after {cutter.cuts} cuts"
        if cutter.living:
            cut_since = 0.0
        elif not cut_since:
            cut_since = time.monotonic()
        elif time.monotonic() - cut_since > 0.7:
            page.driver.execute_script("dispatchEvent(new Event('online'))")
            cut_since = 0.0
        time.sleep(0.03)
