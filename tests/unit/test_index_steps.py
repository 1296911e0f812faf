"""An upgrade that changes several indexes of a table goes in steps of one: the new code finds its indexes, the old code keeps its own."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from infra.errors import DeployError
from infra.index_steps import TABLE, steps
from infra.package import Package
from tests.unit.packaged import of_type

Json = dict[str, Any]


def version(code: str, **indexes: list[str]) -> Json:
    """A template with a function of some code, and tables with these indexes by one attribute each."""
    made: Json = {"Code": {"Type": "AWS::Serverless::Function", "Properties": {"Description": code}}}
    return {"Resources": made | {name: {"Type": TABLE, "Properties": table(names)} for name, names in indexes.items()}}


def table(names: list[str], key: str = "pk") -> Json:
    made: Json = {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in sorted({key, *names})],
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
    }
    if names:
        made["GlobalSecondaryIndexes"] = [index(name) for name in names]
    return made


def index(name: str) -> Json:
    return {"IndexName": name, "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}


def path(running: Json, new: Json) -> list[tuple[str, dict[str, list[str]]]]:
    """The code and the indexes after each step; each table changes at most one, and defines exactly the attributes that are keys."""
    before, found = indexes_of(running), []
    for step in steps(running, new):
        after = indexes_of(step.template)
        for name, now in after.items():
            assert len(set(before.get(name, now)) ^ set(now)) <= 1, step.what
            properties = step.template["Resources"][name]["Properties"]
            keys = {
                key["AttributeName"] for made in (properties, *properties.get("GlobalSecondaryIndexes", [])) for key in made["KeySchema"]
            }
            assert {one["AttributeName"] for one in properties["AttributeDefinitions"]} == keys
        code = step.template["Resources"]["Code"]["Properties"]["Description"]
        assert step.is_new == (code == "new")
        found.append((code, after))
        before = after
    return found


def indexes_of(template: Json) -> dict[str, list[str]]:
    return {
        name: [one["IndexName"] for one in made.get("GlobalSecondaryIndexes", [])]
        for name, made in of_type(template["Resources"], TABLE).items()
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [([], []), (["a"], ["a"]), ([], ["a"]), (["a"], []), (["a"], ["a", "b"]), (["a", "b"], ["b", "a"])],
)
def test_one_change_needs_no_steps(before: list[str], after: list[str]) -> None:
    assert steps(version("old", T=before), version("new", T=after)) == []


def test_two_new_indexes_come_one_after_the_other_and_the_code_with_the_last() -> None:
    assert path(version("old", T=["a"]), version("new", T=["a", "b", "c"])) == [
        ("old", {"T": ["a", "b"]}),
        ("new", {"T": ["a", "b", "c"]}),
    ]


def test_old_indexes_go_when_the_new_code_runs() -> None:
    assert path(version("old", T=["a", "b", "c"]), version("new", T=["a"])) == [("new", {"T": ["a", "c"]}), ("new", {"T": ["a"]})]


def test_an_index_takes_the_place_of_another() -> None:
    assert path(version("old", T=["a"]), version("new", T=["b"])) == [("old", {"T": ["a", "b"]}), ("new", {"T": ["b"]})]


def test_tables_take_their_steps_together() -> None:
    running, new = version("old", T=[], U=["x"]), version("new", T=["a", "b"], U=["x", "y"])
    assert path(running, new) == [("old", {"T": ["a"], "U": ["x", "y"]}), ("new", {"T": ["a", "b"], "U": ["x", "y"]})]


def test_the_last_step_is_the_new_version_itself() -> None:
    running, new = version("old", T=["a", "b"]), version("new", T=["c", "d"])
    kept = deepcopy((running, new))
    assert path(running, new)[-1] == ("new", {"T": ["c", "d"]})
    assert len(steps(running, new)) == 4
    assert (running, new) == kept, "neither is changed"


def test_a_new_table_and_one_that_is_replaced_are_made_with_all_their_indexes() -> None:
    running = version("old", T=["a"])
    assert steps(running, version("new", T=["a"], U=["x", "y"])) == []
    replaced = version("new", T=[])
    replaced["Resources"]["T"]["Properties"] = table(["a", "b", "c"], key="id")
    assert steps(running, replaced) == []


def test_a_new_index_takes_nothing_along_that_the_running_template_does_not_know() -> None:
    """Its settings may ask for conditions and parameters of the new version; they come with it."""
    new = version("new", T=["a", "b"])
    for made in new["Resources"]["T"]["Properties"]["GlobalSecondaryIndexes"]:
        made["WarmThroughput"] = {"Fn::If": ["HasWarmReads", {"Ref": "WarmReads"}, {"Ref": "AWS::NoValue"}]}
    first, last = steps(version("old", T=[]), new)
    assert first.template["Resources"]["T"]["Properties"]["GlobalSecondaryIndexes"] == [index("a")]
    assert last.template == new


def test_settings_of_an_index_may_change_under_its_name() -> None:
    new = version("new", T=["a"])
    new["Resources"]["T"]["Properties"]["GlobalSecondaryIndexes"][0]["WarmThroughput"] = {"ReadUnitsPerSecond": 20_000}
    assert steps(version("old", T=["a"]), new) == []


def test_an_index_that_changes_under_its_name_is_refused_with_the_way_out() -> None:
    changed = version("new", T=["a"])
    changed["Resources"]["T"]["Properties"]["GlobalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "ALL"}
    with pytest.raises(DeployError, match="index a of T changes under its name") as refused:
        steps(version("old", T=["a"]), changed)
    assert "another name" in refused.value.do


def test_the_real_table_gets_two_more_indexes_in_two_steps(package: Package) -> None:
    new = deepcopy(package.template)
    properties = new["Resources"]["Table"]["Properties"]
    properties["GlobalSecondaryIndexes"] += [index("by_one"), index("by_two")]
    properties["AttributeDefinitions"] += [{"AttributeName": name, "AttributeType": "S"} for name in ("by_one", "by_two")]
    made = steps(package.template, new)
    assert [step.what for step in made] == ["add by_one (Table)", "add by_two (Table); the new version"]
    assert made[-1].template == new
