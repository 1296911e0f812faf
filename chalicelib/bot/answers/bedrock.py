"""Amazon Bedrock's Converse: one call within the client's short timeout, no second try. The only module that knows it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from chalicelib.aws import clients
from chalicelib.errors import BatonError, Unavailable


def model(name: str) -> Callable[[dict[str, Any]], str]:
    """From a request to the text of a whole reply. The function raises Unavailable and other BatonErrors, never botocore's."""

    def ask(request: dict[str, Any]) -> str:
        try:
            with clients.translated("compose an answer"):
                return _text(clients.client("bedrock-runtime", attempts=1).converse(modelId=name, **request))
        except (AttributeError, LookupError, TypeError, ValueError) as error:  # botocore, too, raises them over a reply that is none
            raise Unavailable(f"the model's reply cannot be read: {type(error).__name__}") from error

    return ask


def _text(reply: Any) -> str:
    if reply["stopReason"] != "end_turn":
        raise Unavailable(f"the model stopped: {reply['stopReason']}")
    return "".join(part["text"] for part in reply["output"]["message"]["content"])


class Late(Unavailable):
    """The model took longer than it may; `ms`: so long was it waited for."""

    def __init__(self, ms: int) -> None:
        super().__init__(f"the model was not waited for longer than {ms} ms")
        self.ms = ms


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A reply of Converse to a request with one tool, as it came; tokens as the model counted them, `ms` of the whole call."""

    reply: Any
    tokens_in: int
    tokens_out: int
    ms: int

    def read(self) -> Any:
        """The tool's input, parsed. Raises Unavailable if the tool was not called, or not to the end."""
        try:
            stopped, parts = self.reply["stopReason"], self.reply["output"]["message"]["content"]
            used = [part["toolUse"]["input"] for part in parts if "toolUse" in part]
        except (AttributeError, LookupError, TypeError) as error:
            raise Unavailable(f"the model's reply cannot be read: {type(error).__name__}") from error
        if len(used) != 1 or stopped != "tool_use":
            raise Unavailable(f"the model did not call the tool: {stopped}")
        return used[0]


def tool_caller(name: str, seconds: float) -> Callable[[dict[str, Any]], ToolCall]:
    """From a request to the call of its tool, within so many seconds all in all, whatever the network does meanwhile. The function raises
    Late, Unavailable and other BatonErrors, never botocore's. Source:
    docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""

    def call(request: dict[str, Any]) -> ToolCall:
        began, came = time.monotonic(), SimpleQueue[Any]()
        with clients.translated("ask a model to read"):
            client = clients.once("bedrock-runtime", timeouts=(seconds, seconds))
        # A socket's timeouts count anew with each byte; only a clock beside it bounds the whole call.
        Thread(target=lambda: came.put(_conversed(client, name, request)), daemon=True).start()
        try:
            reply = came.get(timeout=max(0.0, began + seconds - time.monotonic()))
        except Empty:
            raise Late(int(seconds * 1000)) from None
        if isinstance(reply, BatonError):
            raise reply
        return ToolCall(reply, *_tokens(reply), int((time.monotonic() - began) * 1000))

    return call


def _conversed(client: Any, name: str, request: dict[str, Any]) -> Any:
    """The reply, or the BatonError that came instead."""
    try:
        with clients.translated("ask a model to read"):
            return client.converse(modelId=name, **request)
    except BatonError as error:
        return error
    except (AttributeError, LookupError, TypeError, ValueError) as error:  # botocore, too, raises them over a reply that is none
        return Unavailable(f"the model's reply cannot be read: {type(error).__name__}")


def _tokens(reply: Any) -> tuple[int, int]:
    """Those of the request and of the reply; 0 where the reply does not say."""
    usage = reply.get("usage") if isinstance(reply, dict) else None
    known = usage if isinstance(usage, dict) else {}
    counted = [known.get(of) for of in ("inputTokens", "outputTokens")]
    first, second = (count if type(count) is int and count >= 0 else 0 for count in counted)
    return first, second
