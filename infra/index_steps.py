"""DynamoDB makes or deletes one index per table and update: an upgrade that needs more goes in steps. Pure.

"Cannot perform more than one GSI creation or deletion in a single update":
docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html. New indexes come before the code that asks
them, old ones go after it.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from infra.errors import DeployError

TABLE = "AWS::DynamoDB::Table"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """`what`: in words. `is_new`: the new version, with old indexes left; else the running one, with new indexes."""

    what: str
    template: Json
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Table:
    """One table's indexes by name, before and after, and its attributes' definitions by name."""

    name: str
    before: dict[str, Json]
    after: dict[str, Json]
    attributes: dict[str, Json]

    @property
    def added(self) -> list[str]:
        return [name for name in self.after if name not in self.before]

    @property
    def removed(self) -> list[str]:
        return [name for name in self.before if name not in self.after]


def steps(running: Json, new: Json) -> list[Step]:
    """The updates that lead from the running template to the new one; none if a single update will do. Raises DeployError for an
    index that changes under its name, which DynamoDB refuses."""
    known = [_table(name, made, new) for name, made in running["Resources"].items() if _stays(name, made, new)]
    tables = [one for one in known if one.added or one.removed]
    if all(len(one.added) + len(one.removed) <= 1 for one in tables):
        return []
    most_added, most_removed = max(len(one.added) for one in tables), max(len(one.removed) for one in tables)
    found = [_adding(running, tables, at) for at in range(most_added if most_removed else most_added - 1)]
    return found + ([_removing(new, tables, at) for at in range(most_removed)] or [_last(new, tables, most_added - 1)])


def _stays(name: str, made: Json, new: Json) -> bool:
    """A table that is replaced is made with all its indexes at once."""
    other = new["Resources"].get(name, {})
    return bool(made["Type"] == other.get("Type") == TABLE and made["Properties"]["KeySchema"] == other["Properties"]["KeySchema"])


def _table(name: str, made: Json, new: Json) -> _Table:
    versions = made["Properties"], new["Resources"][name]["Properties"]
    before, after = ({index["IndexName"]: index for index in one.get("GlobalSecondaryIndexes", [])} for one in versions)
    for index in before.keys() & after.keys():
        if _essence(before[index]) != _essence(after[index]):
            do = "give it another name (infra/template/data.py): the new one is made, then the old one removed"
            raise DeployError(f"the index {index} of {name} changes under its name, which DynamoDB refuses", do)
    return _Table(name, before, after, {one["AttributeName"]: one for version in versions for one in version["AttributeDefinitions"]})


def _essence(index: Json) -> Any:
    """What of an index cannot be changed."""
    projection = index["Projection"]
    return index["KeySchema"], projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", []))


def _adding(running: Json, tables: list[_Table], at: int) -> Step:
    """Of a new index only what it is: the rest may lean on parameters and conditions that the running template does not have."""
    template = deepcopy(running)
    for one in tables:
        new = ({key: one.after[name][key] for key in ("IndexName", "KeySchema", "Projection")} for name in one.added[: at + 1])
        _set(template, one, [*one.before.values(), *new])
    return Step(_said("add", tables, at), template, is_new=False)


def _removing(new: Json, tables: list[_Table], at: int) -> Step:
    template = deepcopy(new)
    for one in tables:
        _set(template, one, [*one.after.values(), *(one.before[name] for name in one.removed[at + 1 :])])
    return Step(f"the new version; {_said('remove', tables, at)}", template, is_new=True)


def _last(new: Json, tables: list[_Table], at: int) -> Step:
    return Step(f"{_said('add', tables, at)}; the new version", new, is_new=True)


def _set(template: Json, table: _Table, indexes: list[Json]) -> None:
    """CloudFormation wants exactly those attributes defined that are keys."""
    properties = template["Resources"][table.name]["Properties"]
    schemas = [properties["KeySchema"], *(index["KeySchema"] for index in indexes)]
    used = {key["AttributeName"] for schema in schemas for key in schema}
    properties["AttributeDefinitions"] = [made for name, made in sorted(table.attributes.items()) if name in used]
    properties["GlobalSecondaryIndexes"] = indexes
    if not indexes:
        del properties["GlobalSecondaryIndexes"]


def _said(verb: str, tables: list[_Table], at: int) -> str:
    changed = [(one, one.added if verb == "add" else one.removed) for one in tables]
    return f"{verb} " + ", ".join(f"{names[at]} ({one.name})" for one, names in changed if at < len(names))
