"""`python -m infra destroy`: takes an installation away, and says what stays."""

from __future__ import annotations

import click
from rich.markup import escape

from infra.cloud import Cloud, parameters_of
from infra.deploy import delete
from infra.errors import DeployError
from infra.mail import stop_mail
from infra.operate.common import Target, existing, say
from infra.operate.shown import kind, progress
from infra.shared_parameters import forget
from infra.stack import Resource, own_queues, resources, stored

BUCKET = "AWS::S3::Bucket"
RETAINING = ("Retain", "RetainExceptOnCreate", "Snapshot")


@click.command()
@click.option("--confirm", default="", help="The stack's name, for use without a keyboard.")
@existing
def command(target: Target, confirm: str) -> None:
    """Remove an installation. Data that production keeps stays."""
    cloud, stack = target.cloud, target.stack
    found = resources(cloud, stack)
    kept = retained(cloud, stack, found)
    say(f"[bold]{stack}[/]: {len(found) - len(kept)} resources will be removed" + ("; these stay:" if kept else ", with all data in them."))
    _list(kept)
    if (confirm or click.prompt("Type the stack's name to go on", default="", show_default=False)) != stack:
        raise DeployError(f"that is not {stack}: nothing was removed")
    remove(target, found, kept)
    say(f"[green]✓[/] {stack} is removed" + ("; what stays is listed above" if kept else ""))
    say(f"  [dim]The deployment bucket baton-deploy-{cloud.account}-{cloud.region} serves all stages and stays, too.[/]")


def remove(target: Target, found: list[Resource], kept: list[Resource]) -> None:
    """Empties the buckets that go, deletes the stack and the queues that its business made, and forgets the secrets unless data stays that
    needs them."""
    cloud, stack = target.cloud, target.stack
    with progress() as show:
        stop_mail(cloud, stack)
        for bucket in (r for r in found if r.type == BUCKET and r not in kept):
            empty(cloud, bucket.id)
        delete(cloud, stack, show)
        for url in own_queues(cloud, stack):  # the functions that could make another are gone
            cloud.client("sqs").delete_queue(QueueUrl=url)
    names = [parameters_of(stack) + name for name in stored(cloud, stack) if name.startswith(("secrets/", "settings/"))]
    if kept:
        say(f"  [dim]Its secrets in {parameters_of(stack)} stay with the data.[/]")
        return
    forget(cloud, stack)
    for start in range(0, len(names), 10):
        cloud.client("ssm").delete_parameters(Names=names[start : start + 10])


def retained(cloud: Cloud, stack: str, found: list[Resource]) -> list[Resource]:
    """The resources that outlive the stack, by the template that is deployed."""
    template = cloud.client("cloudformation").get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    policies = {name: made.get("DeletionPolicy", "Delete") for name, made in dict(template)["Resources"].items()}
    return [r for r in found if policies.get(r.name) in RETAINING]


def empty(cloud: Cloud, bucket: str) -> None:
    """Deletes every version of every object."""
    s3 = cloud.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
        if versions:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": versions, "Quiet": True})


def _list(kept: list[Resource]) -> None:
    for resource in kept:
        say(f"  [green]•[/] {resource.name} [dim]({kind(resource.type)})[/] {escape(resource.id)}")
