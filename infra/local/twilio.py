"""What Twilio sends and answers: its webhook form and signature, its Message resource and its errors. No network here."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

LONGEST = 1600
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


def incoming(account: str, ours: str, theirs: str, text: str, sid: str) -> dict[str, str]:
    """The form that Twilio posts when an SMS arrives."""
    return {
        "ToCountry": "US",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
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
    if not text:
        raise Refusal(400, 21602, "Message body is required.")
    if len(text) > LONGEST:
        raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")


def resource(account: str, form: Mapping[str, str], sid: str, now: datetime | None = None) -> dict[str, Any]:
    """The Message resource that answers an accepted message."""
    made = format_datetime(now or datetime.now(UTC))
    return {
        "account_sid": account,
        "api_version": "2010-04-01",
        "body": form["Body"],
        "date_created": made,
        "date_sent": None,
        "date_updated": made,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": form["From"],
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(form["Body"])),
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/{account}/Messages/{sid}/Media.json"},
        "to": form["To"],
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{sid}.json",
    }
