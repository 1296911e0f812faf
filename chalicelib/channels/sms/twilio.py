"""Twilio as a provider of SMS: its signatures and forms, its status callbacks, its REST API.

Standards: twilio.com/docs/usage/security, /docs/messaging/guides/webhook-request, /docs/messaging/guides/track-outbound-message-status,
/docs/api/errors.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit

from chalicelib import freshness, settings
from chalicelib.channels.sms import adapter
from chalicelib.channels.tags import tagged, untagged
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, Forbidden, TooLarge, Unavailable, Uncertain, Undeliverable
from chalicelib.observability import log, now

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

    from chalicelib.channels.receipts import Event

PATH = "/sms/twilio"
STATUS_PATH = "/sms/twilio/status"
# How the console's address should end, so that Twilio tries five times whatever goes wrong (docs/operate.md). It is not sent.
RETRIES = "#rc=5&rp=all"

LARGEST = 64 * 1024  # bytes of a form; a text message has at most 1,600 characters and ten media
FIELDS = 200
MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})
MEDIA_SIZE = 5 * 1024 * 1024  # bytes of all pictures of a message
_SID = re.compile(r"SM[0-9a-f]{32}|MM[0-9a-f]{32}")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,200}")

# What Twilio will never send, however often it is asked, or could not deliver.
_NEVER = {
    21211: "this is not a valid phone number",
    21212: "our own number is not valid",
    21408: "messages to this country are not allowed in the Twilio account",
    21606: "our own number cannot send text messages",
    21610: "this customer said STOP and gets no messages any more",
    21612: "this number cannot be reached from ours",
    21614: "this is not a mobile number",
    21617: "the text is longer than 1,600 characters",
    21620: "Twilio cannot fetch the picture",
    21623: "there are more pictures than Twilio takes",
    21659: "our own number does not belong to the Twilio account",
    30003: "the phone is switched off or out of reach",
    30004: "the message was blocked: by the customer or their carrier",
    30005: "this number does not exist any more",
    30006: "this is a landline, or its carrier takes no text messages",
    30007: "the carrier took the message for spam",
    30008: "the carrier did not say why",
    30034: "our number is not registered for business messages (A10DLC)",
}
STOPPED = 21610
GONE = frozenset({30005, 30006})  # nothing will ever arrive there

_EVENTS: dict[str, Event] = {"sent": "sent", "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed"}


def webhook(body: bytes, headers: Mapping[str, str]) -> bool:
    """A text message came; False if it had come before. Raises what `receive` raises, and Unavailable."""
    return adapter.take(receive(body, headers))


def receive(body: bytes, headers: Mapping[str, str]) -> Message:
    """What to store for a webhook's raw body, after its signature is proven.

    `headers` in any case. Raises TooLarge, Forbidden (wrong signature), BadRequest (not a text message's form).
    """
    return incoming(_proven(body, headers, PATH), now())


def incoming(params: Mapping[str, str], at: int) -> Message:
    """The message in a form whose signature was proven. Raises BadRequest."""
    sid = params.get("MessageSid", "")
    if not _SID.fullmatch(sid):
        raise BadRequest("MessageSid is missing or not Twilio's")
    if "Body" not in params and "NumMedia" not in params:
        raise BadRequest("this form is not of a text message")
    ours, theirs, text = (params.get(name, "") for name in ("To", "From", "Body"))
    return adapter.incoming(sid, ours, theirs, text, at, said=params.get("OptOutType", ""), media=_media(params))


def status(body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    """What became of a message that we sent: the new state, for the log. Repeated and late reports do no harm.

    Raises TooLarge, Forbidden, BadRequest, Unavailable.
    """
    wanted = {name: query[name] for name in ("thread", "message", "part") if name in query}
    if not {"thread", "message"} <= wanted.keys() or wanted.keys() != query.keys():
        raise BadRequest("thread and message must say which message this is about")
    if not all(map(_TAG.fullmatch, wanted.values())):
        raise BadRequest("thread and message must be as we gave them")
    params = _proven(body, headers, _status_path(**wanted))
    if not _SID.fullmatch(params.get("MessageSid", "")):
        raise BadRequest("MessageSid is missing or not Twilio's")
    return _report(wanted["thread"], untagged(wanted["message"]), params, final="part" not in wanted)


def media(to: str, files: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Pictures that can go as MMS: to North America only, up to ten of them and five megabytes."""
    chosen: list[dict[str, Any]] = []
    for entry in files if to.startswith("+1") else ():
        fits = sum(known["size"] for known in chosen) + entry["size"] <= MEDIA_SIZE and len(chosen) < adapter.MEDIA
        if fits and entry["type"] in MEDIA_TYPES and entry["fate"] in ("stored", "inline"):
            chosen.append(entry)
    return tuple(chosen)


def send(text: adapter.Text) -> str:
    """Posts one message; its sid. Raises Undeliverable, Unavailable (nothing left), Uncertain (the answer was lost)."""
    account, known = settings.twilio(), settings.addresses()
    if not account.account_sid or not account.auth_tokens:
        raise Undeliverable("no Twilio account is set up: store its id and token first")
    fields = [("To", text.to), ("From", settings.env("SMS_NUMBER"))]
    fields += [("Body", text.body)] if text.body else []
    fields += [("MediaUrl", _picture(text.thread, entry)) for entry in text.media]
    if text.followed:
        part = {"part": text.part} if text.part else {}
        fields += [("StatusCallback", known.public_url + _status_path(text.thread, tagged(text.message), **part))]
    return _post(known.twilio_api, account.account_sid, account.auth_tokens[0], fields)


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


def _proven(body: bytes, headers: Mapping[str, str], path: str) -> dict[str, str]:
    """The form that was posted to our path, if Twilio signed it. Raises TooLarge, BadRequest, Forbidden."""
    params = form(body)
    public, tokens = settings.addresses().public_url, settings.twilio().auth_tokens
    signature = next((value for name, value in headers.items() if name.lower() == "x-twilio-signature"), "")
    # Twilio's documentation does not say whether it signs the address with its settings for retries, so both are right.
    urls = (public + path, public + path + RETRIES)
    if not any(verify(url, params, signature, tokens) for url in urls):
        raise Forbidden("this is not Twilio's signature")
    return dict(params)


def _status_path(thread: str, message: str, part: str = "") -> str:
    """Always in this order, as the gateway tells a function the query's values but not their order, which is signed."""
    return f"{STATUS_PATH}?thread={thread}&message={message}" + (f"&part={part}" if part else "")


def _report(thread: str, message_id: str, params: Mapping[str, str], *, final: bool) -> str:
    """A text counts as sent or delivered with its last part, as failed with any."""
    from chalicelib.channels import receipts

    event = _EVENTS.get(params.get("MessageStatus", ""))
    number = params.get("ErrorCode", "")
    code = int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0
    if not event or not message_id or not (final or event == "failed"):
        return "nothing_new"
    detail = f"{_NEVER.get(code, 'Twilio could not deliver it')} ({code})" if event == "failed" else ""
    happened: Event = "stopped" if code == STOPPED else "bounced" if code in GONE else event
    done = receipts.apply(
        thread,
        message_id,
        happened,
        now(),
        detail=detail,
        provider_id=params["MessageSid"],
        permanent=code in GONE,
        address=params.get("To", ""),
    )
    log.info("sms_status", status=params.get("MessageStatus"), code=code, state=done)
    return done


def _media(params: Mapping[str, str]) -> list[dict[str, str]]:
    count = params.get("NumMedia", "0")
    several = min(int(count), adapter.MEDIA) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    return [{"url": params.get(f"MediaUrl{i}", "")[:500], "type": params.get(f"MediaContentType{i}", "")[:80]} for i in range(several)]


def _picture(thread: str, entry: dict[str, Any]) -> str:
    from chalicelib.conversations import files

    return files.download_address(thread, entry)


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


def _post(api: str, account: str, token: str, fields: list[tuple[str, str]]) -> str:
    from urllib3 import exceptions, make_headers

    url = f"{api}/2010-04-01/Accounts/{account}/Messages.json"
    try:
        if freshness.is_stale("twilio"):
            _pool().clear()
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
    if code == STOPPED:
        raise adapter.Stopped(f"{_NEVER[STOPPED]} ({STOPPED})")
    if code in _NEVER:
        raise Undeliverable(f"{_NEVER[code]} ({code})")
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"Twilio answered {answer.status}")
    if answer.status in (401, 403):
        raise Undeliverable("Twilio refused our account: its id or token in the parameter store is wrong")
    raise Undeliverable(f"Twilio refused the message: {answer.status}, error {code}")
