"""The console before a line of ten thousand: it says how many wait and that it is about so many, and stays quick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from tests.browser.conftest import NewBrowser
from tests.browser.desk import Desk, Json, desk
from tests.browser.driver import Browser
from tests.browser.test_console_states import LOOKS, NOW, conversation

pytestmark = pytest.mark.browser

PAGE = 50
COUNTS = {"en": "about 10,000 waiting", "zh": "约 10,000 个等待"}
SHOWN = {"en": "50 of about 10,000 shown", "zh": "已显示 50 个，共约 10,000 个"}
SMOOTH = 200  # ms: a hand feels what takes longer than a tenth of a second (web.dev/articles/rail); this machine has other work, too
BUSY = """window.busy = []; new PerformanceObserver((list) => window.busy.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: "longtask" });"""
SCROLLED = """const [done] = arguments;
    let place = document.querySelector(".queues");
    while (getComputedStyle(place).overflowY !== "auto") place = place.parentElement;
    let step = 0, last = performance.now();
    const gaps = [];
    const next = (now) => {
      gaps.push(now - last);
      last = now;
      place.scrollBy(0, 400);
      if (++step < 60) requestAnimationFrame(next);
      else done([place.scrollTop, gaps.sort((a, b) => a - b)]);
    };
    requestAnimationFrame(next);"""


@dataclass
class Line:
    """Who waits, the longest first; the desk gives them page by page, as the API does."""

    waiting: list[Json]
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def page(self, query: Mapping[str, str]) -> Json:
        if query.get("owner"):
            return {"conversations": [], "cursor": ""}
        self.asked.append(dict(query))
        ordered = self.waiting if query.get("sort") != "newest" else self.waiting[::-1]
        start = int(query.get("cursor") or 0)
        end = start + PAGE
        return {"conversations": ordered[start:end], "cursor": str(end) if end < len(ordered) else ""}

    def counts(self) -> Json:
        count = {"queue": "billing", "urgency": "normal", "waiting": len(self.waiting), "exact": len(self.waiting) < 200}
        return {"queues": [count | {"oldest_at": self.waiting[0]["waiting_since"]}]}


@pytest.fixture
def line() -> Line:
    waits = {"owner": "queue", "agent": ""}
    return Line(
        [conversation(f"w{n}.1", name=f"Customer {n}", subject=f"Case {n}", waiting_since=NOW - 10**7 + n, **waits) for n in range(10_012)]
    )


@pytest.fixture
def place(line: Line) -> Iterator[Desk]:
    with desk() as made:
        made.lists = line.page
        made.answers["GET queues"] = line.counts()
        yield made


def opened(page: Browser, place: Desk) -> None:
    page.open(place.site + "console")
    page.click(".queue[data-queue=billing]")
    page.find(".queues .card")


def cards(page: Browser) -> int:
    return int(page.driver.execute_script("return document.querySelectorAll('.queues .card').length"))


def more(page: Browser, count: int) -> None:
    page.click("[data-more=billing]")
    page.until(lambda: cards(page) == count, f"{count} cards")


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS[:2])
def test_a_long_line_says_how_long_it_is_and_shows_it_in_pages(
    browser: NewBrowser, place: Desk, line: Line, language: str, size: str, dark: bool
) -> None:
    page = browser(language, size, dark)
    opened(page, place)
    page.sees(COUNTS[language], ".queue")
    page.sees(SHOWN[language], ".more")
    page.shot("line-long")
    assert page.faults() == []
    more(page, 100)
    assert page.texts(".queues .card-subject")[99] == "Case 99"
    page.driver.execute_script("const s = document.querySelector('[data-order]'); s.value = 'newest'; s.dispatchEvent(new Event('change'))")
    page.sees("Case 10011", ".queues .card")
    assert cards(page) == PAGE


def test_a_hint_keeps_what_was_read_and_takes_out_who_was_claimed(browser: NewBrowser, place: Desk, line: Line) -> None:
    page = browser()
    opened(page, place)
    more(page, 100)
    more(page, 150)
    del line.waiting[:20]
    place.answers["GET queues"] = line.counts()
    place.hint({"type": "queues"})
    page.until(lambda: cards(page) == 130, "those who were claimed are gone, the others stay")
    assert page.texts(".queues .card-subject")[0] == "Case 20"
    del line.waiting[40:]
    place.answers["GET queues"] = line.counts()
    place.hint({"type": "queues"})
    page.sees("40 waiting", ".queue")
    page.until(lambda: cards(page) == 40 and not page.all(".more"), "a short line is shown whole")


def test_a_queue_that_was_closed_is_read_no_more(browser: NewBrowser, place: Desk, line: Line) -> None:
    page = browser()
    opened(page, place)
    page.click(".queue[data-queue=billing]")
    page.until(lambda: not page.all(".queues .card"), "it is closed")
    before = len(line.asked)
    del line.waiting[:-30]
    place.answers["GET queues"] = line.counts()
    place.hint({"type": "queues"})
    page.sees("30 waiting", ".queue")
    assert len(line.asked) == before


@pytest.mark.slow
def test_the_console_stays_smooth_before_ten_thousand(browser: NewBrowser, place: Desk, line: Line) -> None:
    """Five hundred of them are on the page, agents claim, hints come as often as they may, and the list is scrolled."""
    page = browser()
    opened(page, place)
    for count in range(100, 501, 50):
        more(page, count)
    page.driver.execute_script(BUSY)
    for _ in range(5):
        del line.waiting[:4]
        place.answers["GET queues"] = line.counts()
        shown = page.texts(".queues .card-subject")[:1]
        place.hint({"type": "queues"})
        page.until(lambda shown=shown: page.texts(".queues .card-subject")[:1] != shown, "the list moves on")
    scrolled, gaps = page.driver.execute_async_script(SCROLLED)
    busy = sorted(page.driver.execute_script("return window.busy"))
    print(f"\nlongest tasks (ms): {busy[-3:]}; frames (ms): median {gaps[30]:.0f}, 95 % {gaps[57]:.0f}, longest {gaps[-1]:.0f}")
    assert scrolled > 10_000
    assert max(busy, default=0) < SMOOTH
    assert gaps[57] < 50
