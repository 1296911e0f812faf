"""What Twilio sends and answers: its webhook form and signature, its Message resource and its errors. No network here."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

LONGEST = 1600
# Twilio's magic numbers (twilio.com/docs/iam/test-credentials): refused at once, with these errors.
REFUSED = {
    "+15005550001": (21211, "Invalid 'To' Phone Number: +15005550001"),
    "+15005550002": (21612, "The 'To' phone number: +15005550002, is not currently reachable using the 'From' phone number"),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: +15005550003"),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number: +15005550009, is not a valid mobile number"),
}
# Ours: accepted, and then not delivered, with this error.
LOST = re.compile(r"\+15005553(000|00[3-8])")
# Ours: the call is accepted and never answered.
SILENT = re.compile(r"\+1500555311\d")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_GSM = re.compile(r"[\n\r -Z_a-z£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¡ÄÖÑÜ§¿äöñüà]*")


@dataclass(eq=False)
class Refusal(Exception):
    """One of Twilio's errors (https://www.twilio.com/docs/api/errors)."""

    status: int
    code: int
    message: str

    def body(self) -> dict[str, Any]:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more, "status": self.status}


def new_sid(kind: str) -> str:
    """A random id as Twilio makes them: two letters and 32 hexadecimal digits."""
    return kind + uuid4().hex


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature of a form posted to the address."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def incoming(account: str, ours: str, theirs: str, text: str, sid: str, *, media: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """The form that Twilio posts when an SMS arrives. `media`: address and type of each picture."""
    pictures = {f"MediaUrl{n}": url for n, (url, _) in enumerate(media)} | {f"MediaContentType{n}": t for n, (_, t) in enumerate(media)}
    return {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": str(len(media)),
        **pictures,
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": text,
        "FromCountry": "",
        "To": ours,
        "ToZip": "",
        "NumSegments": str(segments(text)),
        "MessageSid": sid,
        "AccountSid": account,
        "From": theirs,
        "ApiVersion": "2010-04-01",
    }


def reports(account: str, sid: str, ours: str, theirs: str) -> list[dict[str, str]]:
    """The forms of the status callbacks about a message that was accepted."""
    lost = LOST.fullmatch(theirs)
    last = {"MessageStatus": "undelivered", "ErrorCode": f"30{lost[1]}"} if lost else {"MessageStatus": "delivered"}
    always = {"MessageSid": sid, "SmsSid": sid, "AccountSid": account, "From": ours, "To": theirs, "ApiVersion": "2010-04-01"}
    return [always | told | {"SmsStatus": told["MessageStatus"]} for told in ({"MessageStatus": "sent"}, last)]


def segments(text: str) -> int:
    """How many SMS the text takes."""
    single, joined = (160, 153) if _GSM.fullmatch(text) else (70, 67)
    return 1 if len(text) <= single else -(-len(text) // joined)


def check(form: Mapping[str, str], ours: str) -> None:
    """Raises Refusal for what Twilio would not send."""
    to, sender, text = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    if not to:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    if not _NUMBER.fullmatch(to):
        raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not sender:
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if sender != ours:
        raise Refusal(400, 21606, f"The 'From' phone number {sender} is not a valid, SMS-capable inbound phone number for your account.")
    if to in REFUSED:
        raise Refusal(400, *REFUSED[to])
    if not text and "MediaUrl" not in form:
        raise Refusal(400, 21602, "Message body is required.")
    if len(text) > LONGEST:
        raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")


def resource(account: str, form: Mapping[str, str], sid: str, now: datetime | None = None) -> dict[str, Any]:
    """The Message resource that answers an accepted message."""
    made = format_datetime(now or datetime.now(UTC))
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form.get("Body", ""),
        "date_created": made,
        "date_sent": None,
        "date_updated": made,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form["From"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(form.get("Body", ""))),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json"},
        "to": form["To"],
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
    }
