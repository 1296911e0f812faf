"""The table of contents: every Lambda function of Baton, with what triggers it. The rooms are in chalicelib.

Everything that is no HTTP route must be declared here (Chalice binds no events from blueprints); the routes of the
agents' API are in chalicelib.agents.routes. Each function loads only its own room, when it is first called or, if the
environment variable ROOM names its modules, while the function starts, where Lambda lends more CPU.
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
    Response,
    SNSEvent,
    WebsocketEvent,
)

from chalicelib import aws, http
from chalicelib.agents import library_routes, routes, teaching_routes
from chalicelib.errors import NotAuthenticated, TooMany
from chalicelib.observability import log, now

VERSION = "0.1.0"
FORM = "application/x-www-form-urlencoded"

app = Chalice(app_name="baton", configure_logs=False)
app.experimental_feature_flags.update(["WEBSOCKETS"])
app.register_blueprint(routes.api)
app.register_blueprint(library_routes.api)
app.register_blueprint(teaching_routes.api)


@app.middleware("all")
def canonical_line(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """One line for each invocation: what it was, how it ended, how long it took. Nothing of what was said."""
    start = now()
    response = get_response(event)
    kind = getattr(event, "path", None) or type(event).__name__
    log.info("invocation", kind=kind, status=getattr(response, "status_code", 200), ms=now() - start)
    return response


# --- Customers: web chat ---------------------------------------------------------------------------------------------


@app.route("/")
def chat_page() -> Response:
    return _page("chat")


@app.route("/console")
def console_page() -> Response:
    return _page("console")


@app.route("/assets/{name}")
def asset(name: str) -> Response:
    return _page(name)


@app.route("/widget.js")
def widget() -> Response:
    return _page("widget.js")


@app.route("/health")
@http.answering
def health() -> dict[str, Any]:
    return {"ok": True, "version": VERSION}


@app.route("/chat/session", methods=["POST"])
@http.answering
def chat_session() -> Response:
    from chalicelib.channels import webchat

    body, source = http.body_of(app.current_request), app.current_request.context["identity"]["sourceIp"]
    return http.respond(webchat.session(http.text_of(body, "token", ""), now(), http.text_of(body, "jwt", ""), source), 201)


@app.on_ws_connect(name="websocket_connect")
def websocket_connect(event: WebsocketEvent) -> dict[str, int]:
    from chalicelib.channels import webchat

    try:
        webchat.connect(event.to_dict().get("queryStringParameters") or {}, event.connection_id, now())
    except NotAuthenticated:
        return {"statusCode": 403}
    except TooMany:
        return {"statusCode": 429}
    return {"statusCode": 200}


@app.on_ws_message(name="websocket_message")
def websocket_message(event: WebsocketEvent) -> dict[str, int]:
    from chalicelib.channels import webchat

    source = event.to_dict()["requestContext"].get("identity", {}).get("sourceIp", "")
    webchat.receive(event.body, event.connection_id, now(), source)
    return {"statusCode": 200}


@app.on_ws_disconnect(name="websocket_disconnect")
def websocket_disconnect(event: WebsocketEvent) -> dict[str, int]:
    """The gateway does not say whose connection it was: the row goes at the next push, or by its TTL."""
    return {"statusCode": 200}


@app.route("/files/{token}")
@http.answering
def linked_file(token: str) -> Response:
    """Where the link in a text message leads."""
    from urllib.parse import unquote

    from chalicelib.channels import file_links

    return http.respond("", 302, {"Location": file_links.follow(unquote(token), now()), "Content-Type": "text/plain"})


# --- Customers: SMS and e-mail ---------------------------------------------------------------------------------------


@app.route("/sms/twilio", methods=["POST"], content_types=[FORM])
@http.answering
def sms_webhook() -> Response:
    from chalicelib.channels import sms_twilio

    request = app.current_request
    sms_twilio.webhook(request.raw_body, dict(request.headers))
    return http.respond("<Response/>", 200, {"Content-Type": "text/xml"})


@app.route("/sms/twilio/status", methods=["POST"], content_types=[FORM])
@http.answering
def sms_status() -> Response:
    """What became of a text message that we sent."""
    from chalicelib.channels import sms_twilio

    request = app.current_request
    sms_twilio.status(request.raw_body, dict(request.headers), dict(request.query_params or {}))
    return http.respond("", 204)


@app.on_sns_message(topic="MailTopic", name="email_webhook")
def email_webhook(event: SNSEvent) -> None:
    from chalicelib.channels import email
    from chalicelib.conversations import table

    message = email.receive(json.loads(event.message))
    if message:
        table.record(message)


@app.on_sns_message(topic="MailEventsTopic", name="mail_events")
def mail_events(event: SNSEvent) -> None:
    """What became of a mail that we sent: delivered, bounced, complained about."""
    from chalicelib.channels import email_events

    email_events.receive(event.to_dict()["Records"][0]["Sns"])


@app.on_sns_message(topic="TextTopic", name="sms_aws")
def sms_aws(event: SNSEvent) -> None:
    """AWS End User Messaging: text messages, and what became of ours."""
    from chalicelib.channels import sms_aws as room

    room.receive(event.to_dict()["Records"][0]["Sns"])


# --- What follows from the table's stream ----------------------------------------------------------------------------


@app.on_dynamodb_record(stream_arn="ConversationsTable", name="bot_answer")
def bot_answer(event: DynamoDBEvent) -> dict[str, Any]:
    from chalicelib import streams
    from chalicelib.bot import turn

    return streams.process(event.to_dict(), "bot_answer", {"incoming": turn.handle})


@app.on_dynamodb_record(stream_arn="ConversationsTable", name="deliver")
def deliver(event: DynamoDBEvent) -> dict[str, Any]:
    from chalicelib import streams
    from chalicelib.agents import hints, reviews
    from chalicelib.channels import chores, delivery
    from chalicelib.conversations import moves, proofs

    outgoing = reviews.also(delivery.handle)
    handlers = {"incoming": chores.handle, "outgoing": outgoing, "head": hints.handle, "proof": proofs.handle, "move": moves.handle}
    return streams.process(event.to_dict(), "deliver", handlers)


@app.lambda_function(name="pause")
def pause(event: LambdaFunctionEvent, context: Any) -> bool:
    """Sleeps a moment, so that several short messages are one turn, and hands the record to the bot again."""
    from chalicelib import settings, streams

    return streams.after_a_pause(event, settings.env("BOT_FUNCTION"))


# --- By the clock ----------------------------------------------------------------------------------------------------


@app.schedule(Rate(5, unit=Rate.MINUTES), name="follow_up")
def follow_up(event: CloudWatchEvent) -> dict[str, int]:
    from chalicelib import settings, streams
    from chalicelib.agents import sweep

    return sweep.sweep() | streams.replay_postponed(settings.env("DELIVER_FUNCTION"))


@app.lambda_function(name="publish_report")
def publish_report(event: LambdaFunctionEvent, context: Any) -> list[str]:
    """By the clock the last day; from the API `{"day": "2026-11-21"}`."""
    from chalicelib.agents import roster
    from chalicelib.reports import publish

    return publish.publish(event.get("day"), now(), [agent.id for agent in roster.everyone()])


@app.lambda_function(name="learn")
def learn(event: LambdaFunctionEvent, context: Any) -> dict[str, Any]:
    """What was ordered, `{"do": "publish", "release": id}`; by the clock `{"do": "learn"}`."""
    from chalicelib.bot import learning, replay
    from chalicelib.knowledge import publishing, releases

    order = releases.get(event["release"]) if event.get("release") else None
    if order and order.do != "learn":
        return releases.view(publishing.carry_out(order, replay.replay(now()), now))
    return learning.learn(now, replay.replay(now()), order)


# --- What agents ask of other rooms ----------------------------------------------------------------------------------


@app.route("/conversations/{conversation_id}/messages/{message_id}/whole", authorizer=routes.signed_in)
@http.answering
def whole_mail(conversation_id: str, message_id: str) -> dict[str, Any]:
    from urllib.parse import unquote

    from chalicelib.agents import attachments
    from chalicelib.channels import email_whole

    routes.agent_of(app.current_request)
    return email_whole.whole(attachments.message(conversation_id, unquote(message_id)))


# --- Reports through the agents' API ---------------------------------------------------------------------------------


@app.route("/reports", methods=["POST"], authorizer=routes.signed_in)
@http.answering
def make_report() -> Response:
    from chalicelib.reports import publish

    routes.supervisor(app.current_request)
    day = http.text_of(http.body_of(app.current_request), "day")
    publish.order(day, now())
    return http.respond({"day": day}, 202)


@app.route("/reports", authorizer=routes.signed_in)
@http.answering
def list_reports() -> dict[str, Any]:
    from chalicelib.reports import publish

    routes.supervisor(app.current_request)
    return {"reports": publish.list_reports()}


@app.route("/reports/{day}", authorizer=routes.signed_in)
@http.answering
def open_report(day: str) -> dict[str, Any]:
    from chalicelib.reports import publish

    routes.supervisor(app.current_request)
    return {"day": day, **publish.addresses(day)}


@http.answering
def _page(name: str) -> Response:
    from chalicelib import settings
    from chalicelib.web import pages

    request, known = app.current_request, settings.parameters()
    page = pages.serve(
        name,
        request.headers.get("if-none-match", ""),
        origins=pages.Origins(known.socket_url, known.files_origin, settings.optional("CHAT_ORIGINS")),
        business=settings.optional("BUSINESS"),
        asked_version=(request.query_params or {}).get("v", ""),
    )
    return Response(page.body, page.headers, page.status)


if os.environ.get("ROOM"):
    for room in os.environ["ROOM"].split():
        import_module(room)
    aws.prepare()
if os.environ.get("AWS_LAMBDA_FUNCTION_NAME"):
    gc.freeze()  # what a function loaded at its start lives as long as the function
gc.enable()
