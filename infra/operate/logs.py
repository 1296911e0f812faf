"""`python -m infra logs`: what the functions wrote, oldest first."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
from botocore.exceptions import ClientError
from rich.markup import escape

from infra.cloud import Cloud
from infra.errors import DeployError
from infra.operate.common import Target, existing, say
from infra.stack import FUNCTION, resources

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
PLATFORM = ("START ", "END ", "REPORT ", "INIT_START ")
# What every line has, or what the line's head shows already.
COMMON = {
    "level",
    "message",
    "timestamp",
    "location",
    "service",
    "cold_start",
    "function_name",
    "function_memory_size",
    "function_arn",
    "sampling_rate",
}
COLOURS = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow"}
FOLLOW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Line:
    """`at` in Unix milliseconds."""

    at: int
    id: str
    function: str
    text: str


@click.command()
@click.argument("function", required=False)
@click.option("--since", default="10m", show_default=True, help="How far back: 30s, 10m, 2h, 1d.")
@click.option("--follow", "-f", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--raw", is_flag=True, help="Every line as it was written.")
@existing
def command(target: Target, function: str | None, since: str, follow: bool, raw: bool) -> None:
    """What the functions wrote. FUNCTION: such as bot_answer; otherwise all."""
    groups = chosen(target.cloud, target.stack, function)
    start, seen, silent = int((time.time() - seconds(since)) * 1000), set[str](), True
    while True:
        fresh = [line for line in lines(target.cloud, groups, start) if line.id not in seen]
        for line in fresh:
            shown = shape(line.text, raw)
            if shown:
                silent = False
                say(f"[dim]{datetime.fromtimestamp(line.at / 1000, UTC):%H:%M:%S}[/] [cyan]{line.function}[/] {shown}")
        seen |= {line.id for line in fresh}
        if not follow:
            if silent:
                say(f"[dim]the functions wrote nothing in the last {since}[/]")
            return
        # Lines arrive late and out of order: look a minute back again, and skip what is known.
        start = max(start, int((time.time() - 60) * 1000))
        time.sleep(FOLLOW_SECONDS)


def chosen(cloud: Cloud, stack: str, function: str | None) -> dict[str, str]:
    """Function -> its log group. Raises DeployError with the names that exist."""
    found = {r.name: r.id for r in resources(cloud, stack, FUNCTION)}
    wanted = (function or "").replace("_", "").replace("-", "").lower()
    match = {name: _group(cloud, id_) for name, id_ in found.items() if wanted in ("", name.lower())}
    if not match:
        raise DeployError(f"there is no function {function}", f"one of: {', '.join(found)}")
    return match


def seconds(text: str) -> int:
    """ "10m" -> 600. Raises DeployError."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if not match:
        raise DeployError(f"{text!r} is not a time span", "30s, 10m, 2h or 1d")
    return int(match[1]) * UNITS[match[2]]


def lines(cloud: Cloud, groups: dict[str, str], start: int) -> list[Line]:
    """What was written since `start` (Unix ms), of all groups, oldest first."""
    found = [line for function, group in groups.items() for line in _of_group(cloud, function, group, start)]
    return sorted(found, key=lambda line: line.at)


def shape(text: str, raw: bool) -> str:
    """A log line for people: level, message and its own keys; "" for what the platform writes on calls that went well."""
    text = text.rstrip()
    if not raw and text.startswith(PLATFORM):
        return ""
    found = None if raw else _object(text)
    if found and str(found.get("type", "")).startswith("platform."):
        return _platform(found)
    if not found or "level" not in found:
        return escape(text)
    level = str(found["level"])
    rest = " ".join(f"{key}={_short(value)}" for key, value in found.items() if key not in COMMON)
    colour = COLOURS.get(level, "default")
    return f"[{colour}]{escape(level)}[/] {escape(_short(found.get('message', '')))} [dim]{escape(rest)}[/]"


def _object(text: str) -> dict[str, Any] | None:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _platform(found: dict[str, Any]) -> str:
    """What Lambda itself says of a call: how it failed, or "". docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html"""
    record = found.get("record") or {}
    status = str(record.get("status", "success"))
    if status == "success":
        return ""
    figures = {"error": record.get("errorType"), **(record.get("metrics") or {}), "request": record.get("requestId")}
    rest = " ".join(f"{key}={_short(value)}" for key, value in figures.items() if value is not None)
    return f"[red]ERROR[/] {escape(status)} [dim]{escape(rest)}[/]"


def _identity(event: dict[str, Any]) -> str:
    return str(event.get("eventId") or (event["timestamp"], event["message"]))


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _group(cloud: Cloud, function: str) -> str:
    configuration = cloud.client("lambda").get_function_configuration(FunctionName=function)
    return str(configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}")


def _of_group(cloud: Cloud, function: str, group: str, start: int) -> Iterator[Line]:
    pages = cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
    try:
        for page in pages:
            for event in page["events"]:
                yield Line(event["timestamp"], _identity(event), function, event["message"])
    except ClientError as error:
        if error.response["Error"].get("Code") != "ResourceNotFoundException":  # a function that never ran has no group
            raise
