"""The routes by which people teach the bot: who may call them, and what they answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.governance.roster import Agent
from chalicelib.knowledge.articles import store as knowledge
from chalicelib.knowledge.learning import gap as gap_of
from chalicelib.knowledge.learning import gaps
from chalicelib.knowledge.learning.gap import Question
from chalicelib.teaching import teaching
from tests.unit.conftest import T0, Store
from tests.unit.test_api import CLAIMS, Api, api, code  # noqa: F401 - a fixture
from tests.unit.test_teaching import answered, articles, held  # noqa: F401 - a fixture

FOR_SUPERVISORS = [
    ("GET", "/gaps"),
    ("PUT", "/gaps/x"),
    ("POST", "/gaps/x/approve"),
    ("POST", "/gaps/x/assign"),
    ("POST", "/gaps/x/reject"),
    ("GET", "/learning"),
    ("POST", "/learning"),
    ("GET", "/learning/1"),
]


@pytest.fixture
def boss(api: Api) -> Api:  # noqa: F811
    api.claims = {**CLAIMS, "cognito:groups": "supervisors"}
    return api


def test_an_agent_judges_reviews_and_resolves(api: Api, ann: Agent, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("chalicelib.teaching.routes.now", lambda: T0 + 5_000)  # verdicts count for ten weeks
    said = answered()
    path = f"/conversations/w1.1/messages/{quote(said.id)}/verdict"
    status, told = api("POST", path, {"verdict": "right"})
    assert (status, told["verdict"], told["by"]) == (200, "right", ann.id)
    assert code(api("POST", path, {"verdict": "nice"})) == (400, "bad_request")
    assert code(api("POST", path, {})) == (400, "bad_request")
    assert code(api("POST", path.replace("w1.1", "w7.1"), {"verdict": "right"})) == (404, "not_found")
    status, read = api("GET", "/reviews")
    assert (status, read["reviews"], read["estimate"]["reviewed"], read["target"]) == (200, [], 1, 0.95)
    status, offered = api("GET", f"/conversations/w1.1/articles?message={quote(said.id, safe='')}")
    assert (status, offered["question"]) == (200, "How do I send it back, order •••?")
    held(ann)
    status, offered = api("GET", "/conversations/w2.1/articles?q=refund")
    assert (status, [one["id"] for one in offered["found"]]) == (200, ["refund"])
    assert code(api("POST", "/conversations/w2.1/resolve", {"article": "nothing"})) == (400, "bad_request")
    status, resolved = api("POST", "/conversations/w2.1/resolve", {"article": "refund", "example": "When is my money back?"})
    assert (status, resolved["owner"]) == (200, "none")
    assert ("When is my money back?", "refund") in [(one.text, one.article) for one in knowledge.examples()]


@pytest.mark.parametrize(("method", "path"), FOR_SUPERVISORS)
def test_gaps_and_reports_are_for_supervisors(api: Api, method: str, path: str) -> None:  # noqa: F811
    assert code(api(method, path, {} if method != "GET" else None)) == (403, "forbidden")


def test_a_supervisor_handles_a_gap(boss: Api, store: Store) -> None:
    teaching.forget()
    gap = gaps.save(
        gap_of.found([Question("w1.1", T0, "Who pays customs?", "en", "You do."), Question("w2.1", T0, "customs who pays", "en")])
    )
    status, listed = boss("GET", "/gaps")
    assert (status, [one["id"] for one in listed["gaps"]]) == (200, [gap.id])
    path = f"/gaps/{gap.id}"
    assert boss("PUT", path, {"title": "Customs", "body": "You pay.", "language": "en"})[1]["edited"]
    wrong: list[tuple[str, Any]] = [("approve", {"article": "x"}), ("approve", {"article": {}, "examples": [1]}), ("assign", {})]
    for action, body in wrong:
        assert boss("POST", f"{path}/{action}", body)[0] == 400
    draft = {"id": "customs", "language": "en", "title": "Customs", "body": "You pay."}
    status, approved = boss("POST", f"{path}/approve", {"article": draft, "examples": ["Who pays customs?"]})
    assert (status, approved["state"], approved["article"]) == (200, "approved", "customs")
    assert boss("POST", f"{path}/reject")[1]["state"] == "rejected"
    assert code(boss("POST", "/gaps/unknown/reject")) == (404, "not_found")
    assert boss("GET", "/learning") == (200, {"reports": []})
    assert code(boss("GET", "/learning/1")) == (404, "not_found")
