"""`make run` and `make demo` as their users know them: started, used, stopped, started again with everything still there."""

import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from websockets.sync.client import connect

from infra.demo import play
from infra.errors import DeployError
from infra.local.aws import LocalAwsError, free_port, local_aws, port_taken
from infra.local.house import settled_ports
from infra.local.installation import addresses

PATIENCE = 240.0  # seconds; other tests run beside this


def test_a_folder_keeps_its_ports(tmp_path: Path) -> None:
    first = free_port(neighbours=4)
    assert settled_ports(tmp_path, first) == {"aws": first, "pages": first + 1, "smtp": first + 2, "sent": first + 3}
    assert settled_ports(tmp_path, 0)["aws"] == first
    with pytest.raises(DeployError, match=f"belongs to port {first}"):
        settled_ports(tmp_path, first + 10)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(DeployError, match=f"port {other.getsockname()[1]} is taken"):
        settled_ports(tmp_path, other.getsockname()[1])


def test_an_aws_whose_port_is_taken_does_not_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalAwsError, match=f"Port {port} is taken"), local_aws(tmp_path, port):
            pass


def test_local_addresses_follow_from_those_of_aws() -> None:
    outputs = {
        "SiteUrl": "https://abc123.execute-api.us-east-1.amazonaws.com/api/",
        "SocketUrl": "wss://def456.execute-api.us-east-1.amazonaws.com/api",
    }
    site, websocket = addresses(outputs, "http://127.0.0.1:8400")
    assert site == "http://127.0.0.1:8400/_aws/execute-api/abc123/api"
    assert websocket == "ws://127.0.0.1:8400/_aws/execute-api/def456/api"


def test_the_demo_needs_a_running_baton(tmp_path: Path) -> None:
    result = CliRunner().invoke(play.command, ["--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "does not run here" in result.output


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`python -m infra run`, ready; killed at the end if it still runs."""
    command = [sys.executable, "-m", "infra", "run", "--folder", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, f"run ended: {said}"
            said += line
        yield process, json.loads((folder / "addresses.json").read_text())
    finally:
        process.kill()
        process.wait()


def ends(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    return process.wait(PATIENCE)


def replay(websocket: str, token: str) -> list[str]:
    with connect(f"{websocket}?token={token}", open_timeout=60) as page:
        page.send(json.dumps({"action": "replay", "token": token, "after": 0}))
        return [message["text"] for message in json.loads(page.recv(timeout=60))["messages"]]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)


@pytest.mark.stack
def test_run_demo_stop_and_run_again(tmp_path: Path) -> None:
    # Not the well-known ports, which a developer's own run may have.
    with running(tmp_path, "--port", str(random.randrange(20_000, 30_000, 4))) as (process, first):
        assert httpx.get(first["site"] + "health", timeout=60).json()["ok"]
        again = subprocess.run(
            [sys.executable, "-m", "infra", "run", "--folder", str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert (again.returncode, "is taken" in again.stdout) == (1, True)
        demo = subprocess.run(
            [sys.executable, "-m", "infra", "demo", "--folder", str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert demo.returncode == 0, demo.stdout
        token = httpx.post(first["site"] + "chat/session", json={}, timeout=60).json()["token"]
        with connect(f"{first['websocket']}?token={token}", open_timeout=60) as page:
            page.send(json.dumps({"action": "message", "token": token, "id": "kept-over-night", "text": "How do I return an item?"}))
            until(lambda: json.loads(page.recv(timeout=60))["type"] == "message")
        before = replay(first["websocket"], token)
        assert ends(process) == 0
    assert not (tmp_path / "addresses.json").exists()
    with running(tmp_path) as (process, second):
        assert {name: second[name] for name in ("site", "smtp", "phone", "logins")} == {
            name: first[name] for name in ("site", "smtp", "phone", "logins")
        }
        assert replay(second["websocket"], token) == before
        process.kill()
        until(lambda: not port_taken(int(second["aws"].rpartition(":")[2])))
    with running(tmp_path) as (process, third):
        assert replay(third["websocket"], token) == before, "what was there is lost when the terminal dies"
        assert ends(process) == 0
