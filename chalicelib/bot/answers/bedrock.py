"""Amazon Bedrock's Converse: one call within the client's short timeout, no second try. The only module that knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.aws import clients
from chalicelib.errors import Unavailable


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
