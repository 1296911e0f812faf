"""The AsyncAPI description of the two WebSockets, made from the schemas of their frames (asyncapi.com/docs/reference, 3.0)."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from chalicelib.channels.webchat import frames
from chalicelib.conversations import pushes

Json = dict[str, Any]
REF = "#/components/schemas/{name}"


def document(version: str) -> Json:
    """Both channels: what is sent to us, and what comes from us."""
    sent = {"visitors": get_args(frames.FromVisitor), "agents": (frames.Ping,)}
    got = {"visitors": get_args(pushes.ToVisitor), "agents": get_args(pushes.ToConsole)}
    everything = list(dict.fromkeys(frame for each in (*sent.values(), *got.values()) for frame in each))
    _, schemas = msgspec.json.schema_components(everything, ref_template=REF)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Baton: the WebSockets", "version": version, "description": "docs/api.md is the guide."},
        "servers": {"stage": {"host": "the address that POST /chat/session and POST /agents/socket tell", "protocol": "wss"}},
        "channels": {name: _channel(name, sent[name], got[name]) for name in sent},
        "operations": {
            **{f"{name}_send": _operation(name, "receive", sent[name]) for name in sent},
            **{f"{name}_get": _operation(name, "send", got[name]) for name in got},
        },
        "components": {"messages": {frame.__name__: _message(frame) for frame in everything}, "schemas": schemas},
    }


def names(described: Json, channel: str) -> tuple[set[str], set[str]]:
    """The `action`s that a description lets one send, and the `type`s that come."""

    def tags(operation: str) -> set[str]:
        named = [reference["$ref"].rpartition("/")[2] for reference in described["operations"][operation]["messages"]]
        return {described["components"]["messages"][name]["name"] for name in named}

    return tags(f"{channel}_send"), tags(f"{channel}_get")


_WORDS = {
    "visitors": ("Web chat. Connect with ?token=TOKEN of POST /chat/session: 403 if it is not valid, 429 too often.", "token"),
    "agents": ("Consoles. Connect with ?ticket=TICKET of POST /agents/socket, within a minute.", "ticket"),
}


def _channel(name: str, sent: tuple[Any, ...], got: tuple[Any, ...]) -> Json:
    words, key = _WORDS[name]
    return {
        "address": f"/?{key}={{{key}}}",
        "title": name,
        "description": words,
        "parameters": {key: {"description": "What lets you in."}},
        "messages": {frame.__name__: {"$ref": f"#/components/messages/{frame.__name__}"} for frame in dict.fromkeys((*sent, *got))},
    }


def _operation(name: str, action: str, among: tuple[Any, ...]) -> Json:
    messages = [{"$ref": f"#/channels/{name}/messages/{frame.__name__}"} for frame in among]
    return {"action": action, "channel": {"$ref": f"#/channels/{name}"}, "messages": messages}


def _message(frame: Any) -> Json:
    summary = " ".join((frame.__doc__ or "").split())
    payload = {"$ref": REF.format(name=frame.__name__)}
    return {"name": str(frame.__struct_config__.tag), "title": frame.__name__, "summary": summary, "payload": payload}
