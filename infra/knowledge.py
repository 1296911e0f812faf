"""`python -m infra knowledge`: publishes articles as an index that the bot reads, shows what is published, goes back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import click
from botocore.exceptions import ClientError
from rich.markup import escape
from rich.table import Table

from chalicelib.bot.brain import known_queues
from chalicelib.knowledge import index as indexes
from infra.articles import read_folder
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.operate.common import Target, console, existing
from infra.stack import output

_PREFIX = "versions/"


def push(session: boto3.Session, endpoint_url: str | None, bucket: str, folder: str | Path) -> str:
    """Publishes the articles of a folder; the new version. Raises DeployError with every mistake in them.

    The index lies under its version before the pointer moves, so the bot never sees half of it.
    """
    return publish(Cloud(session, endpoint_url), bucket, Path(folder))


def publish(cloud: Cloud, bucket: str, folder: Path) -> str:
    """As `push`, for those who have a Cloud."""
    version, packed = indexes.build(read_folder(folder, known_queues()))
    cloud.client("s3").put_object(Bucket=bucket, Key=indexes.key(version), Body=packed, ContentType="application/gzip")
    point(cloud, bucket, version)
    return version


def point(cloud: Cloud, bucket: str, version: str) -> None:
    """Makes a version the current one."""
    cloud.client("s3").put_object(Bucket=bucket, Key=indexes.POINTER, Body=indexes.pointer(version), ContentType="application/json")


def current(cloud: Cloud, bucket: str) -> str:
    """The version that the bot uses; "" before the first publishing."""
    try:
        body = cloud.client("s3").get_object(Bucket=bucket, Key=indexes.POINTER)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return ""
        raise
    return str(json.loads(body)["version"])


def versions(cloud: Cloud, bucket: str) -> list[dict[str, Any]]:
    """All published versions, the newest first: `version`, `at`, `bytes`."""
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_PREFIX)
    found = [
        {"version": item["Key"].removeprefix(_PREFIX).partition("/")[0], "at": item["LastModified"], "bytes": item["Size"]}
        for page in pages
        for item in page.get("Contents", ())
    ]
    return sorted(found, key=lambda row: (row["at"], row["version"]), reverse=True)


def rollback(cloud: Cloud, bucket: str, version: str) -> None:
    """Back to a published version. Raises DeployError if there is none of this name."""
    known = [row["version"] for row in versions(cloud, bucket)]
    if version not in known:
        raise DeployError(f"version {version} was never published here", f"use one of: {', '.join(known[:8]) or 'none yet'}")
    point(cloud, bucket, version)


@click.group()
def command() -> None:
    """What the bot knows: publish articles, list versions, go back to one."""


@command.command("push")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@existing
def push_(target: Target, folder: Path) -> None:
    """Publish the articles of a folder."""
    version = publish(target.cloud, _bucket(target), folder)
    console.print(f"[green]✓[/] published as version {version}; the bot uses it within a minute")


@command.command("list")
@existing
def list_(target: Target) -> None:
    """Show the published versions."""
    bucket = _bucket(target)
    used = current(target.cloud, bucket)
    table = Table(box=None, header_style="dim")
    for column in ("version", "first published", "size", ""):
        table.add_column(column)
    for row in versions(target.cloud, bucket):
        state = "in use" if row["version"] == used else ""
        table.add_row(escape(row["version"]), f"{row['at']:%Y-%m-%d %H:%M} UTC", f"{row['bytes'] / 1000:.1f} kB", state)
    console.print(table if table.row_count else "nothing yet → python -m infra knowledge push FOLDER")


@command.command("rollback")
@click.argument("version")
@existing
def rollback_(target: Target, version: str) -> None:
    """Let the bot use a version that was published before."""
    rollback(target.cloud, _bucket(target), version)
    console.print(f"[green]✓[/] version {escape(version)} is in use within a minute")


def _bucket(target: Target) -> str:
    return output(target.cloud, target.stack, "KnowledgeBucket")
