"""Mails about our mails: delivery reports (RFC 3464, and what older servers write), read receipts (RFC 8098), complaints (RFC 5965).

Anybody can write such a mail. It counts only if it quotes our signed reference (email_thread), which belongs to one message and
to the one address that it was sent to: so it joins that message's thread, and marks that message and that address only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any

from chalicelib.channels.email import thread as email_thread
from chalicelib.channels.email import words as email_words
from chalicelib.channels.email.parse import Mail

LOOKED_AT = 300_000  # bytes of a report; what it quotes of our mail comes early
ADDRESSES = 20
_FIELDS = 200

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_QMAIL = re.compile(r"^<([^<>\s]{3,320})>:", re.MULTILINE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45]\d\d)[ -]")
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status", "message/feedback-report"})

# What a server means by "5.1.1" or "550" stands in its words; some say so of a full mailbox, or of a sender that they dislike.
_NOBODY = re.compile(
    r"user (is )?unknown|unknown (user|recipient|address|local)|no such (user|mailbox|recipient|person|address|local)"
    r"|does ?n[o']t (exist|have)|not (a )?(known|found|valid|listed)|invalid (recipient|mailbox|user|address)|user not found"
    r"|(mailbox|account|user|address)[^.\n]{0,40} (unavailable|disabled|not exist|rejected)|unrouteable|not our customer"
    r"|recipient (address )?(rejected|not found)|no mailbox|用户不存在|邮箱不存在|查无此|使用者不存在|信箱不存在",
    re.IGNORECASE,
)
_PASSING = re.compile(
    r"full|quota|exceed|too (large|many|big)|polic|spam|block|black ?list|reputation|denied|content|virus|relay|try again|temporar|greylist"
    r"|rate|timed? ?out|suspend|sender|filter|authenticat|dmarc|spf|dkim|size|mailer error|couldn't create|ISP|access|已满|超过|拒绝",
    re.IGNORECASE,
)
_GONE = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})  # RFC 3463, 3.2 and 3.3; RFC 7505
_NOT_ABUSE = frozenset({"not-spam", "auth-failure", "dmarc", "virus", "other"})


@dataclass(frozen=True, slots=True)
class Failure:
    """What a server says of one recipient. `permanent`: nobody is there, and nobody will be."""

    address: str
    action: str  # RFC 3464: failed, delayed, delivered, relayed, expanded
    status: str
    detail: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class About:
    """The message of ours that a report is about, and what it says of it: an event of `receipts`, or "" for a mere notice."""

    thread: str
    message: str
    event: str = ""
    detail: str = ""
    permanent: bool = False

    def told(self) -> dict[str, Any]:
        """For the `meta` of the report's own message; empty for what moves nothing."""
        if not self.event:
            return {}
        return {"message": self.message, "event": self.event, "detail": self.detail} | ({"permanent": True} if self.permanent else {})


def about(mail: Mail, raw: bytes) -> About | None:
    """None if the mail quotes no message that we sent. Pure but for the signatures."""
    text = _unfolded(raw)
    fields = list(_blocks(raw)) if mail.type == "multipart/report" else []
    failures = _failures(mail, fields, text)
    told = [f.address for f in failures] + [mail.address]
    for reference in email_thread.references_in(text):
        for customer in _unique([*told, *_ADDRESS.findall(text)]):
            if email_thread.is_reference_to(reference, customer):
                return _said(reference.thread, reference.message, customer, failures, _complaint(fields))
    return None


def failures(mail: Mail, raw: bytes) -> list[Failure]:
    """What a bounce says, whosoever mail it is about. Pure."""
    fields = list(_blocks(raw)) if mail.type == "multipart/report" else []
    return _failures(mail, fields, _unfolded(raw))


def _said(thread: str, message: str, customer: str, failures: list[Failure], complaint: bool) -> About:
    if complaint:
        return About(thread, message, "complaint", "the customer's provider reports our mail as unwanted")
    mine = next((f for f in failures if f.address == customer), None)
    if not mine or mine.action not in ("failed", "delayed"):
        return About(thread, message)
    event = "bounced" if mine.action == "failed" and mine.permanent else "failed" if mine.action == "failed" else "delayed"
    return About(thread, message, event, mine.detail[:300], mine.permanent)


