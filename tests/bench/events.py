"""What providers and gateways hand to an intake function, and what AWS answers it while the wire is cut off."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode

from chalicelib import settings, tokens
from chalicelib.aws.dynamodb import encode
from infra.local import mails
from infra.shared_parameters import items

QUESTION = "Where is my order 4711?"
SUPPORT = "support@shop.example"
ADDRESS = "https://site.example/api"
SECRET = "r" * 64
TWILIO_TOKEN = "t" * 32
PARAMETERS = {
    "secrets/root": SECRET,
    "secrets/twilio_account_sid": "AC" + "0" * 32,
    "secrets/twilio_auth_token": TWILIO_TOKEN,
    "stack/public_url": ADDRESS,
    "stack/socket_url": "wss://socket.example/api",
    "stack/socket_endpoint": "https://socket.example/api",
}


def rest(path: str, body: str, headers: dict[str, str]) -> dict[str, Any]:
    """A POST, as API Gateway hands it over."""
    return {
        "resource": path,
        "path": path,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": "POST",
            "requestId": "r",
            "stage": "api",
            "path": f"/api{path}",
            "identity": {},
        },
        "isBase64Encoded": False,
        "body": body,
    }


def plain() -> dict[str, Any]:
    body = {"from": "+4915112345678", "id": "SM1", "at": "1795290612687", "text": QUESTION}
    return rest("/webhook", json.dumps(body), {"content-type": "application/json"})


def sms() -> dict[str, Any]:
    """Twilio's webhook with its signature."""
    form = {
        "MessageSid": "SM" + "a" * 32,
        "AccountSid": "AC" + "0" * 32,
        "From": "+4915112345678",
        "To": "+4930123456",
        "Body": QUESTION,
        "NumMedia": "0",
    }
    signed = f"{ADDRESS}/sms/twilio" + "".join(name + form[name] for name in sorted(form))
    signature = b64encode(hmac.digest(TWILIO_TOKEN.encode(), signed.encode(), "sha1")).decode()
    return rest("/sms/twilio", urlencode(form), {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature})


VISITORS = 100  # each writes as often as people do; one who wrote all of it would be held up


def frames() -> list[dict[str, Any]]:
    """One message of each visitor on the WebSocket, with its token."""
    with patch.object(settings, "_read", items(PARAMETERS).__getitem__):
        return [_frame(tokens.issue("visitor", f"w{n:032x}", 4_000_000_000_000)) for n in range(VISITORS)]


def _frame(token: str) -> dict[str, Any]:
    body = {"action": "message", "token": token, "id": "message-1", "text": QUESTION}
    context = {"connectionId": "c", "domainName": "socket.example", "stage": "api", "apiId": "a", "eventType": "MESSAGE"}
    return {"requestContext": context, "body": json.dumps(body), "isBase64Encoded": False}


def raw_mail() -> str:
    """Text and HTML, as a mail program sends it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Zoë <zoe@customer.example>", SUPPORT, "Order 4711 – where is it?"
    mail["Date"], mail["Message-ID"] = "Sat, 21 Nov 2026 17:00:00 +0000", "<1@customer.example>"
    mail.set_content(f"Good day,\n\n{QUESTION} It was to come on Friday – à bientôt.\n\nZoë\n")
    mail.add_alternative(f"<p>Good day,</p><p>{QUESTION} It was to come on Friday – à bientôt.</p><p>Zoë</p>", subtype="html")
    return mail.as_string()


def notification() -> dict[str, Any]:
    """SES's, through SNS, for the raw mail in its bucket."""
    place = {"bucketName": "mail", "topicArn": "arn:aws:sns:eu-central-1:123456789012:mail"}
    told = mails.notification(
        raw_mail().encode(), "s" * 40, "zoe@customer.example", [SUPPORT], place=place, now=datetime(2026, 11, 21, 17, tzinfo=UTC)
    )
    return {
        "Records": [{"Sns": {"Subject": "Amazon SES Email Receipt Notification", "Message": json.dumps(told), "MessageAttributes": {}}}]
    }


def answers() -> dict[str, Any]:
    """AWS's answers by operation (and the key that it asks for), or by HTTP method where the request does not name one."""
    known = {f"GetItem {name}": {"Item": encode({"pk": name, **values})} for name, values in items(PARAMETERS).items()}
    return {**known, "Query": {"Items": []}, "GET": raw_mail()}
