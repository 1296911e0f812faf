"""Is it really from Amazon SNS, and of a topic of ours? Signatures of notifications and of (un)subscription messages, versions 1 and 2.

Anybody with an AWS account can make SNS sign, so the topic counts as much as the signature. The certificate's address comes
with the message: it is asked for only if it is SNS's own, over https, without redirects or proxies, and kept per container.
Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html; RFC 8017, 8.2 (RSASSA-PKCS1-v1_5).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from chalicelib import settings
from chalicelib.errors import Forbidden, Unavailable

if TYPE_CHECKING:
    from urllib3 import PoolManager

SKEW = 5 * 60_000  # ms that the two clocks may differ
LARGEST = 16 * 1024  # bytes of a certificate's file
KEPT = 16  # certificates; SNS has one per region, changed about once a year

_SUBSCRIPTION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": _SUBSCRIPTION,
    "UnsubscribeConfirmation": _SUBSCRIPTION,
}
_HOST = r"https://sns\.[a-z]{2}(?:-[a-z]+)+-[0-9]\.amazonaws\.com(?:\.cn)?/"
_CERTIFICATE = re.compile(_HOST + r"[A-Za-z0-9_-]+\.pem")
_SUBSCRIBE = re.compile(_HOST + r"\?[!-~]*")

# By SignatureVersion: the hash, and the DER of DigestInfo before it.
_HASHES = {
    "1": ("sha1", bytes.fromhex("3021300906052b0e03021a05000414")),
    "2": ("sha256", bytes.fromhex("3031300d060960864801650304020105000420")),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A certificate's RSA key and how long (Unix ms) it may be used."""

    modulus: int
    exponent: int
    since: int
    until: int


_keys: dict[str, Key] = {}


def verified(message: object, topics: Collection[str], now: int, oldest: int = settings.HOUR) -> dict[str, str]:
    """What SNS signed of a message: MessageId, Message, Timestamp, TopicArn, Type, and Subject, Token, SubscribeURL if there.

    `message`: the parsed body of a POST or the `Sns` part of a Lambda event (whose names end in Url, not URL). `topics`: our ARNs.
    `oldest` (ms): what is older is a replay; give more where AWS itself may deliver late and a repeated message does no harm.
    Raises Forbidden for whatever is not proven, Unavailable if the certificate cannot be fetched now.
    """
    fields = _fields(message)
    if fields["TopicArn"] not in topics:
        raise Forbidden("this topic is not ours")
    sent = moment(fields["Timestamp"])
    if not now - oldest <= sent <= now + SKEW:
        raise Forbidden("this SNS message is too old, or from the future")
    signed = {name: fields[name] for name in _SIGNED[fields["Type"]] if name in fields}
    if "SubscribeURL" in signed and not _SUBSCRIBE.fullmatch(signed["SubscribeURL"]):
        raise Forbidden("the address to subscribe is not SNS's")
    key = _key(fields["SigningCertURL"])
    if not key.since <= sent <= key.until:
        raise Forbidden("the certificate was not valid then")
    text = "".join(f"{name}\n{value}\n" for name, value in signed.items())
    if not _fits(text.encode("utf-8", "surrogatepass"), fields["Signature"], fields["SignatureVersion"], key):
        raise Forbidden("this is not SNS's signature")
    return signed


def _fields(message: object) -> dict[str, str]:
    """The fields that are texts, in one spelling. Raises Forbidden if one is missing that every message has."""
    if not isinstance(message, dict):
        raise Forbidden("this is no SNS message")
    fields = {re.sub("Url$", "URL", name): value for name, value in message.items() if isinstance(name, str) and isinstance(value, str)}
    signed = set(_SIGNED.get(fields.get("Type", ""), ())) - {"Subject"}
    if not signed or not signed | {"Signature", "SignatureVersion", "SigningCertURL"} <= fields.keys():
        raise Forbidden("this is no whole SNS message")
    return fields


def moment(text: str) -> int:
    """Unix ms of a Timestamp. Raises Forbidden."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise Forbidden("the time of this SNS message cannot be read") from None


def _fits(text: bytes, signature: str, version: str, key: Key) -> bool:
    """RSASSA-PKCS1-v1_5 by comparing encoded messages, as the RFC advises: nothing of the signature is parsed."""
    if version not in _HASHES:
        return False
    try:
        given = b64decode(signature, validate=True)
    except ValueError:
        return False
    name, prefix = _HASHES[version]
    length = (key.modulus.bit_length() + 7) // 8
    number = int.from_bytes(given, "big")
    if len(given) != length or number >= key.modulus:
        return False
    ending = b"\x00" + prefix + hashlib.new(name, text, usedforsecurity=False).digest()
    expected = b"\x00\x01" + b"\xff" * (length - 2 - len(ending)) + ending
    return hmac.compare_digest(pow(number, key.exponent, key.modulus).to_bytes(length, "big"), expected)


def _key(url: str) -> Key:
    known = settings.addresses().sns_certificates
    if not _CERTIFICATE.fullmatch(url) and not (known and url.startswith(known)):
        raise Forbidden("the certificate's address is not SNS's")
    if url not in _keys:
        if len(_keys) >= KEPT:
            _keys.clear()
        _keys[url] = read_certificate(fetch(url))
    return _keys[url]


def fetch(url: str) -> bytes:
    """A certificate's file. Raises Forbidden if there is none, Unavailable if it cannot be had now."""
    from urllib3.exceptions import HTTPError

    try:
        answer = _pool().request("GET", url, redirect=False, preload_content=False)
        try:
            content = answer.read(LARGEST + 1)
        finally:
            answer.close()
    except HTTPError as error:
        raise Unavailable(f"SNS's certificate cannot be fetched: {type(error).__name__}") from error
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"SNS's certificate cannot be fetched: {answer.status}")
    if answer.status != 200 or len(content) > LARGEST:
        raise Forbidden(f"there is no certificate at its address: {answer.status}")
    return content


@cache
def _pool() -> PoolManager:
    from urllib3 import PoolManager, Timeout

    return PoolManager(timeout=Timeout(connect=2, read=3), retries=False, maxsize=1)


def read_certificate(pem_bytes: bytes) -> Key:
    """Raises Forbidden for what is no certificate of an RSA key of at least 2,048 bits."""
    from asn1crypto import pem, x509

    try:
        _name, _headers, der = pem.unarmor(pem_bytes)
        certificate = x509.Certificate.load(der, strict=True)
        public = certificate.public_key["public_key"].parsed.native
        since, until = (int(moment.timestamp() * 1000) for moment in (certificate.not_valid_before, certificate.not_valid_after))
        modulus, exponent = int(public["modulus"]), int(public["public_exponent"])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Forbidden("this is no certificate of an RSA key") from None
    if modulus.bit_length() < 2048 or exponent < 3:
        raise Forbidden("the certificate's key is too weak")
    return Key(modulus, exponent, since, until)
