"""`python -m tests.bench.cold [-n STARTS]`: what a cold start, a stored message and the package cost, beside plain handlers.

The limits stand in ratios of one run, as this machine is not Lambda. Ends with 1 if one of them is broken.
"""

from __future__ import annotations

import argparse
import hmac
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile, copytree
from statistics import median
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from chalicelib import settings, tokens
from infra.bundle import sources
from infra.package import ARCHIVE, ROOT, build
from tests.bench.lambda_runtime import Handler, Start, runtime_client, start

WARM = 300
BOTO3_PUT = "boto3 client, one PutItem, .pyc"
CHALICE_PUT = "chalice + boto3 client, one PutItem, .pyc"
DEFAULT_PUT = "the same as `chalice package` makes it"
INTAKE = ("SmsWebhook", "WebsocketMessage")
MB = 1_000_000
ROOT_SECRET = "r" * 64
TWILIO_TOKEN = "t" * 32
ADDRESS = "https://site.example/api"
PARAMETERS = {
    "secrets/root": ROOT_SECRET,
    "secrets/twilio_account_sid": "AC" + "0" * 32,
    "secrets/twilio_auth_token": TWILIO_TOKEN,
    "stack/public_url": ADDRESS,
    "stack/socket_url": "wss://socket.example/api",
    "stack/socket_endpoint": "https://socket.example/api",
}
ANSWERS = {
    "GetParametersByPath": {"Parameters": [{"Name": f"/baton/dev/{name}", "Value": value} for name, value in PARAMETERS.items()]},
    "Query": {"Items": []},
}
OURS = {"STAGE": "dev", "TABLE": "t", "PARAMETERS": "/baton/dev/", "POWERTOOLS_SERVICE_NAME": "baton"}

PUT = """
import json
def put(client, body):
    client.put_item(TableName="t", Item={"pk": {"S": "T#" + body["from"]}, "sk": {"S": "M#" + body["id"]}, "at": {"N": body["at"]},
        "text": {"S": body["text"]}, "channel": {"S": "sms"}}, ConditionExpression="attribute_not_exists(pk)")
"""
BOTO3 = f"""import boto3
{PUT}
client = boto3.client("dynamodb")
def handler(event, context):
    put(client, json.loads(event["body"]))
    return {{"statusCode": 200, "body": "{{}}"}}
"""
CHALICE = f"""import boto3
from chalice import Chalice
{PUT}
client = boto3.client("dynamodb")
app = Chalice(app_name="plain")
@app.route("/webhook", methods=["POST"])
def webhook():
    put(client, app.current_request.json_body)
    return {{}}
"""


def main() -> int:
    """Prints the table and the limits; 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=5, help="starts of each handler, after one that is not counted")
    parser.add_argument("--json", type=Path, help="the figures, into this file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        client = runtime_client(folder / "client")
        archive = build("dev", "local", folder / "out").archives[ARCHIVE]
        handlers = _handlers(folder, archive)
        figures = _measure(handlers, client, chosen.n)
        size = _size(archive)
    _show(figures)
    limits = _limits(figures, size)
    for text, value, limit in limits:
        print(f"{'ok ' if value <= limit else 'NO '} {text}: {value:.2f}, at most {limit}")
    if chosen.json:
        medians = {name: {"init": f.init, "first": f.first, "warm": f.warm, "memory": f.memory} for name, f in figures.items()}
        chosen.json.write_text(json.dumps({"cpu_ms": medians, "limits": limits}, indent=1))
    return int(any(value > limit for _, value, limit in limits))


def _handlers(folder: Path, archive: Path) -> dict[str, Handler]:
    ours = folder / "ours"
    zipfile.ZipFile(archive).extractall(ours)
    default = _default_package(folder / "default")
    boto3 = _plain(folder / "boto3", "handler.py", BOTO3)
    chalice = _plain(folder / "chalice", "app.py", CHALICE)
    for name in ("__init__.py", "app.py"):
        (chalice / "chalice").mkdir(exist_ok=True)
        copyfile(ours / "chalice" / name, chalice / "chalice" / name)
    uncompiled = copytree(chalice, folder / "uncompiled")
    _compile(boto3)
    _compile(chalice)
    body = json.dumps({"from": "+4915112345678", "id": "SM1", "at": "1795290612687", "text": "Where is my order 4711?"})
    plain = _rest("/webhook", body, {"content-type": "application/json"})
    sms = {"ROOM": "chalicelib.channels.sms", **OURS}
    chat = {"ROOM": "chalicelib.channels.webchat", **OURS}
    return {
        BOTO3_PUT: Handler(boto3, "handler.handler", plain),
        CHALICE_PUT: Handler(chalice, "app.app", plain),
        DEFAULT_PUT: Handler(uncompiled, "app.app", plain),
        "SmsWebhook as `chalice package` makes it": Handler(default, "app.app", _sms(), sms, ANSWERS),
        "SmsWebhook": Handler(ours, "app.app", _sms(), sms, ANSWERS),
        "WebsocketMessage": Handler(ours, "app.websocket_message", _frame(), chat, ANSWERS),
    }


def _plain(folder: Path, file: str, code: str) -> Path:
    """A handler with boto3 as it is installed."""
    requirements = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("botocore==")]
    command = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile", "--target", str(folder)]
    subprocess.run([*command, requirements[0], requirements[0].replace("botocore", "boto3")], check=True)
    (folder / file).write_text(code)
    return folder


def _default_package(folder: Path) -> Path:
    """The same app, packaged by `chalice package` alone: sources only, botocore whole."""
    for name, path in sources(ROOT):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copyfile(path, folder / name)
    copytree(ROOT / ".chalice", folder / ".chalice")
    copyfile(ROOT / "requirements.txt", folder / "requirements.txt")
    command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())", "package", "out"]
    env = os.environ | {"AWS_DEFAULT_REGION": "eu-central-1"}
    subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    zipfile.ZipFile(folder / "out" / ARCHIVE).extractall(folder / "task")
    return folder / "task"


def _compile(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)], check=True)


def _rest(path: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
    """What API Gateway hands to a function for a POST."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": "POST",
            "requestId": "r",
            "stage": "api",
            "path": f"/api{path}",
            "identity": {},
        },
        "isBase64Encoded": False,
        "body": body,
    }


