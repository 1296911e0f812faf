"""The table of contents: every Lambda function of Baton, with what triggers it. The rooms are in chalicelib.

Everything that is no HTTP route must be declared here (Chalice binds no events from blueprints); routes stand in the routes.py of their
rooms. Each function loads only its own room, when it is first called or, if the environment variable ROOM names its modules, while the
function starts, where Lambda lends more CPU. ROUTES does the same for routes: a function that answers no HTTP has none.
"""

from __future__ import annotations

import gc

gc.disable()  # collecting while modules load costs a tenth of a cold start and frees nothing

import json
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

from chalice.app import (
    Chalice,
    CloudWatchEvent,
    DynamoDBEvent,
    LambdaFunctionEvent,
    Rate,
    SNSEvent,
    WebsocketEvent,
)

from chalicelib import http
from chalicelib.aws import clients
from chalicelib.errors import NotAuthenticated, TooMany
from chalicelib.observability import log, now

# Functions that serve routes alone, so that these share no fate with the agents' API; all others are served by api_handler.
APART = {
    "site": ("/", "/console", "/assets/{folder}/{part}", "/assets/{folder}/{part}/{name}", "/widget.js", "/health", "/chat/session"),
    "file_links": ("/files/{token}",),
    "sms_webhook": ("/sms/twilio",),
    "sms_status": ("/sms/twilio/status",),
}
# Modules with routes: those of the functions above, then those of api_handler.
ROUTES = (
    "chalicelib.web.routes",
    "chalicelib.channels.webchat.routes",
    "chalicelib.channels.routes",
    "chalicelib.governance.routes",
    "chalicelib.governance.business_routes",
    "chalicelib.desk.routes",
    "chalicelib.desk.privacy_routes",
    "chalicelib.teaching.routes",
    "chalicelib.teaching.library_routes",
    "chalicelib.insight.routes",
    "chalicelib.integrations.joined_routes",
    "chalicelib.integrations.routes",
)

app = Chalice(app_name="baton", configure_logs=False)
app.experimental_feature_flags.update(["WEBSOCKETS"])
for module in os.environ.get("ROUTES", " ".join(ROUTES)).split():
    if module != "none":
        app.register_blueprint(import_module(module).api)


