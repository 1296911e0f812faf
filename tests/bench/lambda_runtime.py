"""One cold start of a handler, through AWS's own runtime client and a small Runtime API, with the wire to AWS cut off.

CPU time is the kernel's count for the process's threads, so a busy machine disturbs it little. What AWS would answer is
made up inside the process, when (and only when) the handler first loads botocore's HTTP session.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import files
from pathlib import Path
from shutil import copyfile
from typing import Any

SECONDS = 120

CUT_WIRE = """
import json, os, sys
from importlib.machinery import PathFinder
ANSWERS = json.loads(os.environ["BENCH_ANSWERS"])
class Raw:
    def __init__(self, body): self.body = body
    def stream(self, *a, **k): yield self.read()
    def read(self, *a):
        body, self.body = self.body, b""
        return body
def send(self, request):
    from botocore.awsrequest import AWSResponse
    target = request.headers.get("X-Amz-Target", b"")
    name = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
    return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, Raw(json.dumps(ANSWERS.get(name, {})).encode()))
class Cut(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "botocore.httpsession":
            return None
        spec = PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module
        def exec_module(module):
            load(module)
            module.URLLib3Session.send = send
        spec.loader.exec_module = exec_module
        return spec
sys.meta_path.insert(0, Cut)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """CPU in milliseconds, memory in MB. `first`: the first event, loading what it needs; `warm`: the mean of the later ones."""

    init: float
    first: float
    warm: float
    memory: float


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler string inside a folder as Lambda unpacks it; the same event comes each time."""

    folder: Path
    name: str
    event: dict[str, Any]
    environment: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
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
        body = json.dumps(handler.event).encode()
        api = self

        class Requests(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                api.note()
                if len(api.cpu) > events:
                    api.done.set()
                    return
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
        self.server.daemon_threads = True
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


def runtime_client(folder: Path) -> Path:
    """AWS's runtime client alone, as it lies in Lambda beside the function, with the cut wire."""
    for distribution in ("awslambdaric", "simplejson", "snapshot-restore-py"):
        for file in files(distribution) or ():
            if file.suffix in (".py", ".so") and ".." not in file.parts:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                copyfile(Path(str(file.locate())), folder / file)
    (folder / "sitecustomize.py").write_text(CUT_WIRE)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)
    return folder


def start(handler: Handler, client: Path, warm: int) -> Start:
    """Starts the handler, gives it `1 + warm` events, and ends it. Raises RuntimeError with the handler's own error."""
    api = _Api(handler, 1 + warm)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{handler.folder}:{client}",
        "PYTHONDONTWRITEBYTECODE": "1",
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
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server.server_address[1]}",
        "BENCH_ANSWERS": json.dumps(handler.answers),
        **handler.environment,
    }
    interpreter = getattr(sys, "_base_executable", sys.executable)  # without this environment's packages
    command = [interpreter, "-s", "-m", "awslambdaric", handler.name]
    with subprocess.Popen(command, cwd=handler.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        api.process = process
        finished = api.done.wait(SECONDS)
        process.kill()
        said = process.stderr.read().decode() if process.stderr else ""
    api.server.shutdown()
    api.server.server_close()
    if not finished or api.error:
        raise RuntimeError(f"{handler.name}: {api.error or said[-2000:]}")
    _require_success(handler, api.answers[0])
    return Start(api.cpu[0], api.cpu[1] - api.cpu[0], (api.cpu[-1] - api.cpu[1]) / max(warm, 1), api.memory[1])


def _require_success(handler: Handler, answer: bytes) -> None:
    """A handler that refuses the event would be measured as a fast one."""
    status = json.loads(answer or b"null")
    if not isinstance(status, dict) or status.get("statusCode") != 200:
        raise RuntimeError(f"{handler.name} answers {answer[:300]!r}")
