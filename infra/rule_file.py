"""The bot's rules as a file: what is wrong with it, line by line. Whatever packages or pushes rules asks here first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from chalicelib.bot.rules.rule_table import BadRules, load
from chalicelib.bot.rules.rule_table import Path as Place
from chalicelib.bot.rules.rules import Rules
from chalicelib.governance import queue_names
from infra.errors import DeployError

SHIPPED = Path("chalicelib") / "bot" / "rules" / "rules.yaml"
LARGEST = 200_000  # bytes

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file without mistakes. `packed`: what a function reads instead of it."""

    text: str
    rules: Rules
    packed: dict[str, Any]


def read(path: Path) -> RuleFile:
    """Raises DeployError with all mistakes, each with its line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DeployError(f"{path}: cannot be read: {error}", "give a file like chalicelib/bot/rules/rules.yaml, in UTF-8") from error
    return parsed(text, str(path))


def parsed(text: str, name: str) -> RuleFile:
    """As `read`, for a text; `name` stands before each line number. Raises DeployError."""
    if len(text.encode()) > LARGEST:
        raise DeployError(f"{name}: is larger than {LARGEST // 1000} kB", "a rule table has a few dozen rules: is this the right file?")
    data, lines = _with_lines(text, name)
    try:
        rules = load(data, queue_names.known(), version(text))
    except BadRules as error:
        found = sorted((_line(lines, mistake.path), str(mistake)) for mistake in error.mistakes)
        raise _refusal([f"{name}:{line}: {what}" for line, what in found]) from error
    return RuleFile(text, rules, data)


def version(text: str) -> str:
    """Names a table by its text."""
    return sha256(text.encode()).hexdigest()[:12]


def _with_lines(text: str, name: str) -> tuple[Any, dict[Place, int]]:
    """The content, and for each place in it the line. Raises DeployError for what is no YAML."""
    lines: dict[Place, int] = {}
    twice: list[str] = []
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        _walk(node, (), lines, twice)
        data = loader.construct_document(node) if node else None
        json.dumps(data)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        quoted = ': put texts with ": " or " #", or with a quote at their start, in quotes' if "mapping" in str(error.problem) else ""
        raise _refusal([f"{name}:{line}: is no YAML: {error.problem}{quoted}"]) from error
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise _refusal([f"{name}:1: is no YAML that a table can be made of: {error}"]) from error
    if twice:
        raise _refusal([f"{name}:{where}" for where in twice])
    return data, lines


def _walk(node: Any, path: Place, lines: dict[Place, int], twice: list[str]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, key.value)
            if inner in lines:
                twice.append(f"{key.start_mark.line + 1}: {key.value}: stands twice in the same place; take one out")
            lines[inner] = key.start_mark.line + 1
            _walk(value, inner, lines, twice)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            lines[(*path, number)] = value.start_mark.line + 1
            _walk(value, (*path, number), lines, twice)


def _line(lines: dict[Place, int], path: Place) -> int:
    """That of the place, or of the nearest one around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _refusal(mistakes: list[str]) -> DeployError:
    return DeployError("the rules have mistakes:\n" + "\n".join(mistakes), "mend them; `python -m infra rules check FILE` looks again")
