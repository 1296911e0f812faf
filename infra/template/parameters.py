"""What a deployment chooses (parameters), what follows from it (conditions), and what it tells (outputs)."""

from __future__ import annotations

from infra.template import dashboard
from infra.template.cfn import Json, ref, resource, sub
from infra.template.data import kept_for
from infra.template.functions import RESERVED

# What may be kept for so many days only; 0, the default: for ever.
RETENTION = {
    "ConversationRetentionDays": "conversations, with their messages and events, after the last word",
    "NoteRetentionDays": "agents' notes",
    "MailRetentionDays": "raw mails",
    "FileRetentionDays": "files of messages",
    "ReportRetentionDays": "reports",
}
# Of these a rule of a bucket sees to it, of the others each item's own time.
BY_LIFECYCLE = ("MailRetentionDays", "FileRetentionDays", "ReportRetentionDays")


def parameters(stage: str) -> Json:
    return {
        "Stage": {
            "Type": "String",
            "Default": stage,
            "AllowedValues": [stage],
            "Description": "Chosen when the package is built; names what lies outside the stack.",
        },
        "MailDomain": _text("Domain whose mail SES receives; empty: no e-mail comes in."),
        "SupportAddress": _text("Address that customers write to and get answers from."),
        "SmsNumber": _text("Our telephone number, as +4930123456."),
        "SmsProvider": {
            "Type": "String",
            "Default": "twilio",
            "AllowedValues": ["twilio", "aws"],
            "Description": "Who sends our text messages: Twilio, or AWS End User Messaging.",
        },
        "QuietHours": {
            "Type": "String",
            "Default": "21:00-08:00",
            "AllowedPattern": "(([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])?",
            "Description": "When no text message is sent that answers nothing, by the clock of TimeZone; empty: always allowed.",
        },
        "ChatOrigins": _text("Origins of web sites that may embed the chat, as https://www.shop.example, parted by spaces; empty: any."),
        "Business": _text("Name of the business, as customers see it.", "Baton"),
        "TimeZone": _text("Time zone of reports and opening hours, as Europe/Berlin.", "UTC"),
        "ActionsUrl": _text("Your HTTP endpoint for self-service actions, as https://www.shop.example/baton; empty: the bot only answers."),
        "ActionsShow": {
            "Type": "String",
            "Default": "state",
            "AllowedValues": ["state", "all"],
            "Description": "What an order's number alone shows: its state, or also what else needs a proof that it is the customer's.",
        },
        "AutomaticReplies": {
            "Type": "Number",
            "Default": 5,
            "MinValue": 0,
            "Description": "So many mails the bot answers at most to one sender a day, and in one conversation; then a person does.",
        },
        "PrecisionTarget": {
            "Type": "Number",
            "Default": 0.95,
            "MinValue": 0.5,
            "MaxValue": 0.999,
            "Description": "So large a share of the bot's answers is to be right: it learns to be as sure as that takes.",
        },
        "ComposeModel": _text(
            "Model or inference profile of Amazon Bedrock that composes answers, and reads where the bot is not sure; empty: none."
        ),
        "ModelCallsADay": _calls("a day", 2_000),
        "ModelCallsAConversation": _calls("in one conversation", 5),
        "ModelPrice": _text("Dollars for a million tokens of requests and of replies, as 1.00/5.00; empty: as listed, for reports."),
        "DeliveryReports": {
            "Type": "String",
            "Default": "people",
            "AllowedValues": ["people", "all"],
            "Description": "Whose mails and texts are followed until they arrive: what people write, or the bot's answers as well.",
        },
        "WarmReads": _warm("reads", 12_000),
        "WarmWrites": _warm("writes", 4_000),
        **{
            f"{name}Concurrency": {
                "Type": "Number",
                "Default": 0,
                "MinValue": 0,
                "Description": f"So many of {name} run at once at most, and so many always can; 0: as many as there is room for.",
            }
            for name in RESERVED
        },
        "EncryptTopics": {
            "Type": "String",
            "Default": "no",
            "AllowedValues": ["no", "yes"],
            "Description": "Whether the topics lie under a key of their own, which costs a dollar a month.",
        },
        "AlarmEmail": _text("Who is told of alarms; empty: only the console shows them."),
        dashboard.PARAMETER: dashboard.parameter(),
        "LogRetentionDays": {"Type": "Number", "Default": 30, "AllowedValues": [1, 3, 7, 14, 30, 60, 90]},
        **{name: _days(kind) for name, kind in RETENTION.items()},
    }


