"""What the bot knows, in the console: found, written in its languages, compared before it is published, gone back on, imported."""

from __future__ import annotations

import copy
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import NewBrowser
from tests.browser.desk import ME, Desk, Json, desk
from tests.browser.driver import Browser
from tests.browser.test_console_states import LOOKS, NOW

pytestmark = pytest.mark.browser

ROW = {"id": "returns", "title": "Return an item", "titles": {"en": "Return an item", "zh": "退货"}, "queue": "orders", "audience": "vip"}
ROW |= {"valid_from": "2026-11-01", "valid_until": "2026-12-31", "examples": 12, "changed_at": NOW, "changed_by": "agent-ann"}
LONG = {**ROW, "id": "x" * 64, "title": "T" * 200, "titles": {"zh-Hant": "長" * 200}, "queue": "", "audience": "staff"}
EN: Json = {
    "id": "returns",
    "language": "en",
    "title": "Return an item",
    "body": "1. Pack it\n2. **Send** it",
    "short": "",
    "queue": "orders",
}
EN |= {
    "audience": "everyone",
    "link": "",
    "valid_from": "",
    "valid_until": "",
    "text": "1. Pack it\n2. Send it",
    "shown_short": "1. Pack it",
}
EN |= {"version": 3, "changed_at": NOW, "changed_by": "agent-ann"}
EXAMPLE = {"id": "e1", "text": "Send it back?", "language": "en", "article": "returns", "source": "agent", "by": "ann", "at": NOW}
EXAMPLE |= {"conversation": ""}
ARTICLE = {"id": "returns", "versions": [EN], "examples": [EXAMPLE, {**EXAMPLE, "id": "e2", "text": "W" * 500, "source": "file"}]}
SHOWN = {
    "text": "1. Pack it\n2. Send it\nbox (https://a.example/box.png)",
    "short": "1. Pack it",
    "segments": 1,
    "problems": ["body: is empty"],
}
SURE = {"article": "returns", "title": "Return an item", "confidence": 0.9, "sure": True}
UNSURE = {"article": "", "title": "", "confidence": 0.1, "sure": False}
WORSE = {
    "question": "Where is my bill? " * 8,
    "kind": "lost",
    "worse": True,
    "before": SURE,
    "after": UNSURE,
    "accepted": "returns",
    "right": "",
}
PREVIEW: Json = {"id": "1-a", "do": "preview", "by": "agent-ann", "at": NOW, "state": "done", "version": "abc", "before": "old"}
PREVIEW |= {"switched": False, "draft": "", "articles": 2, "examples": 30, "ended_at": NOW, "error": ""}
PREVIEW |= {"counts": {"asked": 200, "same": 197, "lost": 1, "gained": 1, "reworded": 1, "worse": 1, "untold": 52}}
CHANGES = [{"id": "returns", "language": "zh-Hant", "title": "退貨" * 40, "kind": "added"}]
COMPARED = {
    **PREVIEW,
    "articles": CHANGES,
    "questions": [
        WORSE,
        {**WORSE, "question": "退货？", "kind": "gained", "worse": False, "before": UNSURE, "after": SURE},
        {**WORSE, "question": "Back?", "kind": "reworded", "worse": False, "after": SURE},
    ],
    "untold": [
        {"article": "ingredients", "language": "en", "wording": "Is it vegan and gluten free?", "missing": ["vegan", "gluten"]},
        {"article": "ship-abroad", "language": "zh", "wording": "能寄到中国吗", "missing": ["中国"]},
    ],
}
PUBLISHED = {**PREVIEW, "id": "2-b", "do": "publish", "switched": True, "version": "new"}
OLD = {**PREVIEW, "id": "0-c", "do": "publish", "switched": True, "version": "old", "counts": {}}
VERSIONS = {"current": "new", "versions": [PUBLISHED, PREVIEW, OLD, {**PREVIEW, "id": "0-d", "state": "failed", "error": "no articles"}]}


