"""The Lambda functions: what each is given (memory, time, environment, its room), its log group, and where its failures go."""

from __future__ import annotations

from dataclasses import dataclass

from infra.template import layer, pause, queues, texts
from infra.template.cfn import Json, att, ref, resource, sub


@dataclass(frozen=True, slots=True)
class Function:
    """`key` names it in Chalice's configuration and in .chalice/policies; `env`: names of `environment`, parted by spaces.

    `room`: the modules that it loads while it starts, parted by spaces. `paths`: those of the REST API that it serves instead of
    APIHandler; `routes`: the modules where they stand, parted by spaces, "none" if it serves none, or "all", as the
    description of the API tells of all. `background`: nobody waits for its answer, so what keeps failing goes to FailedRecords. `layer`: it
    has numpy and the sentence encoder.
    """

    key: str
    timeout: int
    room: str
    env: str
    memory: int = 512
    paths: tuple[str, ...] = ()
    routes: str = "none"
    background: bool = False
    layer: bool = False


PROVIDERS = "chalicelib.channels.routes"

FUNCTIONS: dict[str, Function] = {
    "APIHandler": Function(
        "api_handler",
        29,  # API Gateway waits no longer
        "chalicelib.governance.access chalicelib.desk.workspace",
        "TABLE NOTES_TABLE MAIL_BUCKET FILES_BUCKET REPORTS_BUCKET QUEUES USER_POOL_CLIENT REPORT_FUNCTION TIME_ZONE SUPPORT_ADDRESS "
        "KNOWLEDGE_TABLE KNOWLEDGE_BUCKET LEARN_FUNCTION PRECISION_TARGET EXPORTS_BUCKET CUSTOMER_JOBS_FUNCTION OWN_QUEUES DEAD_LETTERS",
        routes="all",
    ),
    "SmsWebhook": Function(
        "sms_webhook",
        10,
        "chalicelib.channels.sms.twilio",
        "TABLE BUSINESS SUPPORT_ADDRESS",
        paths=("/sms/twilio",),
        routes=PROVIDERS,
    ),
    "SmsStatus": Function(
        "sms_status",
        10,
        "chalicelib.channels.sms.twilio",
        "TABLE",
        paths=("/sms/twilio/status",),
        routes=PROVIDERS,
    ),
    "SmsAws": Function("sms_aws", 10, "chalicelib.channels.sms.aws", "TABLE TEXT_TOPIC BUSINESS SUPPORT_ADDRESS", background=True),
    "FileLinks": Function(
        "file_links",
        10,
        "chalicelib.channels.file_links",
        "TABLE FILES_BUCKET",
        paths=("/files/{token}",),
        routes=PROVIDERS,
    ),
    "Site": Function(
        "site",
        10,
        "chalicelib.web.pages",
        "TABLE BUSINESS CHAT_ORIGINS",
        paths=("/", "/console", "/assets/{folder}/{part}", "/assets/{folder}/{part}/{name}", "/widget.js", "/health", "/chat/session"),
        routes="chalicelib.web.routes chalicelib.channels.webchat.routes",
    ),
    "WebsocketConnect": Function("websocket_connect", 10, "chalicelib.channels.webchat.adapter", "TABLE"),
    "WebsocketMessage": Function(
        "websocket_message", 10, "chalicelib.channels.webchat.adapter", "TABLE FILES_BUCKET SUPPORT_ADDRESS SMS_NUMBER BUSINESS"
    ),
    "WebsocketDisconnect": Function("websocket_disconnect", 10, "", ""),
    "EmailWebhook": Function(
        "email_webhook",
        60,
        "chalicelib.channels.email.adapter",
        "TABLE MAIL_BUCKET FILES_BUCKET SUPPORT_ADDRESS",
        memory=1024,  # a mail of 40 MB, the largest that SES takes, needs 350 MB to be parsed
        background=True,
    ),
    "MailEvents": Function("mail_events", 10, "chalicelib.channels.email.events", "TABLE MAIL_EVENTS_TOPIC", background=True),
    "BotAnswer": Function(
        "bot_answer",
        30,
        "chalicelib.bot.messages.turn",
        "TABLE KNOWLEDGE_TABLE KNOWLEDGE_BUCKET FAILED_QUEUE BUSINESS TIME_ZONE PAUSE AUTOMATIC_REPLIES "
        "ACTIONS_URL ACTIONS_SHOW SMS_NUMBER COMPOSE_MODEL MODEL_CALLS_A_DAY MODEL_CALLS_A_CONVERSATION",
        layer=True,
    ),
    "Deliver": Function(
        "deliver",
        30,
        "chalicelib.channels.delivery",
        "TABLE KNOWLEDGE_TABLE QUEUES FAILED_QUEUE POSTPONED_QUEUE FILES_BUCKET SUPPORT_ADDRESS BUSINESS "
        "TIME_ZONE SMS_NUMBER QUIET_HOURS SEND_FUNCTION HINTS_FUNCTION",
    ),
    "Send": Function(
        "send",
        60,  # nobody waits: the message before (12 s), then a provider's ten seconds for each part of a long text
        "chalicelib.channels.delivery",
        "TABLE FAILED_QUEUE POSTPONED_QUEUE FILES_BUCKET SUPPORT_ADDRESS MAIL_EVENTS MAIL_FAILURES BUSINESS "
        "SMS_NUMBER SMS_PROVIDER SMS_EVENTS DELIVERY_REPORTS",
        background=True,
    ),
    "Hints": Function("hints", 30, "chalicelib.desk.hints", "TABLE", memory=256, background=True),
    "FollowUp": Function(
        "follow_up",
        240,
        "chalicelib.desk.sweep",
        "TABLE QUEUES POSTPONED_QUEUE DELIVER_FUNCTION SEND_FUNCTION BOT_FUNCTION BUSINESS CUSTOMER_JOBS_FUNCTION",
        background=True,
    ),
    "PublishReport": Function(
        "publish_report",
        600,
        "chalicelib.insight.publish",
        "TABLE REPORTS_BUCKET BUSINESS TIME_ZONE COMPOSE_MODEL MODEL_PRICE",
        memory=1024,
        background=True,
    ),
    "CustomerJobs": Function(
        "customer_jobs",
        900,
        "",
        "TABLE NOTES_TABLE KNOWLEDGE_TABLE MAIL_BUCKET FILES_BUCKET KNOWLEDGE_BUCKET REPORTS_BUCKET EXPORTS_BUCKET FAILED_QUEUE "
        "POSTPONED_QUEUE SMS_NUMBER BUSINESS TIME_ZONE",
        memory=1769,  # a whole processor: it packs
        background=True,
    ),
    "Learn": Function(
        "learn",
        900,
        "",
        "TABLE KNOWLEDGE_TABLE KNOWLEDGE_BUCKET TIME_ZONE FAILED_QUEUE PRECISION_TARGET",
        memory=3008,  # sixty thousand examples take 1.4 GB; more memory is more processor
        background=True,
        layer=True,
    ),
}

