"""How e-mail comes in: SES writes the raw mail to the bucket and tells the topic, which calls EmailWebhook. What became of the
mails that we sent comes by a topic of its own; so does what carriers tell of text messages."""

from __future__ import annotations

from infra.template import topic_key
from infra.template.cfn import Json, arn, ref, resource, sub

TOPIC = "MailTopic"
EVENTS_TOPIC = "MailEventsTopic"
TEXT_TOPIC = "TextTopic"
CONFIGURATION = "MailConfiguration"
FAILURES = "MailFailures"
CONDITION = "HasMailDomain"

# Configuration set -> what it tells. No opens and clicks: who reads our mails when is none of our business.
FAILED = ("bounce", "complaint", "reject", "renderingFailure")
TOLD = {CONFIGURATION: ("send", "delivery", "deliveryDelay", *FAILED), FAILURES: FAILED}


def resources() -> Json:
    return {
        TOPIC: resource("AWS::SNS::Topic", {"TopicName": sub("${AWS::StackName}-mail"), **topic_key.encrypted()}),
        "MailTopicPolicy": resource("AWS::SNS::TopicPolicy", {"Topics": [ref(TOPIC)], "PolicyDocument": _ses_may_publish()}),
        EVENTS_TOPIC: _topic("mail-events"),
        "MailEventsTopicPolicy": _may_publish(EVENTS_TOPIC, "ses.amazonaws.com"),
        CONFIGURATION: resource("AWS::SES::ConfigurationSet", {"Name": sub("${AWS::StackName}-mail")}),
        "MailEventsDestination": _destination(CONFIGURATION),
        FAILURES: resource("AWS::SES::ConfigurationSet", {"Name": sub("${AWS::StackName}-mail-failures")}),
        "MailFailuresDestination": _destination(FAILURES),
        TEXT_TOPIC: _topic("texts"),
        "TextTopicPolicy": _may_publish(TEXT_TOPIC, "sms-voice.amazonaws.com"),
        "MailRuleSet": resource("AWS::SES::ReceiptRuleSet", {"RuleSetName": ref("AWS::StackName")}, Condition=CONDITION),
        "MailRule": resource(
            "AWS::SES::ReceiptRule",
            {"RuleSetName": ref("MailRuleSet"), "Rule": _rule()},
            Condition=CONDITION,
            DependsOn=["MailBucketPolicy", "MailTopicPolicy"],
        ),
    }


def _topic(name: str) -> Json:
    named = {"TopicName": sub("${AWS::StackName}-" + name), "SignatureVersion": "2"}
    return resource("AWS::SNS::Topic", {**named, **topic_key.encrypted()})


def _may_publish(topic: str, service: str) -> Json:
    """An AWS service, on behalf of this account alone."""
    statement = {
        "Sid": "EventsArrive",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sns:Publish",
        "Resource": ref(topic),
        "Condition": {"StringEquals": {"AWS:SourceAccount": ref("AWS::AccountId")}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return resource("AWS::SNS::TopicPolicy", {"Topics": [ref(topic)], "PolicyDocument": document})


def _destination(configuration: str) -> Json:
    told = list(TOLD[configuration])
    destination = {"Name": "events", "Enabled": True, "MatchingEventTypes": told, "SnsDestination": {"TopicARN": ref(EVENTS_TOPIC)}}
    return resource(
        "AWS::SES::ConfigurationSetEventDestination",
        {"ConfigurationSetName": ref(configuration), "EventDestination": destination},
        DependsOn=["MailEventsTopicPolicy"],  # SES tries the topic out at once
    )


def _rule() -> Json:
    store = {"BucketName": ref("MailBucket"), "ObjectKeyPrefix": "raw/", "TopicArn": ref(TOPIC)}
    return {
        "Name": ref("AWS::StackName"),
        "Enabled": True,
        "ScanEnabled": True,
        "TlsPolicy": "Optional",
        "Recipients": [ref("MailDomain")],
        "Actions": [{"S3Action": store}],
    }


def _ses_may_publish() -> Json:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "MailArrives",
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": ref(TOPIC),
                "Condition": {
                    "StringEquals": {"AWS:SourceAccount": ref("AWS::AccountId")},
                    "ArnLike": {"AWS:SourceArn": arn("ses", "receipt-rule-set/${AWS::StackName}:receipt-rule/*")},
                },
            }
        ],
    }
