"""Pushing a frame down a WebSocket through the gateway's management API."""

from __future__ import annotations

import json
from typing import Any

from chalicelib import aws, settings
from chalicelib.errors import NotFound


def post(connection: str, frame: dict[str, Any]) -> bool:
    """False if the connection is gone. Raises Unavailable."""
    data = json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()
    client = aws.client("apigatewaymanagementapi", settings.parameters().socket_endpoint)
    try:
        with aws.translated("push to a browser"):
            client.post_to_connection(ConnectionId=connection, Data=data)
    except NotFound:
        return False
    return True
