"""The API of what the bot knows: supervisors write, who was faster wins, and what is wrong is told before anything is stored."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.knowledge.articles import store
from chalicelib.knowledge.index import bucket, releases
from tests.unit.conftest import make_bucket
from tests.unit.test_api import Api, api, code  # noqa: F401 - a fixture

BODY = {"title": "Return an item", "body": "1. Pack it\n2. **Send** it\n\n![box](https://a.example/box.png)", "queue": "orders"}
PATH = "/knowledge/articles/returns/en"


@pytest.fixture(autouse=True)
def supervisor(api: Api, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:  # noqa: F811
    """What the learn function is called with."""
    api.claims["cognito:groups"] = "supervisors"
    monkeypatch.setenv("KNOWLEDGE_BUCKET", "lantern")
    monkeypatch.setenv("LEARN_FUNCTION", "learn")
    make_bucket("lantern")
    called: list[dict[str, Any]] = []
    client = type("L", (), {"invoke": lambda _, **request: called.append(request)})()
    monkeypatch.setattr(
        clients, "client", lambda service, *more, real=clients.client: client if service == "lambda" else real(service, *more)
    )
    monkeypatch.setattr(clients.client, "cache_clear", lambda: None, raising=False)
    return called


def test_an_article_is_written_found_changed_and_deleted(api: Api) -> None:  # noqa: F811
    status, made = api("PUT", PATH, {**BODY, "version": 0})
    assert (status, made["version"], made["changed_by"]) == (200, 1, "agent-ann")
    assert made["text"] == "1. Pack it\n2. Send it\n\nbox (https://a.example/box.png)"
    assert api("PUT", "/knowledge/articles/returns/zh", {**BODY, "title": "退货", "version": 0})[0] == 200
    assert api("POST", "/knowledge/articles/returns/examples", {"text": "Send it back?", "language": "en"})[0] == 201
    (row,) = api("GET", "/knowledge/articles")[1]["articles"]
    assert (row["id"], row["titles"], row["examples"]) == ("returns", {"en": "Return an item", "zh": "退货"}, 1)
    whole = api("GET", "/knowledge/articles/returns")[1]
    assert [one["language"] for one in whole["versions"]] == ["en", "zh"]
    assert whole["versions"][0]["body"] == BODY["body"]
    assert api("DELETE", f"/knowledge/examples/{whole['examples'][0]['id']}")[0] == 204
    assert api("DELETE", f"{PATH}?version=1")[0] == 204
    assert api("DELETE", "/knowledge/articles/returns/zh?version=1")[0] == 204
    assert code(api("GET", "/knowledge/articles/returns")) == (404, "not_found")


def test_articles_are_found_by_their_words_and_by_how_customers_ask(api: Api) -> None:  # noqa: F811
    api("PUT", PATH, {**BODY, "version": 0})
    api("PUT", "/knowledge/articles/returns/zh", {**BODY, "title": "退货", "version": 0})
    api("POST", "/knowledge/articles/returns/examples", {"text": "Send it back?", "language": "en"})
    for words, found in {"PACK%20it": 1, "退": 1, "back?": 1, "returns": 1, "pack%20nothing": 0, "": 1}.items():
        assert len(api("GET", f"/knowledge/articles?words={words}")[1]["articles"]) == found, words


def test_who_was_slower_is_told(api: Api) -> None:  # noqa: F811
    api("PUT", PATH, {**BODY, "version": 0})
    for version in (0, 2):
        assert code(api("PUT", PATH, {**BODY, "version": version})) == (409, "conflict")
    assert api("PUT", PATH, {**BODY, "title": "Second", "version": 1})[1]["version"] == 2
    assert code(api("DELETE", f"{PATH}?version=1")) == (409, "conflict")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"title": " "}, "title: is missing"),
    ({"body": ""}, "body: is empty"),
    ({"body": 3}, "body: Expected `str`, got `int`"),
    ({"body": "x" * 20_001}, "body: 20001 characters"),
    ({"title": "\ud800"}, "surrogate"),
    ({"queue": "nobody"}, 'queue: "nobody" is not known'),
    ({"audience": "friends"}, 'audience: "friends" is not known'),
    ({"valid_from": "2026-02-30"}, "valid_from:"),
    ({"valid_from": "2026-03-01", "valid_until": "2026-02-01"}, "valid_until: lies before valid_from"),
    ({"link": "javascript:alert(1)"}, "link: must start with http"),
    ({"version": "1"}, "version: Expected `int`, got `str`"),
    ({"short": "x" * 601}, "short: 601 characters"),
]


def test_what_is_wrong_is_told_and_not_stored(api: Api) -> None:  # noqa: F811
    for change, told in WRONG:
        status, answer = api("PUT", PATH, {**BODY, "version": 0, **change})
        assert (status, told in answer["error"]["message"]) == (400, True), answer
    for path in ("Not%20one/en", "returns/fr", f"{'x' * 70}/en"):
        assert code(api("PUT", f"/knowledge/articles/{path}", {**BODY, "version": 0})) == (400, "bad_article")
    assert store.articles() == []


def test_a_preview_shows_what_customers_would_read_and_stores_nothing(api: Api) -> None:  # noqa: F811
    status, shown = api("POST", "/knowledge/shown", {**BODY, "id": "returns", "language": "en"})
    assert (status, shown["problems"], shown["segments"]) == (200, [], 1)
    assert shown["text"].startswith("1. Pack it\n2. Send it")
    assert store.articles() == []


def test_the_same_example_twice_is_told(api: Api) -> None:  # noqa: F811
    api("PUT", PATH, {**BODY, "version": 0})
    assert api("POST", "/knowledge/articles/returns/examples", {"text": "Back?", "language": "en"})[0] == 201
    assert code(api("POST", "/knowledge/articles/returns/examples", {"text": "back? ", "language": "en"})) == (409, "conflict")
    assert code(api("POST", "/knowledge/articles/returns/examples", {"text": "", "language": "en"})) == (400, "bad_request")
    assert code(api("POST", "/knowledge/articles/returns/examples", {"text": "x", "language": "zh"})) == (404, "not_found")
    assert code(api("DELETE", "/knowledge/examples/none")) == (404, "not_found")


def test_a_list_is_looked_at_first_and_then_imported_once(api: Api) -> None:  # noqa: F811
    listed = {"name": "faq.csv", "content": b64encode("问题,答案,相似问\n怎么退货？,30 天内。,退货|换货".encode("gb18030")).decode()}
    assert api("POST", "/knowledge/import", {**listed, "preview": True}) == (200, {"given": 1, "articles": 1, "examples": 2})
    assert store.articles() == []
    assert api("POST", "/knowledge/import", listed)[1]["articles"] == 1
    assert api("POST", "/knowledge/import", listed)[1] == {"given": 1, "articles": 0, "examples": 0}


def test_nothing_of_a_bad_list_is_stored(api: Api) -> None:  # noqa: F811
    content = b64encode(b"question,answer\nWhy?,Because.\nHow?,").decode()
    status, answer = api("POST", "/knowledge/import", {"name": "faq.csv", "content": content})
    assert (status, answer["error"]) == (400, {"code": "bad_list", "message": "line 3: answer is empty"})
    assert store.articles() == []
    assert code(api("POST", "/knowledge/import", {"name": "x", "content": "no base64 ä"})) == (400, "bad_request")
    assert code(api("POST", "/knowledge/import", {"name": "x"})) == (400, "bad_request")
    assert code(api("POST", "/knowledge/import", raw=b"x" * 4_000_001)) == (413, "too_large")


SEEN = {"article": "returns", "title": "Return", "confidence": 0.9, "sure": True}
QUESTION = {"question": "x", "kind": "lost", "worse": True, "before": SEEN, "after": {**SEEN, "sure": False}}


def test_publishing_is_ordered_and_its_end_can_be_looked_at(api: Api, supervisor: list[dict[str, Any]]) -> None:  # noqa: F811
    status, ordered = api("POST", "/knowledge/publish", {"preview": True})
    assert (status, ordered["do"], ordered["state"], ordered["by"]) == (202, "preview", "ordered", "agent-ann")
    assert len(supervisor) == 1
    assert api("GET", f"/knowledge/versions/{ordered['id']}")[1]["state"] == "ordered"
    done = releases.Release(ordered["id"], "preview", "agent-ann", 1, state="done", version="abc", counts={"asked": 1})
    releases.save(done)
    assert "questions" not in api("GET", f"/knowledge/versions/{done.id}")[1], "its comparison was forgotten meanwhile"
    bucket.save_json(releases.comparison(done.id), {"counts": {}, "questions": [QUESTION], "articles": []})
    assert api("GET", f"/knowledge/versions/{done.id}")[1]["questions"] == [QUESTION]
    assert [one["id"] for one in api("GET", "/knowledge/versions")[1]["versions"]] == [done.id]
    assert code(api("GET", "/knowledge/versions/none")) == (404, "not_found")


def test_a_way_back_needs_a_version(api: Api, supervisor: list[dict[str, Any]]) -> None:  # noqa: F811
    assert code(api("POST", "/knowledge/rollback", {})) == (400, "bad_request")
    assert code(api("POST", "/knowledge/rollback", {"version": "../x"})) == (400, "bad_request")
    assert api("POST", "/knowledge/rollback", {"version": "abc123"})[0] == 202
    assert len(supervisor) == 1


GUARDED: list[tuple[str, str, Any]] = [
    ("PUT", PATH, BODY),
    ("DELETE", f"{PATH}?version=1", None),
    ("POST", "/knowledge/articles/returns/examples", {"text": "x", "language": "en"}),
    ("DELETE", "/knowledge/examples/x", None),
    ("POST", "/knowledge/import", {}),
    ("POST", "/knowledge/publish", {}),
    ("POST", "/knowledge/rollback", {"version": "x"}),
    ("POST", "/knowledge/shown", {}),
    ("GET", "/knowledge/versions", None),
    ("GET", "/knowledge/versions/x", None),
]


def test_only_supervisors_write_and_publish(api: Api) -> None:  # noqa: F811
    api.claims["cognito:groups"] = "agents"
    for method, path, body in GUARDED:
        assert code(api(method, path, body)) == (403, "forbidden"), path
    assert api("GET", "/knowledge/articles")[0] == 200