def _sms() -> dict[str, Any]:
    """Twilio's webhook with its signature."""
    form = {
        "MessageSid": "SM" + "a" * 32,
        "AccountSid": "AC" + "0" * 32,
        "From": "+4915112345678",
        "To": "+4930123456",
        "Body": "Where is my order 4711?",
        "NumMedia": "0",
    }
    signed = f"{ADDRESS}/sms/twilio" + "".join(name + form[name] for name in sorted(form))
    signature = b64encode(hmac.digest(TWILIO_TOKEN.encode(), signed.encode(), "sha1")).decode()
    return _rest("/sms/twilio", urlencode(form), {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature})


def _frame() -> dict[str, Any]:
    """A visitor's message on the WebSocket, with its token."""
    with _secret():
        token = tokens.issue("visitor", "w" + "a" * 32, 4_000_000_000_000)
    body = {"action": "message", "token": token, "id": "message-1", "text": "Where is my order 4711?"}
    context = {"connectionId": "c", "domainName": "socket.example", "stage": "api", "apiId": "a", "eventType": "MESSAGE"}
    return {"requestContext": context, "body": json.dumps(body), "isBase64Encoded": False}


@contextmanager
def _secret() -> Iterator[None]:
    known = settings.Parameters(root=ROOT_SECRET.encode(), public_url=ADDRESS, socket_url="", socket_endpoint="")
    with patch.object(settings, "parameters", lambda: known):
        yield


def _measure(handlers: dict[str, Handler], client: Path, count: int) -> dict[str, Start]:
    """Medians. The handlers take turns, so that whatever else the machine does meets all of them."""
    taken: dict[str, list[Start]] = {name: [] for name in handlers}
    for round_ in range(count + 1):
        for name, handler in handlers.items():
            measured = start(handler, client, WARM)
            if round_:  # the first one only fills the file cache
                taken[name].append(measured)
    return {
        name: Start(*(median(getattr(s, part) for s in starts) for part in ("init", "first", "warm", "memory")))
        for name, starts in taken.items()
    }


def _size(archive: Path) -> tuple[float, float]:
    """Zipped and unzipped, MB."""
    return archive.stat().st_size / MB, sum(info.file_size for info in zipfile.ZipFile(archive).infolist()) / MB


def _show(figures: dict[str, Start]) -> None:
    print(f"{'CPU ms, medians':44} {'init':>7} {'first':>7} {'both':>7} {'warm':>7} {'RSS MB':>7}")
    for name, f in figures.items():
        print(f"{name:44} {f.init:7.1f} {f.first:7.1f} {f.init + f.first:7.1f} {f.warm:7.2f} {f.memory:7.1f}")


def _limits(figures: dict[str, Start], size: tuple[float, float]) -> list[tuple[str, float, float]]:
    """(what, measured, at most). Init and first message are judged together, too: loading later gains a customer nothing."""
    boto3, chalice, default = figures[BOTO3_PUT], figures[CHALICE_PUT], figures[DEFAULT_PUT]
    limits = [("archive, MB", size[0], 8.0), ("archive unpacked, MB", size[1], 22.0)]
    for name in INTAKE:
        f = figures[name]
        limits += [
            (f"{name}: init, of a plain boto3 handler's", f.init / boto3.init, 0.8),
            (f"{name}: init, of what `chalice package` makes", f.init / default.init, 0.4),
            (f"{name}: init and first message, of a plain boto3 handler's", (f.init + f.first) / (boto3.init + boto3.first), 1.0),
            (f"{name}: warm, of chalice with one PutItem", f.warm / chalice.warm, 2.5),
            (f"{name}: RSS after the first message, MB", f.memory, 60.0),
        ]
    return limits


if __name__ == "__main__":
    sys.exit(main())
