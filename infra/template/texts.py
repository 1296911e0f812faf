"""Text messages by AWS: the configuration set that tells TextTopic what became of ours. Numbers are bought by the operator."""

from __future__ import annotations

from infra.template.cfn import Json, ref, resource, sub

CONFIGURATION = "TextConfiguration"
CONDITION = "SendsTextsByAws"


def resources() -> Json:
    destination = {
        "EventDestinationName": "baton",
        "Enabled": True,
        "MatchingEventTypes": ["TEXT_ALL", "MEDIA_ALL"],
        "SnsDestination": {"TopicArn": ref("TextTopic")},
    }
    properties = {"ConfigurationSetName": sub("${AWS::StackName}-texts"), "EventDestinations": [destination]}
    return {CONFIGURATION: resource("AWS::SMSVOICE::ConfigurationSet", properties, Condition=CONDITION)}


def configuration() -> Json:
    """Its name; empty if Twilio sends."""
    return {"Fn::If": [CONDITION, ref(CONFIGURATION), ""]}
