"""The SMS channel: one interface for all providers, which is chosen by the deployment (SMS_PROVIDER: twilio or aws).

A provider is one module `sms_<name>`: it turns its own events into `incoming(…)` messages that it hands to `take`, its delivery
reports into `receipts.apply`, and has `send(Text) -> its id`. Everything that is the same for all of them is here.

An incoming message's `meta`: `number` (ours that it was sent to), `keyword` (stop, start or help: not a question), `answered` (the
provider replied to the keyword itself), `opt_out_request` (asks in words for no more texts), `media` [{url, type}] of an MMS (until it
is fetched: sms_media), `automatic` (why it cannot be answered). An outgoing one's: `confirmation` (goes to whoever said STOP, too),
`unasked` (answers nothing: waits while it is quiet), `attachments`, `parts` (provider's ids of those that have left).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Protocol, cast

from chalicelib import settings
from chalicelib.business import current
from chalicelib.channels import file_links, receipts
from chalicelib.channels.sms import keywords
from chalicelib.conversations import segments, table
from chalicelib.conversations.model import Message
from chalicelib.customers import identities
from chalicelib.customers.verification import sms_thread as thread
from chalicelib.errors import BadRequest, Postponed, Unavailable, Undeliverable
from chalicelib.observability import now

TEXT = 4_000  # characters kept; a longer text message does not exist
MEDIA = 10

# Providers send E.164; phonenumberslite would cost each cold start 22 ms to say no more than this.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 ._&+-]{0,10}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """One message for a provider. `part` is empty for the last (or only) one of a text, else its number: only the last one's
    arrival means that the text arrived. `media`: entries of files to send along. `followed`: the provider is asked to report on it."""

    thread: str
    message: str
    to: str
    body: str
    part: str = ""
    media: tuple[dict[str, Any], ...] = ()
    followed: bool = True


class Stopped(Undeliverable):
    """The provider knows of a STOP that we do not."""


class Provider(Protocol):
    """`media` picks the files that can go as MMS; `send` raises Stopped, Undeliverable, Unavailable (nothing left),
    Uncertain."""

    def media(self, to: str, files: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]: ...

    def send(self, text: Text) -> str: ...


def incoming(
    message_id: str, ours: str, theirs: str, text: str, at: int, *, said: str = "", media: Sequence[dict[str, str]] = ()
) -> Message:
    """What to store of a text message whose origin was proven. `said`: the keyword that the provider saw and answered.

    Raises BadRequest if it is between no telephone numbers.
    """
    ours, theirs = ours.strip(), theirs.strip()
    if not _NUMBER.fullmatch(ours) or not (_NUMBER.fullmatch(theirs) or _NAME.fullmatch(theirs)):
        raise BadRequest("From and To must be phone numbers")
    clean = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:TEXT]
    found = {
        "number": ours,
        "keyword": keywords.keyword(clean, said),
        "answered": bool(said),
        "opt_out_request": keywords.opt_out_request(clean),
        "media": [dict(entry) for entry in media[:MEDIA]],
        "automatic": "our own number" if theirs == ours else "" if theirs.startswith("+") else "no number",
    }
    return Message(
        thread=thread(ours, theirs),
        id=message_id,
        direction="incoming",
        channel="sms",
        at=at,
        text=clean,
        address=theirs,
        meta={key: value for key, value in found.items() if value},
    )


def take(message: Message) -> bool:
    """Stores an incoming message, once; False if it was there. What STOP or START asks for is stored before the message is."""
    word = message.meta.get("keyword", "")
    if not word or message.meta.get("automatic"):
        return table.record(message)
    stopped = identities.blocked("sms", message.address) == "stopped"
    if word == "yes":
        if not stopped:
            return table.record(replace(message, meta={name: value for name, value in message.meta.items() if name != "keyword"}))
        message, word = replace(message, meta=message.meta | {"keyword": "start"}), "start"
    stored = table.message(message.thread, message.id)
    at = stored.at if stored else message.at  # a STOP that is delivered again must not undo a later START
    if word == "stop":
        identities.block("sms", message.address, "stopped", at)
    elif word == "start":
        identities.unblock("sms", message.address, at)
    if not stored and not message.meta.get("answered") and not (word == "stop" and stopped):
        table.record(_confirmation(message, word))
    return table.record(message)


def send(message: Message) -> str:
    """Hands an outgoing message to the provider; the id of its last part.

    Raises Undeliverable, TooLarge, Unavailable (nothing left, or it will go on where it stopped), Postponed (quiet hours), Uncertain.
    """
    _respect_quiet_hours(message)
    provider = _provider()
    files = [entry for entry in message.meta.get("attachments", []) if entry.get("sha256")]
    media = provider.media(message.address, files)
    bodies = texts(message, [file_links.link(message, entry) for entry in files if entry not in media])
    left: list[str] = list(message.meta.get("parts", []))
    while len(left) < len(bodies):
        number = len(left) + 1
        last = number == len(bodies)
        part = Text(
            thread=message.thread,
            message=message.id,
            to=message.address,
            body=bodies[number - 1],
            part="" if last else str(number),
            media=media if last else (),
            followed=receipts.are_wanted(message),
        )
        try:
            left.append(_send_part(provider, message, part))
        except Unavailable:
            if left:
                table.set_meta(replace(message, meta=message.meta | {"parts": left}))
            raise
        except Undeliverable as error:
            if not left:
                raise
            raise Undeliverable(f"{error} (only {len(left)} of {len(bodies)} parts were sent)") from error
    return left[-1]


def texts(message: Message, links: Iterable[str] = ()) -> list[str]:
    """The messages that one of ours becomes. A bot's answer that is too long ends in its article's address. Raises TooLarge."""
    parts = segments.split(_joined(message.text, message, links))
    if len(parts) == 1 or message.by != "bot" or not message.link:
        return parts
    kept = len(message.text)
    while len(parts) > 1:
        kept = min(kept - 40, segments.LONGEST)
        parts = segments.split(_joined(f"{message.text[:kept]} …", message, links))
    return parts


def canonical(text: str, country: str = "") -> str:
    """What a person typed as a telephone number, as E.164. `country` (ISO 3166, "DE") is whose national numbers count; "" is ours.

    Raises BadRequest with what to do.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text[:40], country.upper() or _our_country())
    except phonenumbers.NumberParseException:
        raise BadRequest("this is no telephone number: write it with its country code, as +4915112345678") from None
    if not phonenumbers.is_valid_number(number):
        raise BadRequest("this telephone number does not exist: write it with its country code, as +4915112345678")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _our_country() -> str | None:
    """That of the business's own number."""
    import phonenumbers

    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(settings.optional("SMS_NUMBER")))
    except phonenumbers.NumberParseException:
        return None


