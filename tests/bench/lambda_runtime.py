"""One cold start of a handler, through AWS's own runtime client and a small Runtime API on loopback.

CPU time is the kernel's count for the process's threads, so a busy machine disturbs it less than a clock. No
site-packages are visible: what is not in the handler's folder cannot be imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SECONDS = 120
FORBIDDEN = ("pydantic", "numpy", "jinja2", "boto3", "s3transfer", "aws_xray_sdk")
INSIDE = Path(__file__).with_name("inside.py")

LAMBDA = {
    "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's code folder is read-only
    "LANG": "C.UTF-8",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_SESSION_TOKEN": "t" * 700,
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
    "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
}


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler string inside a folder as Lambda unpacks it; the events come in turn, again and again. `answers`: AWS's, by operation."""

    folder: Path
    name: str
    events: Sequence[dict[str, Any]]
    environment: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """CPU in milliseconds, memory in MB. `first`: the first event, loading what it needs; `warm`: the mean of the later ones.

    `log`: bytes that an invocation writes; `loaded`: which of FORBIDDEN.
    """

    init: float
    first: float
    warm: float
    memory: float
    log: float
    loaded: tuple[str, ...]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """The process is killed while it waits for an event that never comes."""


class _Api:
    """The part of the Runtime API that awslambdaric uses; notes the process's CPU at every request for an event."""

    def __init__(self, handler: Handler, events: int) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.cpu: list[float] = []
        self.memory: list[float] = []
        self.answers: list[bytes] = []
        self.error = ""
        self.done = threading.Event()
        bodies = [json.dumps(event).encode() for event in handler.events]
        api = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a delayed acknowledgement would add 40 ms to each event
            wbufsize = -1

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                api.note()
                if len(api.cpu) > events:
                    api.done.set()
                    return
                body = bodies[(len(api.cpu) - 1) % len(bodies)]
                self.send_response(200)
                for name, value in _headers(len(body)).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                answer = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.endswith("/error"):
                    api.error = answer.decode()
                    api.done.set()
                api.answers.append(answer)
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.server = _Server(("127.0.0.1", 0), Requests)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def note(self) -> None:
        assert self.process
        tasks = Path(f"/proc/{self.process.pid}/task")
        self.cpu.append(sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e6)
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        self.memory.append(next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")))


def _headers(length: int) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": "bench",
        "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 60_000),
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:123456789012:function:bench",
        "Content-Type": "application/json",
        "Content-Length": str(length),
    }


def start(handler: Handler, client: Path, warm: int) -> Start:
    """Starts the handler, gives it `1 + warm` events, and ends it. Raises RuntimeError with the handler's own error."""
    api = _Api(handler, 1 + warm)
    environment = {
        **LAMBDA,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{handler.folder}:{client}",
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server.server_address[1]}",
        "BENCH_ANSWERS": json.dumps(handler.answers),
        "BENCH_FORBIDDEN": " ".join(FORBIDDEN),
        **handler.environment,
    }
    interpreter = getattr(sys, "_base_executable", sys.executable)
    command = [interpreter, "-S", "-s", str(INSIDE), handler.name]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=handler.folder, env=environment, **pipes) as process:
        api.process = process
        ending = threading.Thread(target=lambda: (api.done.wait(SECONDS), process.kill()))
        ending.start()
        log, said = (part.decode() for part in process.communicate())
        ending.join()
    api.server.shutdown()
    api.server.server_close()
    _require_success(handler, api, said)
    loaded = tuple(line.split()[1] for line in said.splitlines() if line.startswith("LOADED "))
    return Start(
        init=api.cpu[0],
        first=api.cpu[1] - api.cpu[0],
        warm=(api.cpu[-1] - api.cpu[1]) / warm,
        memory=api.memory[1],
        log=len(log.encode()) / (1 + warm),
        loaded=loaded,
    )


def _require_success(handler: Handler, api: _Api, said: str) -> None:
    """A handler that refuses the event would be measured as a fast one."""
    if api.error or not api.answers:
        raise RuntimeError(f"{handler.name}: {api.error or said[-2000:]}")
    answer = json.loads(api.answers[0] or b"null")
    if answer is not None and answer.get("statusCode") != 200:
        raise RuntimeError(f"{handler.name} answers {answer!r}")
    if "CALLED PutItem" not in said:
        raise RuntimeError(f"{handler.name} stored nothing")
