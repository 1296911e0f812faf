"""What was learned of a customer's words goes from wherever it stands; the next index knows none of it, and those before are gone."""

from __future__ import annotations

import gzip

from chalicelib.aws import objects
from chalicelib.governance.roster import Agent
from chalicelib.knowledge.articles import store as knowledge
from chalicelib.knowledge.index import bucket
from chalicelib.knowledge.learning import forgetting, verdicts
from chalicelib.teaching import teaching
from chalicelib.teaching.schemas import VerdictRequest
from tests.unit.test_learning import BUCKET, LATER, answered, house, learn

__all__ = ["house"]

STRANGE = "Zibbel quaxify my wumpel please?"


def vocabularies() -> dict[str, bool]:
    """Version -> does it know the word?"""
    names = [name for name in objects.names(BUCKET, "versions/") if name.endswith(".gz")]
    return {name.split("/")[1]: b"wumpel" in gzip.decompress(objects.read(BUCKET, name) or b"") for name in names}


def test_the_night_after_builds_without_it_and_removes_what_was_built_before(ann: Agent) -> None:
    said = answered(STRANGE, "w1", "returns")
    teaching.verdict(ann, "w1.1", said.id, VerdictRequest(verdict="right"), LATER)
    learn(LATER + 1)
    assert vocabularies()[bucket.current()]
    list(forgetting.forget({"w1.1"}, {STRANGE}, lambda conversation: "x1.1"))
    assert STRANGE not in [one.text for one in knowledge.examples()]
    assert [(one.conversation, one.verdict) for one in verdicts.latest(LATER)] == [("x1.1", "right")]
    tonight = forgetting.items.get("FORGOTTEN", "-")
    assert tonight
    lesson = learn(tonight["at"] + 1)
    assert lesson["forgotten_versions"] > 0
    assert vocabularies() == {bucket.current(): False}
    assert learn(tonight["at"] + 2)["forgotten_versions"] == 0


def test_what_people_wrote_stays_though_a_customer_said_the_same(ann: Agent) -> None:
    said = answered("Return an item", "w1", "returns")
    teaching.verdict(ann, "w1.1", said.id, VerdictRequest(verdict="right"), LATER)
    list(forgetting.forget({"w1.1"}, {"Return an item"}, lambda conversation: "x1.1"))
    assert "Return an item" in [one.text for one in knowledge.examples()]