@app.middleware("all")
def canonical_line(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """One line for each invocation: what it was, how it ended, how long it took. Nothing of what was said."""
    start = now()
    response = get_response(event)
    kind = getattr(event, "path", None) or type(event).__name__
    log.info("invocation", kind=kind, status=getattr(response, "status_code", 200), ms=now() - start)
    return response


@app.middleware("http")
def one_shape_of_errors(event: Any, get_response: Callable[[Any], Any]) -> Any:
    return http.in_our_shape(get_response(event))


# --- Customers ------------------------------------------------------------------------------------------------------


@app.on_ws_connect(name="websocket_connect")
def websocket_connect(event: WebsocketEvent) -> dict[str, int]:
    from chalicelib.channels.webchat import adapter as webchat

    try:
        webchat.connect(event.to_dict().get("queryStringParameters") or {}, event.connection_id, now())
    except NotAuthenticated:
        return {"statusCode": 403}
    except TooMany:
        return {"statusCode": 429}
    return {"statusCode": 200}


@app.on_ws_message(name="websocket_message")
def websocket_message(event: WebsocketEvent) -> dict[str, int]:
    from chalicelib.channels.webchat import adapter as webchat

    source = event.to_dict()["requestContext"].get("identity", {}).get("sourceIp", "")
    webchat.receive(event.body, event.connection_id, now(), source)
    return {"statusCode": 200}


@app.on_ws_disconnect(name="websocket_disconnect")
def websocket_disconnect(event: WebsocketEvent) -> dict[str, int]:
    """The gateway does not say whose connection it was: the row goes at the next push, or by its TTL."""
    return {"statusCode": 200}


@app.on_sns_message(topic="MailTopic", name="email_webhook")
def email_webhook(event: SNSEvent) -> None:
    from chalicelib.channels.email import adapter
    from chalicelib.conversations import mail_copies, table

    message = adapter.receive(json.loads(event.message))
    if message and not table.record(message):
        mail_copies.note(message)


@app.on_sns_message(topic="MailEventsTopic", name="mail_events")
def mail_events(event: SNSEvent) -> None:
    """What became of a mail that we sent: delivered, bounced, complained about."""
    from chalicelib.channels.email import events as email_events

    email_events.receive(event.to_dict()["Records"][0]["Sns"])


@app.on_sns_message(topic="TextTopic", name="sms_aws")
def sms_aws(event: SNSEvent) -> None:
    """AWS End User Messaging: text messages, and what became of ours."""
    from chalicelib.channels.sms import aws as room

    room.receive(event.to_dict()["Records"][0]["Sns"])


# --- What follows from the table's stream ----------------------------------------------------------------------------


@app.on_dynamodb_record(stream_arn="ConversationsTable", name="bot_answer")
def bot_answer(event: DynamoDBEvent) -> dict[str, Any]:
    """A record of the stream; or one that comes again, after a pause, by its keys."""
    from chalicelib.aws import streams
    from chalicelib.bot.messages import turn

    called, handlers = event.to_dict(), {"incoming": turn.handle}
    if "keys" in called:
        return streams.work_off(called, "bot_answer", handlers, streams.PAUSED)
    return streams.process(called, "bot_answer", handlers)


@app.on_dynamodb_record(stream_arn="ConversationsTable", name="deliver")
def deliver(event: DynamoDBEvent) -> dict[str, Any]:
    from chalicelib.aws import streams
    from chalicelib.channels import chores, delivery
    from chalicelib.customers import merging, proofs
    from chalicelib.desk import hints
    from chalicelib.teaching import reviews

    told, outgoing = hints.Collector(), reviews.also(delivery.handle)
    handlers = {"incoming": chores.handle, "outgoing": outgoing, "head": told.handle, "proof": proofs.handle, "move": merging.handle}
    done = streams.process(event.to_dict(), "deliver", handlers)
    told.send()
    return done


@app.lambda_function(name="send")
def send(event: LambdaFunctionEvent, context: Any) -> dict[str, Any]:
    """A mail or a text goes to its provider: as `deliver` hands it on, or as the clock does again."""
    from chalicelib.aws import streams
    from chalicelib.channels import delivery, dispatch

    handlers = {"outgoing": delivery.send}
    if "Records" in event:
        return streams.process(event, "send", handlers)
    dispatch.wait(event)
    return streams.work_off(event, "send", handlers)


@app.lambda_function(name="hints")
def hints(event: LambdaFunctionEvent, context: Any) -> None:
    """What a batch of records changed, told to the consoles."""
    from chalicelib.desk import hints as told

    told.tell(event)


# --- By the clock ----------------------------------------------------------------------------------------------------


@app.schedule(Rate(5, unit=Rate.MINUTES), name="follow_up")
def follow_up(event: CloudWatchEvent) -> dict[str, int]:
    from chalicelib import settings
    from chalicelib.aws import streams
    from chalicelib.customers.erasure import jobs
    from chalicelib.desk import sweep

    functions = {"deliver": settings.env("DELIVER_FUNCTION"), "send": settings.env("SEND_FUNCTION")}
    return sweep.sweep() | {"customer_jobs": jobs.resume(now())} | streams.replay_postponed(functions)


@app.lambda_function(name="publish_report")
def publish_report(event: LambdaFunctionEvent, context: Any) -> list[str]:
    """By the clock the last day; from the API `{"day": "2026-11-21"}`."""
    from chalicelib.governance import roster
    from chalicelib.insight import publish

    return publish.publish(event.get("day"), now(), [agent.id for agent in roster.everyone()])


@app.lambda_function(name="customer_jobs")
def customer_jobs(event: LambdaFunctionEvent, context: Any) -> str:
    """Works at a copy or an erasure of a customer's data, `{"job": id}`, until a minute before its time is over; the clock goes on."""
    from chalicelib.customers.erasure import work
    from chalicelib.desk import closing
    from chalicelib.insight import erasing

    until = now() + context.get_remaining_time_in_millis() - 60_000
    return work.attempt(event["job"], work.house([erasing.HOLDING], closing.close, now), until)


@app.lambda_function(name="learn")
def learn(event: LambdaFunctionEvent, context: Any) -> dict[str, Any]:
    """What was ordered, `{"do": "publish", "release": id}`; by the clock `{"do": "learn"}`."""
    from chalicelib.bot.learning import learn as learning
    from chalicelib.bot.learning import replay
    from chalicelib.knowledge.index import publishing, releases

    order = releases.get(event["release"]) if event.get("release") else None
    if order and order.do != "learn":
        return releases.view(publishing.carry_out(order, replay.replay(now()), now))
    return learning.learn(now, replay.replay(now()), order)


if os.environ.get("ROOM"):
    for name in os.environ["ROOM"].split():
        import_module(name)
    clients.prepare()
if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    gc.freeze()  # what a function loaded at its start lives as long as the function
gc.enable()
