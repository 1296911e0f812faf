"""What functions ask of AWS (noted while the running stack and browsers were tested) against what policies allow: neither is more."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.package import ROOT
from infra.template.functions import FUNCTIONS
from infra.template.queues import agent_queues
from tests.calls import Call, kept, read, resource
from tests.unit.packaged import statements

# What is allowed for a service that acts in a function's name, not for our code. (It may do so, too: the stream's functions park records.)
OF_LAMBDA = {
    "Log": "Lambda writes what the function prints",
    "FollowTheTable": "Lambda reads the stream",
    "FindTheStream": "Lambda reads the stream",
    "ParkWhatFailed": "Lambda puts what failed for good into FailedRecords",
}
_LOOPBACK = "the gateway of this machine shows no address, so no network is counted"
_CONSOLES = "consoles are told of it if one is open; tests/browser opens them"
_ABSENT = "without it S3 says 403, not 404, of what is not there"
_BROWSERS = "browsers use addresses that are signed in the function's name"
_SES = "SES asks for the configuration set beside the identity, and for raw mails for this action"
_SMS = "the provider is played at another address (sms_api)"
_FOLLOWING = "what follows a customer out of the chat is a message of the chat's thread"
_UNSEEN = "erasures, kept STOPs and what the clock does for them: their code asks for it, the running stack's tests do not yet"
_NO_MODEL = "only where the business names a language model, which the running stack's tests do not"
_REPAIRS = "the sweep's repairs, which nothing breaks on the running stack; tests/unit and tests/faults do"
# What is allowed, and no test of the running stack comes there: (function, action, resource or key) -> why it is needed.
NEVER_SEEN: dict[tuple[str, str, str], str] = {
    ("APIHandler", "dynamodb:GetItem", "key/kept-block"): _UNSEEN,
    ("APIHandler", "dynamodb:GetItem", "key/sms-thread"): _UNSEEN,
    ("APIHandler", "s3:ListBucket", "ExportsBucket"): _UNSEEN,
    ("APIHandler", "sqs:ChangeMessageVisibility", "baton-local_*"): _UNSEEN,
    ("CustomerJobs", "dynamodb:BatchWriteItem", "KnowledgeTable"): _UNSEEN,
    ("CustomerJobs", "dynamodb:BatchWriteItem", "NotesTable"): _UNSEEN,
    ("CustomerJobs", "dynamodb:BatchWriteItem", "Table"): _UNSEEN,
    ("CustomerJobs", "dynamodb:DeleteItem", "KnowledgeTable"): _UNSEEN,
    ("CustomerJobs", "dynamodb:DeleteItem", "Table"): _UNSEEN,
    ("CustomerJobs", "dynamodb:GetItem", "KnowledgeTable"): _UNSEEN,
    ("CustomerJobs", "dynamodb:GetItem", "key/erasure-subject"): _UNSEEN,
    ("CustomerJobs", "dynamodb:GetItem", "key/kept-block"): _UNSEEN,
    ("CustomerJobs", "dynamodb:GetItem", "key/sms-thread"): _UNSEEN,
    ("CustomerJobs", "dynamodb:PutItem", "KnowledgeTable"): _UNSEEN,
    ("CustomerJobs", "dynamodb:UpdateItem", "Table"): _UNSEEN,
    ("CustomerJobs", "s3:AbortMultipartUpload", "ExportsBucket/certificates/*"): _UNSEEN,
    ("CustomerJobs", "s3:AbortMultipartUpload", "ExportsBucket/customers/*"): _UNSEEN,
    ("CustomerJobs", "s3:DeleteObjectVersion", "ExportsBucket/certificates/*"): _UNSEEN,
    ("CustomerJobs", "s3:DeleteObjectVersion", "ExportsBucket/customers/*"): _UNSEEN,
    ("CustomerJobs", "s3:DeleteObjectVersion", "FilesBucket/files/*"): _UNSEEN,
    ("CustomerJobs", "s3:DeleteObjectVersion", "KnowledgeBucket/comparisons/*"): _UNSEEN,
    ("CustomerJobs", "s3:DeleteObjectVersion", "KnowledgeBucket/drafts/*"): _UNSEEN,
    ("CustomerJobs", "s3:DeleteObjectVersion", "MailBucket/raw/*"): _UNSEEN,
    ("CustomerJobs", "s3:DeleteObjectVersion", "ReportsBucket/reports/*"): _UNSEEN,
    ("CustomerJobs", "s3:GetObject", "ExportsBucket/certificates/*"): _UNSEEN,
    ("CustomerJobs", "s3:GetObject", "ExportsBucket/customers/*"): _UNSEEN,
    ("CustomerJobs", "s3:GetObject", "KnowledgeBucket/comparisons/*"): _UNSEEN,
    ("CustomerJobs", "s3:GetObject", "KnowledgeBucket/drafts/*"): _UNSEEN,
    ("CustomerJobs", "s3:ListBucket", "ExportsBucket"): _UNSEEN,
    ("CustomerJobs", "s3:ListBucket", "KnowledgeBucket"): _UNSEEN,
    ("CustomerJobs", "s3:ListBucketVersions", "ExportsBucket"): _UNSEEN,
    ("CustomerJobs", "s3:ListBucketVersions", "FilesBucket"): _UNSEEN,
    ("CustomerJobs", "s3:ListBucketVersions", "KnowledgeBucket"): _UNSEEN,
    ("CustomerJobs", "s3:ListBucketVersions", "MailBucket"): _UNSEEN,
    ("CustomerJobs", "s3:ListBucketVersions", "ReportsBucket"): _UNSEEN,
    ("CustomerJobs", "s3:PutObject", "ExportsBucket/certificates/*"): _UNSEEN,
    ("CustomerJobs", "s3:PutObject", "KnowledgeBucket/comparisons/*"): _UNSEEN,
    ("CustomerJobs", "s3:PutObject", "KnowledgeBucket/drafts/*"): _UNSEEN,
    ("CustomerJobs", "s3:PutObject", "ReportsBucket/reports/*"): _UNSEEN,
    ("CustomerJobs", "sqs:ChangeMessageVisibility", "FailedRecords"): _UNSEEN,
    ("CustomerJobs", "sqs:DeleteMessage", "FailedRecords"): _UNSEEN,
    ("CustomerJobs", "sqs:DeleteMessage", "PostponedRecords"): _UNSEEN,
    ("FollowUp", "lambda:InvokeFunction", "CustomerJobs"): _UNSEEN,
    ("FollowUp", "sqs:GetQueueAttributes", "baton-local_*"): _UNSEEN,
    ("FollowUp", "sqs:SendMessage", "baton-local_*"): _UNSEEN,
    ("Learn", "s3:DeleteObjectVersion", "KnowledgeBucket/versions/*"): _UNSEEN,
    ("Learn", "s3:ListBucketVersions", "KnowledgeBucket"): _UNSEEN,
    ("SmsAws", "dynamodb:GetItem", "key/kept-block"): _UNSEEN,
    ("APIHandler", "dynamodb:GetItem", "key/sign-in"): _LOOPBACK,
    ("APIHandler", "s3:ListBucket", "FilesBucket"): _ABSENT,
    ("APIHandler", "s3:ListBucket", "KnowledgeBucket"): _ABSENT,
    ("BotAnswer", "dynamodb:GetItem", "key/sms-thread"): "a code to the number of an order",
    ("BotAnswer", "s3:ListBucket", "KnowledgeBucket"): _ABSENT,
    ("FileLinks", "dynamodb:GetItem", "T#w*"): _FOLLOWING,
    ("FollowUp", "dynamodb:UpdateItem", "Table"): _REPAIRS,
    ("FollowUp", "lambda:InvokeFunction", "BotAnswer"): _REPAIRS,
    ("FollowUp", "lambda:InvokeFunction", "Send"): _REPAIRS,
    ("FollowUp", "sqs:SendMessage", "agent queues"): _REPAIRS,
    ("Learn", "s3:ListBucket", "KnowledgeBucket"): _ABSENT,
    ("MailEvents", "dynamodb:PutItem", "T#w*"): _FOLLOWING,
    ("Send", "ses:SendEmail", "configuration-set/${MailConfiguration}"): _SES,
    ("Send", "ses:SendEmail", "configuration-set/${MailFailures}"): _SES,
    ("Send", "ses:SendRawEmail", "configuration-set/${MailConfiguration}"): _SES,
    ("Send", "ses:SendRawEmail", "configuration-set/${MailFailures}"): _SES,
    ("Send", "ses:SendRawEmail", "identity/*"): _SES,
    ("Send", "sms-voice:SendMediaMessage", "configuration-set/baton-local-texts"): _SMS,
    ("Send", "sms-voice:SendMediaMessage", "phone-number/*"): _SMS,
    ("Send", "sms-voice:SendTextMessage", "configuration-set/baton-local-texts"): _SMS,
    ("Send", "sms-voice:SendTextMessage", "phone-number/*"): _SMS,
    ("Site", "dynamodb:PutItem", "T#ws*"): "customers of the host site, by JWT; tests/browser is one",
    ("Site", "dynamodb:UpdateItem", "L#*"): _LOOPBACK,
    ("SmsAws", "dynamodb:GetItem", "T#w*"): _FOLLOWING,
    ("SmsAws", "dynamodb:PutItem", "T#w*"): _FOLLOWING,
    ("SmsAws", "dynamodb:UpdateItem", "T#w*"): _FOLLOWING,
    ("SmsAws", "dynamodb:Query", "CONSOLES"): _CONSOLES,
    ("SmsAws", "execute-api:ManageConnections", "WebsocketAPI/api/POST/@connections/*"): _CONSOLES,
    ("SmsStatus", "dynamodb:PutItem", "T#w*"): _FOLLOWING,
    ("SmsStatus", "dynamodb:UpdateItem", "I#sms#*"): "a carrier that tells of a STOP we never heard",
    ("SmsStatus", "execute-api:ManageConnections", "WebsocketAPI/api/POST/@connections/*"): _CONSOLES,
    ("WebsocketMessage", "dynamodb:GetItem", "key/network"): _LOOPBACK,
    ("WebsocketMessage", "s3:ListBucket", "FilesBucket"): _ABSENT,
    ("PublishReport", "dynamodb:GetItem", "MODEL"): _NO_MODEL,
}

QUEUES = set(agent_queues(ROOT).values())


def allowed(resources: dict[str, Any], function: str, but: Collection[str] = ()) -> Iterator[Call]:
    """One for each action, resource and beginning of a key that a policy names; `but`: the statements that are left out."""
    for statement in statements(resources, function):
        if statement["Sid"] in but:
            continue
        places = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        conditions = statement.get("Condition", {})
        keys = [key for block in conditions.values() for key in block.get("dynamodb:LeadingKeys", [])] or [""]
        for action in statement["Action"]:
            for place in {_place(one) for one in places}:
                for key in keys:
                    yield Call(function, action, place, key)


def _place(node: dict[str, Any]) -> str:
    """As tests/calls.py calls it."""
    if "Fn::GetAtt" in node:
        name = node["Fn::GetAtt"][0]
        return "agent queues" if name in QUEUES else str(name)
    text = node["Fn::Sub"].replace("${Stage}", "local").replace("${AWS::StackName}", "baton-local")
    for bare in ("${AWS::Partition}", "${AWS::Region}", "${AWS::AccountId}"):
        text = text.replace(bare, {"${AWS::Partition}": "aws"}.get(bare, "x"))
    if text.startswith("arn:"):
        return "WebsocketAPI/" + text.partition("${WebsocketAPI}/")[2] if "execute-api" in text else _plain(text)
    return text.replace("${", "").replace(".Arn}", "")


def _plain(arn: str) -> str:
    return resource(arn) if ":table/" in arn or ":function:" in arn else arn.split(":", 5)[-1]


def covers(wide: Call, call: Call) -> bool:
    here = (wide.function, wide.action) == (call.function, call.action) and fnmatchcase(call.resource, wide.resource)
    return here and (not wide.key or fnmatchcase(call.key, wide.key) or fnmatchcase(call.key, wide.key.rstrip("*") + "*"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_asked_for_that_is_not_allowed(resources: dict[str, Any], function: str) -> None:
    may = list(allowed(resources, function))
    assert [call for call in kept() if call.function == function and not any(covers(one, call) for one in may)] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_is_allowed_that_nobody_asks_for(resources: dict[str, Any], function: str) -> None:
    asked = [call for call in kept() if call.function == function]
    idle = {one for one in allowed(resources, function, OF_LAMBDA) if not any(covers(one, call) for call in asked)}
    excused = {one for one in idle if _excuses(one)}
    assert sorted(idle - excused) == []


def test_every_excuse_is_needed(resources: dict[str, Any]) -> None:
    idle = [one for f in FUNCTIONS for one in allowed(resources, f, OF_LAMBDA) if not any(covers(one, call) for call in kept())]
    used = {excuse for one in idle for excuse in _excuses(one)}
    assert set(NEVER_SEEN) - used == set(), "no longer never seen: take it out"


def _excuses(one: Call) -> set[tuple[str, str, str]]:
    given = {(one.function, one.action, one.resource), (one.function, one.action, one.key)}
    return given & NEVER_SEEN.keys()


def test_the_notes_are_read_in_the_words_of_the_template() -> None:
    table = "arn:aws:dynamodb:us-east-1:0:table/baton-local-Table-39BE7C676B26A"
    notes = [
        f"baton-local-Send-FD93288D74E1B\tdynamodb:GetItem\t{table}\tT#e I#email#\t",
        "baton-local-Send-FD93288D74E1B\tsqs:SendMessage\tarn:aws:sqs:us-east-1:0:baton-local-general-normal\t\t",
        "baton-local-Send-FD93288D74E1B\ts3:GetObject\tarn:aws:s3:::baton-local-filesbucket-223eff87a1828/files/a/b\t\t",
        "baton-local-Send-FD93288D74E1B\ts3:GetObject\tarn:aws:s3:::baton-local-mailbucket-223eff87a1828/raw/b\t\tdenied",
    ]
    assert read(notes) == {
        Call("Send", "dynamodb:GetItem", "Table", "T#e"),
        Call("Send", "dynamodb:GetItem", "Table", "I#email#"),
        Call("Send", "sqs:SendMessage", "agent queues"),
        Call("Send", "s3:GetObject", "FilesBucket/files/*"),
    }
