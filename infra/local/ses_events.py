"""What SES tells of the mails it sent, for a local AWS that knows configuration sets but publishes nothing of theirs.

After each SendEmail with a configuration set come its events, as SES words them. Recipients decide what becomes of a mail, as with
Amazon's mailbox simulator: at `simulator.amazonses.com` there are `bounce@`, `complaint@`, `ooto@`, `suppressionlist@`, and `delay@`,
which Amazon has not. `anybody@bounce.simulator.amazonses.com` does the same and may be a customer. Every other address takes the mail.
Source: docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator-how-to-use
"""

import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ministack.services import ses_v2, sns

Event = dict[str, Any]
Handler = Callable[..., Awaitable[tuple[int, dict[str, str], bytes]]]

SIMULATOR = "simulator.amazonses.com"
SUBJECT = "Amazon SES Email Event Notification"


def publish_events() -> None:
    """From now on SendEmail is followed by its events."""
    handle: Handler = ses_v2.handle_request

    async def handle_request(method: str, path: str, headers: Any, body: bytes, query: Any) -> tuple[int, dict[str, str], bytes]:
        answer = await handle(method, path, headers, body, query)
        if method == "POST" and path.rstrip("/").endswith("/outbound-emails") and answer[0] == 200:
            _after(json.loads(body), json.loads(answer[2])["MessageId"])
        return answer

    ses_v2.handle_request = handle_request


def events(request: Event, name: str, now: datetime) -> Iterator[Event]:
    """All that SES tells of one mail with the id `name`. Pure."""
    time = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    recipients = request["Destination"].get("ToAddresses", [])
    tags = {tag["Name"]: [tag["Value"]] for tag in request.get("EmailTags", [])}
    mail = {
        "timestamp": time,
        "source": request["FromEmailAddress"],
        "messageId": name,
        "destination": recipients,
        "headersTruncated": False,
        "headers": [],
        "commonHeaders": {"from": [request["FromEmailAddress"]], "to": recipients, "messageId": name},
        "tags": {"ses:configuration-set": [request["ConfigurationSetName"]], **tags},
    }
    yield {"eventType": "Send", "mail": mail, "send": {}}
    for address in recipients:
        for kind, part in _outcomes(address, time):
            yield {"eventType": kind, "mail": mail, kind[0].lower() + kind[1:]: {"timestamp": time, **part}}


def _outcomes(address: str, time: str) -> Iterator[tuple[str, Event]]:
    local, _, domain = address.lower().partition("@")
    role = local.partition("+")[0] if domain == SIMULATOR else domain.removesuffix("." + SIMULATOR)
    recipient = {"emailAddress": address}
    feedback = {"feedbackId": str(uuid4())}
    if role in ("bounce", "suppressionlist"):
        told = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"} if role == "bounce" else {}
        subtype = "General" if role == "bounce" else "OnAccountSuppressionList"
        yield "Bounce", {**feedback, "bounceType": "Permanent", "bounceSubType": subtype, "bouncedRecipients": [recipient | told]}
        return
    if role == "delay":
        late = recipient | {"status": "4.2.2", "diagnosticCode": "smtp; 452 4.2.2 mailbox full"}
        yield "DeliveryDelay", {"delayType": "MailboxFull", "expirationTime": time, "delayedRecipients": [late]}
        return
    yield "Delivery", {"processingTimeMillis": 200, "recipients": [address], "smtpResponse": "250 2.6.0 Message received"}
    if role == "complaint":
        yield "Complaint", {**feedback, "complaintFeedbackType": "abuse", "complainedRecipients": [recipient], "arrivalDate": time}
    if role == "ooto":
        yield "Bounce", {**feedback, "bounceType": "Transient", "bounceSubType": "General", "bouncedRecipients": [recipient]}


def _after(request: Event, name: str) -> None:
    """Publishes from a thread of its own, with the account and region of the call: on AWS, too, nothing waits for events."""
    destinations = (ses_v2._config_sets.get(request.get("ConfigurationSetName", "")) or {}).get("EventDestinations", {})
    topics = [(d["SnsDestination"]["TopicArn"], set(d["MatchingEventTypes"])) for d in destinations.values() if d.get("SnsDestination")]
    told = list(events(request, name, datetime.now(UTC))) if topics else []

    def publish() -> None:
        for event in told:
            for topic, wanted in topics:
                if _listed(event["eventType"]) in wanted:
                    sns.publish_internal(topic, json.dumps(event), SUBJECT)

    threading.Thread(target=copy_context().run, args=(publish,), daemon=True).start()


def _listed(kind: str) -> str:
    """As the configuration set lists it."""
    return "DELIVERY_DELAY" if kind == "DeliveryDelay" else kind.upper()
