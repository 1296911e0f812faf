"""The declaration of actions: every mistake is told before anything is packaged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalicelib.bot.actions import declared
from chalicelib.errors import BadRequest
from infra import action_file
from infra.errors import DeployError


class TestDeclaring:
    def test_every_mistake_is_told_with_its_place(self) -> None:
        data = {
            "actions": [{"id": "Bad Id", "path": "../etc", "proof": "maybe", "slots": [{"name": "x", "kind": "magic"}], "articles": []}]
        }
        with pytest.raises(BadRequest) as refused:
            declared.parse(data, ["billing"])
        told = str(refused.value)
        for part in (
            "Bad Id: id",
            "Bad Id: path",
            "proof: use one of none",
            "slot 1: kind: use one of",
            "articles: name at least one",
            "sentences: confirm",
        ):
            assert part in told

    @pytest.mark.parametrize(
        "data",
        [
            None,
            [],
            {},
            {"actions": {}},
            {"actions": [1]},
            {"actions": [{"slots": [None]}]},
            {"actions": [{"slots": "x", "fields": [1], "refusals": 2, "articles": "y"}], "sentences": 1, "phrases": []},
            {"actions": [{"slots": [{"options": {"a": 1}, "kind": "choice"}], "fields": {"a": {"words": 1}}, "refusals": {"a": 1}}]},
            {"actions": [{"slots": [{"kind": ["x"], "pattern": "("}], "proof": ["x"], "id": 1}]},
        ],
    )
    def test_nonsense_is_refused_and_never_raises_otherwise(self, data: Any) -> None:
        with pytest.raises(BadRequest):
            declared.parse(data, ["billing"])


def test_a_typo_is_refused_before_anything_is_packaged(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / action_file.SHIPPED).read_text("utf-8")
    action_file.check(Path(__file__).parents[2] / action_file.SHIPPED)
    for good, bad, told in (
        ("expected {day}.", "expected {dya}.", "done packing-past: en: {dya} is not known"),
        ("      packing:\n        en: ", "      packed:\n        en: ", "done: a text is needed for status packing"),
        ("      packing:\n        en: ", "      packed:\n        en: ", "done: status is never packed"),
        ("by: status", "by: tracking", "done: by: name a choice of `fields` that is always there"),
        ('bare: "[0-9]{5}"', 'bare: "[0-9]{4}"', "slot 1: bare: must be digits that make a number"),
        ("optional: true, proven: true", "proven: true", "field day: what needs a proof must be optional"),
        ("\n    contact: orders/contact", "", "order-status: contact: must be like"),
        ("queue: billing", "queue: biling", "invoice-copy: queue: use one of"),
        ("\nactions:", "\nactions: [", "actions.yaml"),
    ):
        path = tmp_path / "actions.yaml"
        assert good in shipped, good
        path.write_text(shipped.replace(good, bad, 1), "utf-8")
        with pytest.raises(DeployError) as refused:
            action_file.check(path)
        assert told in str(refused.value)
