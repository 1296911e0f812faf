"""The e-mail channel: SES hands us mails through S3 and SNS, SES takes ours."""

from __future__ import annotations

from typing import Any

from chalicelib.conversations.model import Message


def receive(sns_message: dict[str, Any]) -> Message | None:
    """What to store for SES's notification, with the raw mail read from S3; None if it tells of no mail.

    Raises BadRequest for a notification that lacks what is needed, Unavailable if the raw mail cannot be read yet.
    """
    raise NotImplementedError


def send(message: Message) -> str:
    """Hand an outgoing message to SES; its id there. Raises Undeliverable, Unavailable (nothing left), Uncertain."""
    raise NotImplementedError
