"""What Baton's functions are measured beside: the same work as one writes it by hand, and as `chalice package` packages it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path

import chalice

from infra.bundle import sources
from infra.package import ROOT

BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")
CODE = (".py", ".so", ".json", ".gz", ".pem")

_PUT = """
import json
def put(client, body):
    client.put_item(TableName="t", Item={"pk": {"S": "T#" + body["from"]}, "sk": {"S": "M#" + body["id"]}, "at": {"N": body["at"]},
        "text": {"S": body["text"]}, "channel": {"S": "sms"}}, ConditionExpression="attribute_not_exists(pk)")
"""
PLAIN = f"""import boto3
{_PUT}
client = boto3.client("dynamodb")
def handler(event, context):
    put(client, json.loads(event["body"]))
    return {{"statusCode": 200, "body": "{{}}"}}
"""
CHALICE = f"""import boto3
from chalice import Chalice
{_PUT}
client = boto3.client("dynamodb")
app = Chalice(app_name="plain")
@app.route("/webhook", methods=["POST"])
def webhook():
    put(client, app.current_request.json_body)
    return {{}}
"""


def plain(folder: Path) -> Path:
    """A handler with boto3 as it is installed, and byte code."""
    install(folder, *BOTO3)
    (folder / "handler.py").write_text(PLAIN)
    return compiled(folder)


def with_chalice(folder: Path) -> Path:
    """The same as a Chalice app: what `chalice package` puts into its archive, sources only."""
    install(folder, *BOTO3)
    _add_chalice(folder)
    (folder / "app.py").write_text(CHALICE)
    return folder


def ours_by_chalice(folder: Path) -> Path:
    """Baton as `chalice package` puts it into its archive: sources only, botocore whole, the garbage collector at work."""
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    install(folder, *(line.partition("==")[0] for line in lines if "==" in line))
    _add_chalice(folder)
    for name, path in sources(ROOT):
        _place(path, folder / name)
    app = folder / "app.py"
    app.write_text(app.read_text().replace("gc.disable()", "", 1))
    return folder


def runtime_client(folder: Path) -> Path:
    """AWS's runtime client alone, as it lies in Lambda beside the function."""
    install(folder, *RUNTIME_CLIENT)
    return compiled(folder)


def install(folder: Path, *distributions: str) -> None:
    """Copies from this environment, sources only."""
    for distribution in distributions:
        for file in files(distribution) or ():
            if file.suffix in CODE and ".." not in file.parts:
                _place(Path(str(file.locate())), folder / file)


def compiled(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)], check=True)
    return folder


def _add_chalice(folder: Path) -> None:
    for name in ("__init__.py", "app.py"):
        _place(Path(chalice.__file__).parent / name, folder / "chalice" / name)


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
