"""A local AWS of a test's own: started on a free loopback port, without state from elsewhere, ended with the test."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

REGION = "eu-central-1"
STARTS_WITHIN = 30.0


@contextmanager
def ministack(folder: Path, **environment: str) -> Iterator[str]:
    """Yields its address; its log stays in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    temporary = folder / "ministack"
    temporary.mkdir(parents=True, exist_ok=True)
    own = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(temporary),
        "STATE_DIR": str(temporary / "state"),
        "S3_DATA_DIR": str(temporary / "s3"),
        "LOG_LEVEL": "WARNING",
    }
    with (temporary / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "ministack"], env={**os.environ, **own, **environment}, stdout=log, stderr=log)
    try:
        _await(url, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def session(region: str = REGION) -> boto3.Session:
    """Credentials that only a local AWS accepts."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=region)


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the local AWS ended with {process.returncode}: see its log")
        try:
            with urllib.request.urlopen(f"{url}/_ministack/ready", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the local AWS did not start")
