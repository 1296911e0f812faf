"""What the local AWS tells of sent mails, as SES does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.channels.email import events as email_events
from infra.local.ses_events import SIMULATOR
from tests.local.cloud import Cloud
from tests.people import eventually

TOLD = ["SEND", "DELIVERY", "DELIVERY_DELAY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"]


@pytest.fixture(scope="module")
def events_queue(cloud: Cloud) -> str:
    """A configuration set whose events end in a queue."""
    topic = cloud.client("sns").create_topic(Name="events")["TopicArn"]
    queue, arn = cloud.queue("events")
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    ses = cloud.client("sesv2")
    ses.create_email_identity(EmailIdentity="shop.example")
    ses.create_configuration_set(ConfigurationSetName="mail")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="mail",
        EventDestinationName="events",
        EventDestination={"Enabled": True, "MatchingEventTypes": TOLD, "SnsDestination": {"TopicArn": topic}},
    )
    return queue


def sent(cloud: Cloud, to: str, **more: Any) -> str:
    raw = f"From: support@shop.example\r\nTo: {to}\r\nSubject: hi\r\n\r\nhello\r\n".encode()
    tags = [{"Name": "thread", "Value": "e1"}, {"Name": "message", "Value": "YSsx"}]
    request = {"FromEmailAddress": "support@shop.example", "Destination": {"ToAddresses": [to]}, "Content": {"Raw": {"Data": raw}}}
    return str(cloud.client("sesv2").send_email(**request, EmailTags=tags, **more)["MessageId"])


def told(cloud: Cloud, queue: str, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def look() -> bool:
        page = cloud.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for message in page.get("Messages", []):
            found.append(json.loads(message["Body"]))
            cloud.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return len(found) >= count

    eventually(look)
    return found


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("mia@customer.example", {"Send": "sent", "Delivery": "delivered"}),
        (f"bounce@{SIMULATOR}", {"Send": "sent", "Bounce": "bounced"}),
        (f"mia@bounce.{SIMULATOR}", {"Send": "sent", "Bounce": "bounced"}),
        (f"mia@suppressionlist.{SIMULATOR}", {"Send": "sent", "Bounce": "bounced"}),
        (f"mia@complaint.{SIMULATOR}", {"Send": "sent", "Delivery": "delivered", "Complaint": "complaint"}),
        (f"mia@ooto.{SIMULATOR}", {"Send": "sent", "Delivery": "delivered", "Bounce": "delayed"}),
        (f"mia@delay.{SIMULATOR}", {"Send": "sent", "DeliveryDelay": "delayed"}),
    ],
)
def test_each_sent_mail_is_followed_by_events_that_the_channel_understands(
    cloud: Cloud, events_queue: str, recipient: str, expected: dict[str, str]
) -> None:
    name = sent(cloud, recipient, ConfigurationSetName="mail")
    found = told(cloud, events_queue, len(expected))
    read = {event["eventType"]: email_events.read(event) for event in found}
    assert {kind: meant.event for kind, meant in read.items() if meant} == expected
    for meant in read.values():
        assert meant
        assert (meant.thread, meant.message, meant.provider_id) == ("e1", "a+1", name)


def test_without_a_configuration_set_nobody_is_told(cloud: Cloud, events_queue: str) -> None:
    sent(cloud, "first@customer.example")
    sent(cloud, "second@customer.example", ConfigurationSetName="mail")
    assert {event["mail"]["destination"][0] for event in told(cloud, events_queue, 2)} == {"second@customer.example"}