@pytest.fixture
def place() -> Iterator[Desk]:
    with desk() as made:
        made.answers = {
            "GET knowledge/articles": {"articles": [ROW, LONG], "more": 3},
            "GET knowledge/articles/returns": copy.deepcopy(ARTICLE),
            "POST knowledge/shown": SHOWN,
            "PUT knowledge/articles/returns/en": {},
            "GET knowledge/versions": VERSIONS,
            "POST knowledge/publish": {**PREVIEW, "state": "ordered"},
            "POST knowledge/rollback": {**PREVIEW, "id": "3-r", "state": "ordered"},
            "GET knowledge/versions/1-a": COMPARED,
            "GET knowledge/versions/2-b": {**COMPARED, "switched": True},
            "GET knowledge/versions/3-r": {**COMPARED, "do": "rollback", "switched": True},
            "POST knowledge/import": {"given": 3, "articles": 2, "examples": 4},
        }
        yield made


def knowledge(page: Browser, place: Desk, tab: int = 1) -> None:
    page.open("about:blank")
    page.open(place.site + "console")
    page.find("#claim")
    page.until(lambda: page.texts(".top .quiet"), "the console does not open")
    page.driver.execute_script(
        "[...document.querySelectorAll('.top .quiet')].find((b) => ['Knowledge', '知识库'].includes(b.textContent)).click()"
    )
    page.click(f"dialog .pages .chip:nth-child({tab})")


def sent(place: Desk, method: str, path: str) -> Any:
    found = [body for said, asked, body in place.asked if (said, asked) == (method, path)]
    return found[-1] if found else None


@pytest.mark.parametrize(("language", "size", "dark"), LOOKS)
def test_every_page_of_knowledge_can_be_used_by_everybody(browser: NewBrowser, place: Desk, language: str, size: str, dark: bool) -> None:
    found: dict[str, list[str]] = {}
    page = browser(language, size, dark)

    def look(state: str) -> None:
        page.shot(f"console-knowledge-{state}")
        found[state] = page.faults()

    knowledge(page, place)
    page.find(".known")
    look("articles")
    page.click(".known")
    page.find("textarea[name=body]")
    if language == "en":
        page.until(lambda: page.texts(".lesson .words"), "no preview")
    look("article")
    knowledge(page, place, 2)
    page.find(".versions li")
    page.click(".wide .send-line .quiet")
    page.find(".lesson .asked")
    look("versions")
    knowledge(page, place, 3)
    page.find("input[type=file]")
    look("import")
    assert {state: problems for state, problems in found.items() if problems} == {}


