"""Twilio's side of SMS: its signatures, its form, its REST API. Standards: twilio.com/docs/usage/security."""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha1, sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit

from chalicelib.errors import BadRequest, TooLarge, Unavailable, Uncertain, Undeliverable

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

LARGEST = 64 * 1024  # bytes of a form; a text message has at most 1,600 characters and ten media
FIELDS = 200
_SID = re.compile(r"SM[0-9a-f]{32}|MM[0-9a-f]{32}")

# What Twilio will never send, however often it is asked (twilio.com/docs/api/errors).
_NEVER = {
    21211: "this is not a valid phone number",
    21212: "our own number is not valid",
    21408: "messages to this country are not allowed in the Twilio account",
    21606: "our own number cannot send text messages",
    21610: "this customer said STOP and gets no messages any more",
    21612: "this number cannot be reached from ours",
    21614: "this is not a mobile number",
    21617: "the text is longer than 1,600 characters",
    21659: "our own number does not belong to the Twilio account",
}


def form(body: bytes) -> list[tuple[str, str]]:
    """Names and values in sending order. Raises TooLarge, BadRequest."""
    if len(body) > LARGEST:
        raise TooLarge(f"a text message's form has at most {LARGEST} bytes")
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=FIELDS)
    except ValueError as error:  # UnicodeDecodeError is one
        raise BadRequest("this is not a form in UTF-8") from error


def verify(url: str, params: Iterable[tuple[str, str]], signature: object, tokens: Iterable[str], body: bytes = b"") -> bool:
    """Is it Twilio's signature, by any of the account's tokens (two during a rotation)?

    `url` is the public address as Twilio calls it, never made from the Host header. A JSON `body` is not signed itself, but its hash
    stands in the address.
    """
    if not isinstance(signature, str) or not signature:
        return False
    expected_hash = parse_qs(urlsplit(url).query).get("bodySHA256")
    if expected_hash and not hmac.compare_digest(sha256(body).hexdigest().encode(), expected_hash[0].lower().encode()):
        return False
    signed = "" if expected_hash else _joined(params)
    given = signature.encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(_signature(token, address + signed), given) for token in tokens for address in _addresses(url)]
    return any(matches)


def _signature(token: str, text: str) -> bytes:
    return b64encode(hmac.digest(token.encode(), text.encode("utf-8", "surrogatepass"), sha1))


def _joined(params: Iterable[tuple[str, str]]) -> str:
    """Keys sorted; the values of one key sorted and made unique."""
    values: dict[str, set[str]] = {}
    for name, value in params:
        values.setdefault(name, set()).add(value)
    return "".join(name + value for name in sorted(values) for value in sorted(values[name]))


def _addresses(url: str) -> list[str]:
    """Twilio signs with the port or without it, which no one can tell beforehand."""
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    bare = re.sub(r":\d+$", "", host)
    port = "443" if parts.scheme == "https" else "80"
    hosts = [host, bare] if host != bare else [host, f"{host}:{port}"]
    return [urlunsplit(parts._replace(netloc=credentials + at + name)) for name in hosts]


def is_sid(value: str) -> bool:
    return bool(_SID.fullmatch(value))


def send(api: str, account: str, token: str, fields: dict[str, str]) -> str:
    """Posts one message; its sid. Raises Undeliverable, Unavailable (nothing left), Uncertain (the answer was lost)."""
    from urllib3 import exceptions, make_headers

    url = f"{api}/2010-04-01/Accounts/{account}/Messages.json"
    try:
        answer = _pool().request("POST", url, fields=fields, encode_multipart=False, headers=make_headers(basic_auth=f"{account}:{token}"))
    except (exceptions.ConnectTimeoutError, exceptions.NewConnectionError, exceptions.SSLError) as error:
        raise Unavailable(f"Twilio cannot be reached: {type(error).__name__}") from error
    except exceptions.HTTPError as error:
        raise Uncertain("Twilio may have taken the message, but its answer was lost") from error
    return _sid(answer)


@cache
def _pool() -> PoolManager:
    """No retries: a repeated call after a lost answer would be a second message."""
    from urllib3 import PoolManager, Timeout

    return PoolManager(timeout=Timeout(connect=3, read=10), retries=False, maxsize=2)


def _sid(answer: BaseHTTPResponse) -> str:
    try:
        told = json.loads(answer.data)
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    if answer.status in (200, 201):
        sid = told.get("sid")
        if not sid:
            raise Uncertain("Twilio said yes, but not which message it made")
        return str(sid)
    code = told.get("code")
    if code in _NEVER:
        raise Undeliverable(f"{_NEVER[code]} ({code})")
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"Twilio answered {answer.status}")
    if answer.status in (401, 403):
        raise Undeliverable("Twilio refused our account: its id or token in the parameter store is wrong")
    raise Undeliverable(f"Twilio refused the message: {answer.status}, error {code}")
