"""What the deployment tells an operator to enter is what Baton answers to."""

from __future__ import annotations

from chalicelib.channels.sms import twilio as sms_twilio
from infra.operate import texts

SITE = "https://abc.execute-api.eu-central-1.amazonaws.com/api"


def test_twilios_addresses_are_the_ones_that_are_served_and_proven() -> None:
    told = texts.to_enter("twilio", SITE, "")
    assert f"{SITE}{sms_twilio.PATH}{sms_twilio.RETRIES}\n" in told
    assert told.endswith(f"{SITE}{sms_twilio.PATH}")


def test_a_number_at_aws_is_pointed_at_the_topic() -> None:
    told = texts.to_enter("aws", SITE, "arn:aws:sns:eu-central-1:1:texts")
    assert "--two-way-channel-arn arn:aws:sns:eu-central-1:1:texts" in told
    assert "--self-managed-opt-outs-enabled" in told
