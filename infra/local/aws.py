"""An AWS on this machine: MiniStack as a child process on loopback, with its state in one folder.

with local_aws(folder) as endpoint:
    session().client("dynamodb", endpoint_url=endpoint).list_tables()
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import boto3
import httpx

from infra.local.signing import Signer

REGION = "us-east-1"
START_SECONDS = 60.0
PORTS = range(20_000, 32_000, 5)
STOP_SECONDS = 30.0


class LocalAwsError(RuntimeError):
    """The local AWS could not be started; the message says why and what to do."""


def session() -> boto3.Session:
    """A session for the local AWS; nothing of the developer's own AWS account is read."""
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=REGION)


def free_port(neighbours: int = 1) -> int:
    """A loopback port that nobody uses, as the first of so many free neighbours.

    Below the range from which the system takes ports for outgoing connections: one of those could be gone a moment later.
    """
    while True:
        first = secrets.choice(PORTS)
        if not any(map(port_taken, range(first, first + neighbours))):
            return first


def port_taken(port: int) -> bool:
    """Whether somebody listens on this loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def local_aws(
    state_dir: Path, port: int = 0, *, relay_port: int = 0, signer: Signer | None = None, language_model: str = ""
) -> Iterator[str]:
    """Run the local AWS for as long as the block lasts; yields its endpoint.

    The state survives in `state_dir` (tables, streams, functions, users, objects, queues …). Addresses inside the state name
    the port, so a folder keeps its first port; 0 chooses one for a new folder. `relay_port`: sent mail goes to this SMTP port too.
    `signer`: who signs what topics tell functions; without one the signatures are no signatures. `language_model`: where Bedrock's
    models are played (an address that speaks OpenAI's chat completions); without one they say nothing sensible.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    port = _settled_port(state_dir, port)
    with tempfile.TemporaryDirectory(prefix="baton-aws-") as scratch, (state_dir / "aws.log").open("w") as log:
        process = _start(state_dir, port, {**_relay(relay_port), **_signing(signer), **_models(language_model)}, scratch, log)
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _await_ready(process, endpoint, state_dir / "aws.log")
            yield endpoint
        finally:
            _stop(process)


def _settled_port(state_dir: Path, wanted: int) -> int:
    memory = state_dir / "port.json"
    known = int(json.loads(memory.read_text())) if memory.exists() else 0
    if known and wanted and known != wanted:
        raise LocalAwsError(
            f"The data in {state_dir} belongs to port {known}, not {wanted}: use that, or remove the folder to start afresh."
        )
    port = known or wanted or free_port()
    if port_taken(port):
        raise LocalAwsError(f"Port {port} is taken: by another `make run`? End that program and try again.")
    memory.write_text(json.dumps(port))
    return port


def _relay(port: int) -> dict[str, Any]:
    return {"SMTP_HOST": f"127.0.0.1:{port}"} if port else {}


def _models(address: str) -> dict[str, Any]:
    return {"MINISTACK_BEDROCK_PROXY_URL": address} if address else {}


def _signing(signer: Signer | None) -> dict[str, Any]:
    return {"SNS_KEY": signer.key, "SNS_CERTIFICATE": signer.url} if signer else {}


def _start(state_dir: Path, port: int, more: dict[str, Any], scratch: str, log: IO[str]) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
    settings: dict[str, Any] = {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": port,
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": 1,
        "STATE_DIR": state_dir / "services",
        "S3_PERSIST": 1,
        "S3_DATA_DIR": state_dir / "objects",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": scratch,
        "IOT_MTLS_ENABLED": 0,
        "SFTP_ENABLED": 0,
        "MINISTACK_WORKER_THREADS": 256,  # invocations wait in them for a worker
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AUTH": "true",  # signatures and policies count
        "CALLS": state_dir / "calls.tsv",
        "PYTHONDONTWRITEBYTECODE": 1,
        **more,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "infra.local.ministack"],
        env=kept | {name: str(value) for name, value in settings.items()},
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def _await_ready(process: subprocess.Popen[bytes], endpoint: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{endpoint}/_ministack/ready", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    tail = "\n".join(log.read_text().splitlines()[-15:])
    raise LocalAwsError(f"The local AWS did not start; the end of {log}:\n{tail}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Closing its input asks it to finish, save and end (see infra/local/ministack.py)."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGUSR1)
        time.sleep(1)
        process.kill()
        process.wait()
