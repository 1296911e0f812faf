"""Pushing a frame down a WebSocket through the gateway's management API."""

from __future__ import annotations

import msgspec

from chalicelib import settings
from chalicelib.aws import clients
from chalicelib.errors import NotFound


def hang_up(connection: str) -> None:
    """Closes it from our side; one that is gone already is closed. Raises Unavailable."""
    client = clients.client("apigatewaymanagementapi", settings.addresses().socket_endpoint)
    try:
        with clients.translated("hang up on a browser"):
            client.delete_connection(ConnectionId=connection)
    except NotFound:
        return


def post(connection: str, frame: msgspec.Struct) -> bool:
    """`frame`: one of conversations/pushes.py. False if the connection is gone. Raises Unavailable."""
    data = msgspec.json.encode(frame)
    client = clients.client("apigatewaymanagementapi", settings.addresses().socket_endpoint)
    try:
        with clients.translated("push to a browser"):
            client.post_to_connection(ConnectionId=connection, Data=data)
    except NotFound:
        return False
    return True