def test_an_article_is_found_read_changed_and_saved_with_its_version(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    knowledge(page, place)
    page.sees("5 articles")
    page.type("input[type=search]", "return")
    page.until(lambda: sum(path == "knowledge/articles" for _, path, _ in place.asked) >= 2, "nothing was searched")
    page.click(".known")
    page.sees("Send it\nbox (https://a.example/box.png)", ".lesson")
    assert page.texts(".lesson .bad li") == ["body: is empty"]
    page.type("input[name=title]", " again")
    page.click("dialog form .primary")
    page.sees("Saved", "dialog [role=status]")
    body = sent(place, "PUT", "knowledge/articles/returns/en")
    assert (body["title"], body["version"], body["body"]) == ("Return an item again", 3, EN["body"])
    assert "id" not in body


def test_a_translation_begins_with_what_all_languages_share(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    knowledge(page, place)
    page.click(".known")
    page.find("textarea[name=body]")
    page.driver.execute_script("document.querySelectorAll('dialog .pages')[1].querySelectorAll('.chip')[1].click()")
    page.until(lambda: page.find("input[name=title]").get_attribute("value") == "", "the other language's title stays")
    page.type("input[name=title]", "Zurueck")
    page.type("textarea[name=body]", "x")
    place.answers["PUT knowledge/articles/returns/zh"] = {}
    page.click("dialog form .primary")
    page.until(lambda: sent(place, "PUT", "knowledge/articles/returns/zh"), "not saved")
    assert (
        sent(place, "PUT", "knowledge/articles/returns/zh")["queue"],
        sent(place, "PUT", "knowledge/articles/returns/zh")["version"],
    ) == (
        "orders",
        0,
    )


def test_what_was_not_saved_is_still_there_after_a_reload_and_can_be_discarded(browser: NewBrowser, place: Desk) -> None:
    def title() -> str:
        return str(page.find("input[name=title]").get_attribute("value"))

    page = browser()
    knowledge(page, place)
    page.click(".known")
    page.type("input[name=title]", " twice")
    knowledge(page, place)
    page.click(".known")
    page.until(lambda: title() == "Return an item twice", "the draft is lost")
    page.driver.execute_script("document.querySelectorAll('dialog form .send-line .quiet')[0].click()")
    page.until(lambda: title() == EN["title"], "the draft stays")
    page.driver.execute_script("document.querySelector('dialog form .primary').click()")
    page.until(lambda: sent(place, "PUT", "knowledge/articles/returns/en"), "not saved")
    assert sent(place, "PUT", "knowledge/articles/returns/en")["title"] == EN["title"]


def test_examples_come_and_go(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    knowledge(page, place)
    page.click(".known")
    page.type("input[name=text]", "Give it back?")
    page.click(".find .quiet.strong")
    page.until(lambda: sent(place, "POST", "knowledge/articles/returns/examples"), "not added")
    assert sent(place, "POST", "knowledge/articles/returns/examples") == {"text": "Give it back?", "language": "en"}
    place.answers["DELETE knowledge/examples/e1"] = {}
    page.sees("learned from a colleague", ".example")
    page.driver.execute_script("document.querySelector('.example .plain').click()")
    page.until(lambda: ("DELETE", "knowledge/examples/e1", None) in place.asked, "not removed")


def test_publishing_shows_what_gets_worse_and_the_way_back_asks_first(browser: NewBrowser, place: Desk) -> None:
    page = browser()
    knowledge(page, place, 2)
    page.click(".wide .send-line .quiet")
    page.sees("197 answered alike, 1 newly answered, 1 reworded, 1 no longer answered", ".lesson")
    assert sent(place, "POST", "knowledge/publish") == {"preview": True}
    assert "Worse" in page.texts(".asked")[0]
    assert "Return an item → not surely known" in page.texts(".asked")[0]
    page.sees("Asked but not told (52)", ".lesson")
    page.sees("ingredients · English · not told: vegan, gluten", ".lesson")
    page.sees("… and 50 more.", ".lesson")
    page.click(".wide .send-line .primary")
    page.until(lambda: sent(place, "POST", "knowledge/publish") == {}, "not published")
    page.until(lambda: not page.all(".wide .send-line .primary:disabled"), "it does not end")
    rows = page.texts(".versions li")
    assert "in use" in rows[0]
    assert "failed" in rows[3]
    page.driver.execute_script(
        "window.confirm = () => true; document.querySelector('.versions li:nth-child(3) .links button:last-child').click()"
    )
    page.until(lambda: sent(place, "POST", "knowledge/rollback") == {"version": "old"}, "not gone back")


def test_a_list_is_looked_at_before_it_is_imported(browser: NewBrowser, place: Desk, tmp_path: Path) -> None:
    page = browser("zh")
    knowledge(page, place, 3)
    (tmp_path / "faq.csv").write_bytes("问题,答案\n为什么？,因为。".encode("gb18030"))
    page.find("input[type=file]").send_keys(str(tmp_path / "faq.csv"))
    page.sees("尚未保存", "dialog [role=status]")
    body = sent(place, "POST", "knowledge/import")
    assert (body["name"], body["preview"]) == ("faq.csv", True)
    assert b64decode(body["content"]).decode("gb18030").startswith("问题")
    page.click(".wide .send-line .primary")
    page.sees("已导入", "dialog [role=status]")
    assert sent(place, "POST", "knowledge/import")["preview"] is False


def test_who_is_no_supervisor_does_not_see_the_page(browser: NewBrowser, place: Desk) -> None:
    place.answers["POST agents/session/refresh"] = {"token": "t", "expires_at": NOW + 3_600_000, "agent": {**ME, "role": "agent"}}
    place.answers["GET me"] = {**ME, "role": "agent"}
    page = browser()
    page.open(place.site + "console")
    page.find("#claim")
    assert "Knowledge" not in page.texts(".top .quiet")
