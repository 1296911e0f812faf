"""Every hostile string in every field that a report is made of: its page runs nothing, asks for nothing and shows what was typed,
and no program takes a cell of its table for a formula.

Customers' words reach the table only as the subjects of mails, and the page not at all; but the page shows queues, reasons and the
business's name, which somebody else wrote, and here all of it comes from the strings.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.conversations import baton, registry
from chalicelib.conversations.model import Answer, Conversation, Escalation
from chalicelib.insight import facts, figures, periods, render, rows, words
from chalicelib.insight.facts import Facts
from tests.browser import hostile
from tests.browser.conftest import NewBrowser
from tests.browser.driver import Browser
from tests.unit.conftest import T0
from tests.unit.mails import known  # noqa: F401 - a fixture
from tests.unit.test_report_render import formulas, parsed, without_ours

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STRINGS = hostile.strings()
TEXTS = [hostile.typed(s.value, hostile.CHAT) for s in STRINGS]
DAY = periods.day_period("2026-11-20", "Asia/Shanghai")
NOON = (DAY.start + DAY.end) // 2
SHOWN = 50  # ids below one bottleneck
POLICY = b"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"


def told(n: int, text: str, channel: str) -> Conversation:
    """As a customer of the channel begins it, the bot answers and hands over, an agent takes it and replies: each with the string."""
    taken = hostile.taken(channel, n, text)
    message = replace(taken, thread=f"{channel[0]}{n}", at=NOON + n, language=text[:20])
    c = baton.received(baton.opened(message, text[:40]), message)
    c = baton.answered(c, message, Answer(text, text, text, language=text[:20]), NOON + n + 1_000)
    decision = Escalation("rule", text, text, "normal", text, {"said": text}, text)
    c = baton.escalated(c, f"{message.id}-2", decision, NOON + n + 2_000)
    c = baton.replied(baton.claimed(c, text, NOON + n + 3_000), text, "r1", NOON + n + 4_000)
    return replace(
        c, reason=text, queue=text, article=text, subject=taken.subject if channel == "email" else text
    )  # the head keeps their beginnings


def report(conversations: list[Conversation], business: str) -> Facts:
    waiting = [(c.queue, "normal", [c]) for c in conversations if c.queue]
    work = figures.open_work(waiting, conversations, DAY.end + 1)
    made = Facts(business, DAY, DAY.end + 1, T0, work, facts.arranged(conversations))
    assert facts.load(facts.dump(made)) == made
    return made


def test_the_page(browser: NewBrowser, careless: dict[str, str]) -> None:
    """With its policy and without: its words alone are harmless, too."""
    business = " ".join(hostile.typed(s.value, 200) for s in STRINGS)
    page = render.files(report([told(n, text, registry.names()[n % 3]) for n, text in enumerate(TEXTS)], business))["html"].decode()
    assert POLICY.decode() in page
    careless |= {"kept": page, "bare": page.replace(POLICY.decode(), "")}
    wanted = sorted(_named(text) for text in set(TEXTS))
    seen = browser()
    hostile.set_trap(seen)
    for name in ("kept", "bare"):
        seen.open(careless[""] + name)
        reasons, queues = (seen.texts(f"[aria-labelledby=passed] table:nth-of-type({n}) tbody th") for n in (1, 2))
        waited = seen.texts("[aria-labelledby=waited] tbody th")
        assert (sorted(reasons), sorted(queues), sorted(waited[1:])) == (wanted, wanted, wanted)
        assert sorted(seen.texts("[aria-labelledby=open] tbody th")) == sorted(_named(text) for text in TEXTS if text)
        assert seen.texts("head title") == [f"{DAY.day} · {business} · Customer service · 客户服务日报"]
        assert seen.texts(".kicker") == [f"{business} · customer service客户服务日报"]
        assert _strange(seen) == []
        hostile.assert_calm(seen, careless[""] + name)
    assert seen.complaints() == []


def test_where_it_is_stuck(browser: NewBrowser, careless: dict[str, str]) -> None:
    """The hours show ids: so many at a time, and here even these are hostile."""
    seen = browser()
    hostile.set_trap(seen)
    for n in range(0, len(TEXTS), SHOWN):
        some = TEXTS[n : n + SHOWN]
        waiting = [_waits(told(i, text, "email"), text, some[0]) for i, text in enumerate(some)]
        careless[f"s{n}"] = render.files(report(waiting, "Tea House"))["html"].decode()
        seen.open(f"{careless['']}s{n}")
        assert set(seen.texts(".where b")) == {_named(some[0])}
        assert sorted(seen.texts(".stuck li:first-child code")) == sorted(f"{text}.1" for text in some)
        assert _strange(seen) == []
        hostile.assert_calm(seen, f"{careless['']}s{n}")


@pytest.mark.parametrize("channel", registry.names())
def test_the_table(channel: str) -> None:
    conversations = [told(n, text, channel) for n, text in enumerate(TEXTS)]
    table = render.files(report(conversations, "Tea House"))["csv"]
    header, *lines = parsed(table)
    assert header == list(rows.COLUMNS)
    assert {len(line) for line in lines} == {len(header)}
    assert [line[0] for line in lines] == [c.id for c in conversations]
    cells = [dict(zip(header, line, strict=True)) for line in lines]
    for n, (text, cell) in enumerate(zip(TEXTS, cells, strict=True)):
        subject = hostile.taken(channel, n, text).subject if channel == "email" else ""
        found = [cell[name] for name in ("subject", "reason", "queue", "article")]
        assert [without_ours(f) for f in found] == [without_ours(t) for t in (subject, text, text, text)], STRINGS[n].id
    assert formulas(table) == []


def test_the_files_beside_the_page(browser: NewBrowser, careless: dict[str, str]) -> None:
    """A browser that opens the table or the figures shows text or saves a file."""
    files = render.files(report([told(n, text, registry.names()[n % 3]) for n, text in enumerate(TEXTS)], " ".join(TEXTS)[:2_000]))
    careless |= {f"report.{kind}": files[kind].decode("utf-8-sig") for kind in ("csv", "json")}
    seen = browser()
    hostile.set_trap(seen)
    address = careless[""] + "report.json"
    seen.open(address)
    shown: Any = json.loads(seen.texts("pre")[0])
    assert {entry["of"] for entry in shown["escalations"]["by_reason"]} == set(TEXTS)
    seen.open(careless[""] + "report.csv")  # is saved
    hostile.assert_calm(seen, address)


def _waits(c: Conversation, thread: str, queue: str) -> Conversation:
    return replace(c, thread=thread, owner="queue", queue=queue, waiting_since=NOON, claimed_at=0, waited=0)


def _named(text: str) -> str:
    """Both languages of a name, of which the page hides one."""
    en, zh = words.name(text)
    return en if en == zh else en + zh


def _strange(page: Browser) -> list[str]:
    """Elements and attributes that no template of ours writes."""
    found: list[str] = page.driver.execute_script(
        """
        const tags = new Set(arguments[0].split(" "));
        return [...document.querySelectorAll("*")].filter((e) => !tags.has(e.localName)
          || [...e.attributes].some((a) => a.name.startsWith("on") || ["src", "href", "srcdoc", "action"].includes(a.name)))
          .map((e) => e.outerHTML.slice(0, 200));
        """,
        "html head meta title style body main header div p h1 h2 fieldset legend label input span dl dt dd strong section ol ul li b em"
        " small details summary code svg line rect table thead tbody tfoot tr th td footer",
    )
    return found
