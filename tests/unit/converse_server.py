"""A server that speaks Bedrock's Converse, in place of a model: it answers each request as it is told, and keeps what it heard."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

Request = dict[str, Any]
_PATH = re.compile(r"/model/([^/]+)/converse")


@dataclass(frozen=True)
class Reply:
    """`late`: seconds before the first byte; `drips`: seconds between the bytes."""

    body: str
    status: int = 200
    late: float = 0.0
    drips: float = 0.0


@dataclass
class Converse:
    """`answer`: from a request to the reply; `heard`: the requests so far, each with its model's name."""

    address: str
    answer: Callable[[Request], Reply]
    heard: list[tuple[str, Request]] = field(default_factory=list)


def used(told: Any, *, stopped: str = "tool_use", name: str = "decide") -> Reply:
    """The tool is called with `told`."""
    return said([{"toolUse": {"toolUseId": "t1", "name": name, "input": told}}], stopped)


def said(content: Any, stopped: str = "end_turn") -> Reply:
    """A reply with this content."""
    message = {"role": "assistant", "content": content}
    usage = {"inputTokens": 1_200, "outputTokens": 60, "totalTokens": 1_260}
    return Reply(json.dumps({"output": {"message": message}, "stopReason": stopped, "usage": usage, "metrics": {"latencyMs": 7}}))


def shown(request: Request) -> dict[int, str]:
    """The passages of a request, by their numbers."""
    text = request["messages"][0]["content"][0]["text"]
    found = re.findall(r'<passage number="(\d+)" title="[^"]*">\n(.*?)\n</passage>', text, re.DOTALL)
    return {int(number): passage for number, passage in found}


def quoting(words: str) -> Callable[[Request], Reply]:
    """A good reader: quotes the passage that has these words, or says that none answers."""

    def answer(request: Request) -> Reply:
        found = [{"passage": number, "quote": text} for number, text in shown(request).items() if words in text]
        return used({"kind": "question", "answers": found[:1]})

    return answer


def always(reply: Reply) -> Callable[[Request], Reply]:
    return lambda _: reply


@contextmanager
def converse_server() -> Iterator[Converse]:
    """Listens on this machine while the block lasts; by default no passage answers."""
    model = Converse("", always(used({"kind": "question", "answers": []})))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            path = _PATH.fullmatch(self.path)
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert path, self.path
            assert "toolConfig" in request
            model.heard.append((unquote(path[1]), request))
            self.give(model.answer(request))

        def give(self, reply: Reply) -> None:
            time.sleep(reply.late)
            body = reply.body.encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                for piece in [body[at : at + 1] for at in range(len(body))] if reply.drips else [body]:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    time.sleep(reply.drips)
            except (BrokenPipeError, ConnectionResetError):
                pass  # whoever asked went away

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.address = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
