"""The template without what a region does not have, and without anything that names it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

Json = dict[str, Any]


def without(template: Json, kinds: Collection[str]) -> Json:
    """Resources of these kinds go; where their names were told, nothing is (an empty text, an ARN that matches nothing)."""
    gone = {name for name, made in template["Resources"].items() if made["Type"] in kinds}
    if not gone:
        return template
    kept = {name: made for name, made in template["Resources"].items() if name not in gone}
    pruned: Json = _pruned({**template, "Resources": kept}, gone)
    return pruned


def _pruned(node: Any, gone: set[str]) -> Any:
    if isinstance(node, list):
        return [_pruned(one, gone) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("Ref") in gone or node.get("Fn::GetAtt", [""])[0] in gone:
        return ""
    if isinstance(node.get("Fn::Sub"), str):
        return {"Fn::Sub": re.sub(r"\$\{(\w+)(?:\.\w+)*\}", lambda found: "" if found[1] in gone else found[0], node["Fn::Sub"])}
    return {key: _depending(value, gone) if key == "DependsOn" else _pruned(value, gone) for key, value in node.items()}


def _depending(names: str | list[str], gone: set[str]) -> list[str]:
    return [name for name in ([names] if isinstance(names, str) else names) if name not in gone]
