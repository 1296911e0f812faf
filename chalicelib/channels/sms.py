"""The SMS channel: Twilio posts signed forms to us, and takes ours by its REST API."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.conversations.model import Message


def receive(body: bytes, headers: Mapping[str, str]) -> Message:
    """What to store for a webhook's raw body, after its signature is proven.

    `headers` in any case. Raises TooLarge, Forbidden (wrong signature), BadRequest (not a text message's form).
    """
    raise NotImplementedError


def send(message: Message) -> str:
    """Hand an outgoing message to the provider; its id there. Raises Undeliverable, Unavailable (nothing left), Uncertain."""
    raise NotImplementedError