def conditions() -> Json:
    return {
        "HasMailDomain": {"Fn::Not": [{"Fn::Equals": [ref("MailDomain"), ""]}]},
        "SendsTextsByAws": {"Fn::Equals": [ref("SmsProvider"), "aws"]},
        "ComposesAnswers": {"Fn::Not": [{"Fn::Equals": [ref("ComposeModel"), ""]}]},
        "EncryptsTopics": {"Fn::Equals": [ref("EncryptTopics"), "yes"]},
        **{f"Has{name}": {"Fn::Not": [{"Fn::Equals": [ref(name), 0]}]} for name in ("WarmReads", "WarmWrites")},
        **{f"Reserves{name}": {"Fn::Not": [{"Fn::Equals": [ref(f"{name}Concurrency"), 0]}]} for name in RESERVED},
        **{kept_for(name): {"Fn::Not": [{"Fn::Equals": [ref(name), "0"]}]} for name in BY_LIFECYCLE},
        "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [ref("AlarmEmail"), ""]}]},
        **dashboard.conditions(),
    }


def outputs(functions: list[str]) -> Json:
    """Addresses, stores, and `<Function>Name` for each function."""
    values = {
        "SiteUrl": sub("https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api/"),
        "SocketUrl": sub("wss://${WebsocketAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api"),
        "SocketEndpoint": sub("https://${WebsocketAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api"),
        "Table": ref("Table"),
        "NotesTable": ref("NotesTable"),
        "KnowledgeTable": ref("KnowledgeTable"),
        "MailBucket": ref("MailBucket"),
        "FilesBucket": ref("FilesBucket"),
        "FilesOrigin": sub("https://${FilesBucket.RegionalDomainName}"),
        "KnowledgeBucket": ref("KnowledgeBucket"),
        "ReportsBucket": ref("ReportsBucket"),
        "ExportsBucket": ref("ExportsBucket"),
        "PostponedQueue": ref("PostponedRecords"),
        "FailedQueue": ref("FailedRecords"),
        "DeadLetterQueue": ref("DeadLetters"),
        "MailTopic": ref("MailTopic"),
        "MailEventsTopic": ref("MailEventsTopic"),
        "TextTopic": ref("TextTopic"),
        "AlarmTopic": ref("AlarmTopic"),
        "UserPool": ref("UserPool"),
        "UserPoolClient": ref("UserPoolClient"),
        **{f"{name}Name": ref(name) for name in functions},
    }
    return {name: {"Value": value} for name, value in values.items()}


def published() -> Json:
    """Addresses that functions read at run time, as their environment cannot name the APIs that call them."""
    addresses = {"public_url": "SiteUrl", "socket_url": "SocketUrl", "socket_endpoint": "SocketEndpoint", "files_origin": "FilesOrigin"}
    values = outputs([])
    return {
        "".join(word.title() for word in name.split("_")) + "Parameter": resource(
            "AWS::SSM::Parameter",
            {"Name": sub(f"/baton/${{Stage}}/stack/{name}"), "Type": "String", "Value": values[output]["Value"]},
        )
        for name, output in addresses.items()
    }


def _warm(what: str, fewest: int) -> Json:
    return {
        "Type": "Number",
        "Default": 0,
        "MinValue": 0,
        "Description": f"So many {what} a second ({fewest:,} or more) the conversations table takes at once; 0: as many as AWS lets it.",
    }


def _calls(within: str, most: int) -> Json:
    told = f"So often {within} the model is asked at most what the bot is not sure of; then the bot goes on without it."
    return {"Type": "Number", "Default": most, "MinValue": 0, "Description": told}


def _days(kind: str) -> Json:
    return {"Type": "Number", "Default": 0, "MinValue": 0, "MaxValue": 36_500, "Description": f"Days that are kept: {kind}; 0: for ever."}


def _text(description: str, default: str = "") -> Json:
    return {"Type": "String", "Default": default, "Description": description}
