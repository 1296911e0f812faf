"""Where providers and links of messages lead: Twilio's webhooks, and files in text messages."""

from __future__ import annotations

from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib import http, operations
from chalicelib.observability import now
from chalicelib.operations import Operation

api = Blueprint(__name__)
FORM = "application/x-www-form-urlencoded"


@api.route("/files/{token}")
@operations.described(Operation(who="anyone", status=302, headers=("Location",), media="text/plain"))
@http.answering
def linked_file(token: str) -> Response:
    """Where the link in a text message leads: to an address that is good for five minutes. 401: older than a month."""
    from chalicelib.channels import file_links

    return http.respond("", 302, {"Location": file_links.follow(unquote(token), now()), "Content-Type": "text/plain"})


@api.route("/sms/twilio", methods=["POST"], content_types=[FORM])
@operations.described(Operation(who="anyone", form=True, media="text/xml"))
@http.answering
def sms_webhook() -> Response:
    """Twilio's webhook for a text message, signed over the public address."""
    from chalicelib.channels.sms import twilio

    twilio.webhook(api.current_request.raw_body, dict(api.current_request.headers))
    return http.respond("<Response/>", 200, {"Content-Type": "text/xml"})


@api.route("/sms/twilio/status", methods=["POST"], content_types=[FORM])
@operations.described(Operation(who="anyone", form=True, status=204))
@http.answering
def sms_status() -> Response:
    """What became of a text message that we sent: Twilio's status callback, signed with the query."""
    from chalicelib.channels.sms import twilio

    request = api.current_request
    twilio.status(request.raw_body, dict(request.headers), dict(request.query_params or {}))
    return http.respond("", 204)
