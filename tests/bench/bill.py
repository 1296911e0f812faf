"""What comes with 1,000 conversations and is easily left out of a price: visitors' page and open tabs, pauses, starts, memory, logs that
are kept, SES and carriers. USD by list price, by channel; each assumption is a constant here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from chalicelib.aws import streams
from infra.template.functions import FUNCTIONS
from tests.bench.cost import BILLED_SECONDS, CHANNELS, CONVERSATIONS, LOGGED, MEMORY_GB, QUESTIONS, conversation
from tests.bench.prices import usd

Counts = dict[str, float]

PAGE = Path(__file__).parents[2] / "chalicelib" / "web" / "chat.html"
OPEN_MINUTES = 60  # a tab that stays open after the conversation; the gateway ends a connection after two hours, and the page renews it
PING_MINUTES = 4  # chalicelib/web/assets/shared/socket.js
PIECES = 0.2  # of the questions come in two short messages where people write so (registry: `quick`)
PAUSE_SECONDS = streams.PAUSE_SECONDS + 0.1  # and the answer of the bot's function, which the pause waits for
START_SECONDS = {"BotAnswer": 1.5}  # billed start of an environment: the layer's 180 MB and the index; others:
OTHER_START_SECONDS = 0.6
SEGMENT = 0.0083  # Twilio, United States, one segment either way, carriers' own fees extra; 2026-07
SEGMENTS = 2  # of an answer
CARRIER = "the carrier (Twilio, USA)"

# The functions that a conversation needs, one after the other; each starts anew if it was not used for some minutes.
NEEDED = {
    "web chat": ["Site", "WebsocketConnect", "WebsocketMessage", "BotAnswer", "Deliver", "WebsocketDisconnect"],
    "SMS": ["SmsWebhook", "BotAnswer", "Deliver", "Send"],
    "e-mail": ["EmailWebhook", "BotAnswer", "Deliver", "Send"],
}
INVOCATION: Counts = {"request": 1, "compute": BILLED_SECONDS * MEMORY_GB, "logged": LOGGED}


def lines() -> dict[str, dict[str, float]]:
    """What -> channel -> USD for all conversations."""
    parts: dict[str, Callable[[str], float]] = {
        "the conversations themselves": lambda channel: usd(conversation(CHANNELS[channel])),
        "memory as deployed (1 GB to read mails)": lambda channel: usd(_memory(channel)),
        f"the chat's page, loaded anew ({_files()} files)": lambda channel: usd(_page()) if channel == "web chat" else 0,
        f"a tab left open for {OPEN_MINUTES} minutes": lambda channel: usd(_tab()) if channel == "web chat" else 0,
        f"pauses, for {PIECES:.0%} of the questions": lambda channel: 0 if channel == "e-mail" else usd(_pauses()),
        "every function starts cold": lambda channel: usd(_starts(channel)),
        "logs kept for a month": lambda channel: usd({"kept": conversation(CHANNELS[channel])["logged"]}),
        "SES, in and out": lambda channel: usd({"mail": 2 * QUESTIONS}) if channel == "e-mail" else 0,
        CARRIER: lambda channel: QUESTIONS * (1 + SEGMENTS) * SEGMENT if channel == "SMS" else 0,
    }
    return {what: {channel: CONVERSATIONS * price(channel) for channel in CHANNELS} for what, price in parts.items()}


def totals() -> dict[str, float]:
    """Channel -> USD for all conversations."""
    return {channel: sum(by_channel[channel] for by_channel in lines().values()) for channel in CHANNELS}


def _memory(channel: str) -> Counts:
    """Beyond the half GB that the conversation is reckoned with."""
    more = sum(FUNCTIONS[name].memory / 1024 - MEMORY_GB for name in NEEDED[channel])
    return {"compute": QUESTIONS * BILLED_SECONDS * more}


def _files() -> int:
    return 1 + len(re.findall(r'(?:href|src)="\./assets/', PAGE.read_text()))


def _page() -> Counts:
    """By the same gateway; browsers keep all but the page itself."""
    return {"rest": _files(), **{name: _files() * count for name, count in INVOCATION.items()}}


def console_day() -> float:
    """USD of an agent's console that is open for a working day, its own calls apart."""
    return usd(_tab(8 * 60))


def _tab(minutes: float = OPEN_MINUTES) -> Counts:
    pings = minutes / PING_MINUTES
    return {"minute": minutes, "socket": 2 * pings, **{name: pings * count for name, count in INVOCATION.items()}}


def _pauses() -> Counts:
    """The pause, and the bot's function that it calls again."""
    paused = PAUSE_SECONDS * FUNCTIONS["Pause"].memory / 1024
    both = {"request": 2, "compute": paused + INVOCATION["compute"], "logged": 2 * LOGGED}
    return {name: QUESTIONS * PIECES * count for name, count in both.items()}


def _starts(channel: str) -> Counts:
    """Billed since August 2025. aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase"""
    return {"compute": sum(START_SECONDS.get(name, OTHER_START_SECONDS) * FUNCTIONS[name].memory / 1024 for name in NEEDED[channel])}
