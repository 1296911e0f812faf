"""A stage's own rules: brought there, shown, taken away; and why a text is decided as it is. The commands are in infra/operate/rules.py.

`rules/current.json` in the knowledge bucket is what the bot reads; the text of each table that was pushed lies beside it, by its version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from botocore.exceptions import ClientError

from chalicelib.bot.answers import wording
from chalicelib.bot.answers.answer import Answer, Brain, Context, answer, examine
from chalicelib.bot.messages import brain
from chalicelib.bot.rules import override, rule_table
from chalicelib.bot.rules.expressions import Evaluation, because, meant
from chalicelib.bot.rules.facts import Asked, Facts
from chalicelib.bot.rules.rules import Rule, decide, telling
from chalicelib.business.opening_hours import of, state
from chalicelib.errors import BadRequest
from chalicelib.governance import queue_names
from infra import rule_file
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.rule_file import RuleFile

_HINTS = get_type_hints(Facts)


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was looked at, and why it fits or does not."""

    rule: Rule
    fits: bool
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`steps`: up to the rule that fits. `told`: what the customer is told, per language; without a rule what the bot says itself."""

    facts: Facts
    steps: tuple[Step, ...]
    rule: Rule | None
    queue: str
    telling: str
    told: Mapping[str, str]


def push(cloud: Cloud, bucket: str, file: RuleFile) -> str:
    """Makes the stage use a table from the next minute on; its version."""
    version = file.rules.version
    client = cloud.client("s3")
    client.put_object(Bucket=bucket, Key=_text_key(version), Body=file.text.encode(), ContentType="application/yaml")
    body = json.dumps({"version": version, "rules": file.packed}, ensure_ascii=False, separators=(",", ":")).encode()
    client.put_object(Bucket=bucket, Key=override.KEY, Body=body, ContentType="application/json")
    return version


def pushed(cloud: Cloud, bucket: str) -> tuple[str, str] | None:
    """(version, text) of the stage's own rules; None: it uses those that ship with the code."""
    current = _object(cloud, bucket, override.KEY)
    if current is None:
        return None
    try:
        version = str(json.loads(current)["version"])
    except (ValueError, LookupError, TypeError) as error:
        raise DeployError(f"{override.KEY} cannot be read: {error}", "push the rules again, or `rules reset`") from error
    return version, (_object(cloud, bucket, _text_key(version)) or b"").decode()


def unusable(cloud: Cloud, bucket: str) -> str:
    """Why the bot cannot use the stage's own rules, as another version of Baton may have left them; "" if it can, or if there are none."""
    current = _object(cloud, bucket, override.KEY)
    if current is None:
        return ""
    try:
        override.read(current, brain.shipped().rules, queue_names.watched())
    except (BadRequest, ValueError) as error:
        return str(error)
    return ""


def reset(cloud: Cloud, bucket: str) -> bool:
    """Back to the rules that ship with the code; False if the stage has none of its own."""
    if _object(cloud, bucket, override.KEY) is None:
        return False
    cloud.client("s3").delete_object(Bucket=bucket, Key=override.KEY)
    return True


def explain(question: str, context: Context, mind: Brain, given: Mapping[str, str]) -> Explanation:
    """What would happen to a text, and why; `given` are facts by name that count instead of those found. Raises DeployError."""
    found, asked = examine(question, context, mind)
    facts = replace(found, **{name: fact(name, value) for name, value in given.items()})
    rule = decide(mind.rules, facts, asked)
    steps = tuple(_steps(mind, facts, asked, rule))
    if rule:
        entry = telling(mind.rules, facts, asked)
        queue = (facts.topic or mind.queues[0]) if rule.queue == "topic" else rule.queue
        opening = state(of(mind.hours, queue), context.now)
        told = {name: wording.told(mind.rules, entry.texts, name, context, opening) for name in rule_table.LANGUAGES}
        return Explanation(facts, steps, rule, queue, entry.id, told)
    said = answer(question, context, mind)
    return Explanation(facts, steps, None, "", "", {facts.language: said.text} if isinstance(said, Answer) and not given else {})


def fact(name: str, value: str) -> Any:
    """A fact from what somebody typed. Raises DeployError."""
    known = [f.name for f in fields(Facts)]
    if name not in known:
        raise DeployError(f"{name}: no such fact{meant(name, known)}", "write --set NAME=VALUE with a fact of rules.yaml")
    kind = _HINTS[name]
    choices = rule_table.language(queue_names.known()).choices.get(name, ())
    if choices and value not in choices:
        raise DeployError(f'{name}: "{value}" is none of its values{meant(value, choices)}', f"write --set {name}={choices[-1]}")
    try:
        if kind is bool:
            return {"yes": True, "true": True, "no": False, "false": False}[value.lower()]
        return kind(value) if kind in (int, float) else value
    except (ValueError, KeyError) as error:
        wanted = "yes or no" if kind is bool else "a number"
        raise DeployError(f'{name}: "{value}" is not {wanted}', f"write --set {name}={'yes' if kind is bool else 1}") from error


def _steps(mind: Brain, facts: Facts, asked: Asked, fits: Rule | None) -> list[Step]:
    among = Evaluation({f.name: getattr(facts, f.name) for f in fields(Facts)}, asked.functions())
    steps = []
    for rule in mind.rules.hand_over:
        steps.append(Step(rule, rule is fits, tuple(because(rule.when, among))))
        if rule is fits:
            break
    return steps


def read(path: Path | None) -> RuleFile:
    """A file's table, or the one that ships with the code. Raises DeployError."""
    from infra.package import ROOT

    return rule_file.read(path or ROOT / rule_file.SHIPPED)


def _text_key(version: str) -> str:
    return f"rules/{version}.yaml"


def _object(cloud: Cloud, bucket: str, key: str) -> bytes | None:
    try:
        body: bytes = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    return body
