"""What each channel can: the one place that tells channels apart, for whoever decides something by it. Pure.

A new channel is a folder in chalicelib/channels and a line here. Where an address is meant, which is of a mail box or of a telephone
whatever channel it is written to, "email" and "sms" stay kinds of addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`en`, `zh`: its name. `live`: both sit at the screen, so that a word for a word disturbs nobody. `taps`: what may be answered can
    be shown as buttons. `slow`: a question back costs her hours, and robots write back. `quick`: people write in pieces. `brief`: a
    message costs by the character, and carriers count its segments. `subjects`: messages have a subject, and name what they answer.
    `largest`: bytes of all files of one message, 0 for no limit of its own. `proof`: what a message itself may prove of its sender's
    address. `reaches`: the order in which it is chosen to tell a customer who left; 0: never."""

    en: str
    zh: str
    live: bool = False
    taps: bool = False
    slow: bool = False
    quick: bool = False
    brief: bool = False
    subjects: bool = False
    largest: int = 0
    proof: Literal["", "mail", "carrier"] = ""
    reaches: int = 0


REGISTRY: dict[str, Capabilities] = {
    "email": Capabilities("e-mail", "电子邮件", slow=True, subjects=True, largest=25 * MB, proof="mail", reaches=1),
    "sms": Capabilities("SMS", "短信", quick=True, brief=True, proof="carrier", reaches=2),
    "webchat": Capabilities("web chat", "网页聊天", live=True, taps=True, quick=True),
}


def of(channel: str) -> Capabilities:
    """One that is not registered can no more than take and bring words."""
    return REGISTRY.get(channel) or Capabilities(channel, channel)


def names() -> tuple[str, ...]:
    """In the order in which people are shown them."""
    return tuple(REGISTRY)
