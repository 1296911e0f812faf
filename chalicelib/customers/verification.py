"""Six digits that are sent to an address, and come back from whoever says that it is theirs.

No code is stored anywhere: it follows from who asked, the address and the moment of asking, by our key, and is put into the message
while that is sent. Ten minutes, five tries. How many may be asked for in an hour: `_limits`. A code travels in a thread of its own: an
answer to it must not join the conversation of whoever only claimed the address.
"""

from __future__ import annotations

import hmac
import unicodedata
from base64 import b32decode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib import settings, tokens
from chalicelib.business import current
from chalicelib.conversations import counters, table
from chalicelib.conversations.model import Channel, Message
from chalicelib.customers import codes, identities
from chalicelib.errors import Forbidden, TooMany

Purpose = Literal["chat", "order"]

LIFE = 10 * 60_000
TRIES = 5

# Codes in an hour. What one asker uses up is her own: the address's owner, who asks from elsewhere, still gets hers.
ASKED = 3  # for one who asks, to one address
OF_ASKER = 6  # for one who asks, to all addresses
OF_NETWORK = 6  # for one network, to one address: a new chat is a new asker, and costs nothing
TO_ADDRESS = 30  # to one address, whoever asks: no mailbox is flooded; it takes five networks to get there
TEXTS = 60  # by SMS, all together: whoever makes others pay for texts gets no further
TEXTS_OF_NETWORK = 10  # by SMS, for one network
HIDDEN = "••••••"

_SUBJECTS = {"en": "Your code for {business}", "zh": "{business}验证码", "zh-Hant": "{business}驗證碼"}
_WORDS: dict[Purpose, dict[str, str]] = {
    "chat": {
        "en": "{hidden} is your code for the chat with {business}. It is good for ten minutes. "
        "If you did not ask for it, ignore this message.",
        "zh": "您与{business}在线客服对话的验证码是 {hidden}，十分钟内有效。如非本人操作，请忽略。",
        "zh-Hant": "您與{business}線上客服對話的驗證碼是 {hidden}，十分鐘內有效。如非本人操作，請忽略。",
    },
    "order": {
        "en": "{hidden} is your code. Somebody asks {business} for something about your order: write the code in that conversation if it "
        "is you, and give it to nobody else. It is good for ten minutes.",
        "zh": "验证码 {hidden}。有人正在向{business}申请办理您的订单业务：如是您本人，请在对话中回复，切勿告知他人。十分钟内有效。",
        "zh-Hant": "驗證碼 {hidden}。有人正在向{business}申請辦理您的訂單業務：如是您本人，請在對話中回覆，切勿告知他人。十分鐘內有效。",
    },
}


@dataclass(frozen=True, slots=True)
class Asker:
    """`who`: the thread that the code is for; `network`: whence it is asked for, as a name that tells nothing else, "" if nobody knows."""

    who: str
    network: str = ""


def send(asker: Asker, to: tuple[Channel, str], asked: str, at: int, *, language: str, purpose: Purpose = "chat") -> None:
    """A code to an address; asked for again with the same `asked`, also at once, nothing is sent again. Raises TooMany."""
    who = asker.who
    message = _message(who, asked, to, at, language=language, purpose=purpose)
    if table.message(message.thread, message.id):
        return
    _spend(asker, to, at)
    if identities.blocked(*to):
        return
    codes.begin(who, *to, at, LIFE)
    if not table.record(message) and (first := table.message(message.thread, message.id)):
        codes.begin(who, *to, first.at, LIFE)  # asked twice at once: the code that leaves is the first one's


def is_under_way(who: str, to: tuple[str, str], at: int) -> bool:
    """Is there a code for this thread and address that is still good?"""
    return codes.asked_at(who, *to) > at - LIFE


def check(who: str, to: tuple[str, str], given: str, at: int) -> None:
    """In constant time; each try is counted before it is looked at. Raises Forbidden (wrong, also one that is too old), TooMany."""
    asked_at = codes.attempt(who, *to, at - LIFE, TRIES)
    digits = "".join(unicodedata.normalize("NFKC", given).split())
    if not hmac.compare_digest(digits.encode(), code(who, *to, asked_at).encode()) or not asked_at:
        raise Forbidden("this is not the code, or it is too old: look again, or ask for a new one")


def filled(message: Message) -> Message:
    """The message with its code, for its way out only."""
    who = message.meta.get("code_for")
    if not who:
        return message
    return replace(message, text=message.text.replace(HIDDEN, code(who, message.channel, message.address, message.at)))


def code(who: str, channel: str, address: str, at: int) -> str:
    """Six digits, each number equally likely."""
    signed = tokens.sign("contact-code", f"{who}\n{channel}\n{address}\n{at}")
    number = int.from_bytes(b32decode(signed.upper() + "======"))
    return f"{number % 1_000_000:06d}"


def sms_thread(ours: str, theirs: str) -> str:
    """Keyed, so that a thread's name tells nobody the number."""
    return "s" + tokens.sign("sms-thread", f"{ours}\n{theirs}")[:20]


def _spend(asker: Asker, to: tuple[Channel, str], at: int) -> None:
    """Raises TooMany. The narrowest limit is counted first: who is refused by it uses up nobody else's."""
    hour, passed = divmod(at, settings.HOUR)

    def count(what: str, name: str) -> int:
        return counters.add(f"code-{what}", tokens.sign("code-counter", name), hour * 60, 1, keep=2 * 3600)

    if any(count(what, name) > most for what, name, most in _limits(asker, to)):
        wait = (settings.HOUR - passed) // 1000 + 1
        raise TooMany("too many codes in an hour: use the last one, or wait", retry_after=wait)


def _limits(asker: Asker, to: tuple[Channel, str]) -> Iterator[tuple[str, str, int]]:
    """What is counted, under which name, and how many there may be. The address's own count says nothing of whether anybody here
    knows it."""
    yield "pair", _pair(asker.who, to), ASKED
    yield "asker", asker.who, OF_ASKER
    if asker.network:
        yield "network", _pair(asker.network, to), OF_NETWORK
    if asker.network and to[0] == "sms":
        yield "network-texts", asker.network, TEXTS_OF_NETWORK
    yield to[0], to[1], TO_ADDRESS
    if to[0] == "sms":
        yield "texts", "all", TEXTS


def _pair(name: str, to: tuple[str, str]) -> str:
    return "#".join((name, *to))


def _message(who: str, asked: str, to: tuple[Channel, str], at: int, *, language: str, purpose: Purpose) -> Message:
    (channel, address), business = to, current.name(language, "Baton")
    words = _WORDS[purpose]
    known = language if language in words else "zh" if language.lower().startswith("zh") else "en"
    subject, text = (part.format(business=business, hidden=HIDDEN) for part in (_SUBJECTS[known], words[known]))
    return Message(
        thread=code_thread(channel, address),
        id="v+" + tokens.sign("contact-message", f"{who}\n{asked}")[:20],
        direction="outgoing",
        channel=channel,
        at=at,
        text=text,
        address=address,
        name=business,
        by="bot",
        state="pending",
        subject=subject,
        language=known,
        meta={"confirmation": True, "code_for": who},
    )


def code_thread(channel: Channel, address: str) -> str:
    """Where the codes to an address lie."""
    if channel == "email":
        return "e" + tokens.sign("contact-thread", address)[:20]
    return sms_thread(settings.env("SMS_NUMBER"), address)


def can_text() -> bool:
    """Is there a number of ours that texts come from?"""
    return bool(settings.optional("SMS_NUMBER"))