def _provider() -> Provider:
    name = settings.optional("SMS_PROVIDER", "twilio")
    return cast("Provider", import_module(f"chalicelib.channels.sms.{name}"))


def _send_part(provider: Provider, message: Message, part: Text) -> str:
    """Not every number and carrier takes pictures: what is refused with them goes with links to them."""
    try:
        return provider.send(part)
    except Stopped:
        identities.block("sms", message.address, "stopped", now())
        raise
    except Undeliverable:
        if not part.media:
            raise
    links = [file_links.link(message, entry) for entry in part.media]
    return [provider.send(replace(part, body=body, media=())) for body in segments.split("\n".join([*filter(None, [part.body]), *links]))][
        -1
    ]


def _joined(text: str, message: Message, links: Iterable[str]) -> str:
    """The text with its links below."""
    own = [message.link] if message.link and message.link not in text else []
    return "\n".join([*([text] if text else []), *own, *links])


def _respect_quiet_hours(message: Message) -> None:
    if not message.meta.get("unasked"):
        return
    from chalicelib.channels import quiet_hours

    if quiet_hours.parse(settings.optional("QUIET_HOURS")).hold(now(), settings.optional("TIME_ZONE", "UTC")):
        raise Postponed("it is quiet now: what answers nothing is not sent by SMS")


_CONFIRMATIONS: dict[tuple[str, bool], str] = {
    ("stop", False): "{business}: you will get no more text messages from us. Reply START to get them again.",
    ("stop", True): "【{business}】您已退订，我们不会再给您发送短信。回复“订阅”可恢复。",
    ("start", False): "{business}: you will get text messages from us again. Reply HELP for help, STOP to end them.",
    ("start", True): "【{business}】已恢复短信服务。回复“帮助”获取帮助，回复“退订”停止接收。",
    ("help", False): "{business} customer service: write your question here and you will get an answer{contact}. Reply STOP to end texts.",
    ("help", True): "【{business}】客服：直接回复您的问题，我们会答复您{contact}。回复“退订”停止接收短信。",
}


def _confirmation(to: Message, word: str) -> Message:
    """Once for each keyword message, in its language; the one message that also goes to whoever said STOP."""
    chinese = keywords.is_chinese(to.text)
    support, language = settings.optional("SUPPORT_ADDRESS"), "zh" if chinese else "en"
    contact = (f"，或发邮件至 {support}" if chinese else f", or mail {support}") if support else ""
    return Message(
        thread=to.thread,
        id=f"k+{to.id}",
        direction="outgoing",
        channel="sms",
        at=to.at + 1,
        text=_CONFIRMATIONS[word, chinese].format(business=current.name(language, "Baton"), contact=contact),
        address=to.address,
        name=current.name(language),
        by="bot",
        state="pending",
        language=language,
        meta={"confirmation": True},
    )