def _failures(mail: Mail, fields: list[tuple[str, dict[str, str]]], text: str) -> list[Failure]:
    found = [_failure(block, mail.text) for kind, block in fields if kind != "message/feedback-report" and "final-recipient" in block]
    if found or mail.type == "multipart/report":
        return found[:ADDRESSES]
    named = email_words.addresses(mail.header("x-failed-recipients")) or [a.lower() for a in _QMAIL.findall(text)]
    words = _own_words(mail.text)
    status = next(iter(_STATUS.findall(words)), "")
    return [Failure(a, "failed", status, _around(words, a), _is_gone(status, words)) for a in _unique(named)[:ADDRESSES]]


def _failure(block: dict[str, str], human: str) -> Failure:
    address = _recipient(block.get("final-recipient", "")) or _recipient(block.get("original-recipient", ""))
    words = block.get("diagnostic-code", "")
    told = [*_STATUS.findall(block.get("status", "")), *reversed(_STATUS.findall(words))]
    status = next((s for s in told if not s.endswith(".0.0")), next(iter(told), ""))
    action = block.get("action", "failed").partition(";")[0].strip().lower()
    detail = email_words.plain_line(words.partition(";")[2].strip() or words or status)
    return Failure(address, action, status, detail, action == "failed" and _is_gone(status, words or _own_words(human)))


def _is_gone(status: str, words: str) -> bool:
    """Only a server that says so plainly: an address that is wrongly given up is a customer who hears nothing more."""
    inner = next((s for s in _STATUS.findall(words) if not s.endswith(".0.0")), status)
    code = next(iter(_CODE.findall(words)), "")
    if code.startswith("4") and not _NOBODY.search(words):
        return False
    if _PASSING.search(_ADDRESS.sub(" ", words)):
        return False
    return bool(_NOBODY.search(words)) or inner in _GONE or (not words and status in _GONE)


def _complaint(fields: list[tuple[str, dict[str, str]]]) -> bool:
    kinds = [block.get("feedback-type", "").strip().lower() for kind, block in fields if kind == "message/feedback-report"]
    return any(kind and kind not in _NOT_ABUSE for kind in kinds)


def _blocks(raw: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """The groups of fields in a report's machine-readable parts, each with its part's type."""
    try:
        root = BytesParser().parsebytes(raw[:LOOKED_AT])
        parts = [part for part in root.walk() if part.get_content_type() in _REPORTS]
    except (RecursionError, ValueError, LookupError, AssertionError):
        return
    for part in parts[:10]:
        payload: Any = part.get_payload()
        groups = payload if isinstance(payload, list) else [payload]
        for group in groups[:ADDRESSES]:
            yield part.get_content_type(), _fields(str(group))


def _fields(text: str) -> dict[str, str]:
    unfolded = re.sub(r"\r?\n[ \t]+", " ", text)
    lines = [line.partition(":") for line in unfolded.splitlines()[:_FIELDS]]
    return {name.strip().lower(): value.strip() for name, colon, value in lines if colon}


def _recipient(value: str) -> str:
    """Of `rfc822; <someone@example.com>`."""
    return next(iter(_ADDRESS.findall(value.partition(";")[2] or value)), "").lower()


def _own_words(text: str) -> str:
    """What the server says itself, before the copy of our mail."""
    return re.split(r"^-{3,}|^Return-Path:|Original message", text, maxsplit=1, flags=re.MULTILINE)[0]


def _around(words: str, address: str) -> str:
    """The lines that follow the address: there the reason stands."""
    after = words.lower().find(address)
    lines = words[max(after, 0) :].splitlines()[:4]
    return email_words.plain_line(" ".join(line.strip() for line in lines))[:300]


def _unfolded(raw: bytes) -> str:
    """ASCII as it stands, soft line ends of quoted-printable undone: references and addresses hold no other characters."""
    return re.sub(rb"=\r?\n", b"", raw[:LOOKED_AT]).decode("latin-1")


def _unique(addresses: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(a.lower() for a in addresses if a))[:ADDRESSES]