# Chalice makes these from app.py; the others are further entrances to the same code.
EXTRA = tuple(name for name, function in FUNCTIONS.items() if function.paths)

# So long (seconds) and so often AWS tries a background function again.
PATIENCE = {"MaximumEventAgeInSeconds": 21_600, "MaximumRetryAttempts": 2}


# Nobody waits for these, and what they wait for (providers, browsers, a moment's peace) may take long: no more of them than so large a
# share of the account's limit run at once, so that there is always room for who writes to us.
RESERVED = {"Send": 0.10, "Hints": 0.05}


def settings(agent_queues: dict[str, str], architecture: str) -> Json:
    """For each function of Chalice's the properties to merge; `entrance` makes the others whole."""
    return {name: {"Properties": _properties(name, agent_queues, architecture)} for name in FUNCTIONS}


def entrance(name: str, policy: Json, runtime: str, code: str) -> Json:
    """A function that Chalice does not make, with its role and the leave to be called by the REST API."""
    source = sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestAPI}/*")
    return {
        name: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": runtime,
                "Handler": "app.app",
                "CodeUri": code,
                "Role": att(f"{name}Role"),
            },
        },
        f"{name}Role": _role(name, policy),
        f"{name}Permission": resource(
            "AWS::Lambda::Permission",
            {
                "FunctionName": ref(name),
                "Action": "lambda:InvokeFunction",
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": source,
            },
        ),
    }


# Our own lines are JSON. Of Lambda's own, those on what failed (time-outs, crashes, no memory left): START, END and REPORT of each call
# are two thirds of a log, and durations are metrics. docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
LOGGED = {"LogFormat": "JSON", "SystemLogLevel": "WARN", "ApplicationLogLevel": "INFO"}


def log_groups() -> Json:
    """Made before the functions and named by us: a function that is called at once finds its group, and upgrades keep it."""
    return {
        f"{name}LogGroup": resource(
            "AWS::Logs::LogGroup",
            {"LogGroupName": sub(f"/aws/lambda/${{AWS::StackName}}-{name}"), "RetentionInDays": ref("LogRetentionDays")},
        )
        for name in FUNCTIONS
    }


def environment(agent_queues: dict[str, str]) -> Json:
    """Everything that a function can be told; each gets only what it needs."""
    return {
        "TABLE": ref("Table"),
        "NOTES_TABLE": ref("NotesTable"),
        "KNOWLEDGE_TABLE": ref("KnowledgeTable"),
        "MAIL_BUCKET": ref("MailBucket"),
        "FILES_BUCKET": ref("FilesBucket"),
        "KNOWLEDGE_BUCKET": ref("KnowledgeBucket"),
        "LEARN_FUNCTION": ref("Learn"),
        "REPORTS_BUCKET": ref("ReportsBucket"),
        "EXPORTS_BUCKET": ref("ExportsBucket"),
        "CUSTOMER_JOBS_FUNCTION": ref("CustomerJobs"),
        "FAILED_QUEUE": ref(queues.FAILED),
        "POSTPONED_QUEUE": ref(queues.POSTPONED),
        "QUEUES": queues.urls(agent_queues),
        "OWN_QUEUES": sub("${AWS::StackName}_"),  # no other stage's name begins so: none holds "_"
        "DEAD_LETTERS": att(queues.DEAD_LETTERS),
        "USER_POOL_CLIENT": ref("UserPoolClient"),
        "SUPPORT_ADDRESS": ref("SupportAddress"),
        "SMS_NUMBER": ref("SmsNumber"),
        "SMS_PROVIDER": ref("SmsProvider"),
        "SMS_EVENTS": texts.configuration(),
        "QUIET_HOURS": ref("QuietHours"),
        "BUSINESS": ref("Business"),
        "AUTOMATIC_REPLIES": ref("AutomaticReplies"),
        "PRECISION_TARGET": ref("PrecisionTarget"),
        "ACTIONS_URL": ref("ActionsUrl"),
        "ACTIONS_SHOW": ref("ActionsShow"),
        "CHAT_ORIGINS": ref("ChatOrigins"),
        "REPORT_FUNCTION": ref("PublishReport"),
        "DELIVER_FUNCTION": ref("Deliver"),
        "SEND_FUNCTION": ref("Send"),
        "HINTS_FUNCTION": ref("Hints"),
        "PAUSE": sub(pause.ARN),
        "BOT_FUNCTION": ref("BotAnswer"),
        "DELIVERY_REPORTS": ref("DeliveryReports"),
        "MAIL_EVENTS": ref("MailConfiguration"),
        "MAIL_FAILURES": ref("MailFailures"),
        "MAIL_EVENTS_TOPIC": ref("MailEventsTopic"),
        "TEXT_TOPIC": ref("TextTopic"),
        "TIME_ZONE": ref("TimeZone"),
        "COMPOSE_MODEL": ref("ComposeModel"),
        "MODEL_CALLS_A_DAY": ref("ModelCallsADay"),
        "MODEL_CALLS_A_CONVERSATION": ref("ModelCallsAConversation"),
        "MODEL_PRICE": ref("ModelPrice"),
    }


def _properties(name: str, agent_queues: dict[str, str], architecture: str) -> Json:
    function = FUNCTIONS[name]
    known = environment(agent_queues)
    everywhere: Json = {
        "STAGE": ref("Stage"),
        "PARAMETERS": sub("baton-${Stage}-parameters"),
        **({"ROUTES": function.routes} if function.routes != "all" else {}),
        **({"ROOM": function.room} if function.room else {}),
        **(layer.ENVIRONMENT if function.layer else {}),
        **({"KEEP_CONVERSATIONS": ref("ConversationRetentionDays")} if "TABLE" in function.env.split() else {}),
        **({"KEEP_NOTES": ref("NoteRetentionDays")} if "NOTES_TABLE" in function.env else {}),
    }
    properties: Json = {
        "Architectures": [architecture],
        "MemorySize": function.memory,
        "Timeout": function.timeout,
        "LoggingConfig": {"LogGroup": ref(f"{name}LogGroup"), **LOGGED},
        "Environment": {"Variables": {**everywhere, **{key: known[key] for key in function.env.split()}}},
    }
    if function.layer:
        properties["Layers"] = [ref(layer.LAYER)]
    if name in RESERVED:
        properties["ReservedConcurrentExecutions"] = {"Fn::If": [f"Reserves{name}", ref(f"{name}Concurrency"), ref("AWS::NoValue")]}
    if function.background:
        # A message that was to be sent is tried again by the clock, as one whose provider was down.
        failed = {"Type": "SQS", "Destination": att(queues.POSTPONED if name == "Send" else queues.FAILED)}
        properties["EventInvokeConfig"] = {**PATIENCE, "DestinationConfig": {"OnFailure": failed}}
    return properties


def _role(name: str, policy: Json) -> Json:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return resource(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": f"{name}RolePolicy", "PolicyDocument": policy}],
        },
    )
