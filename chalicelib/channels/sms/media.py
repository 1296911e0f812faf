"""Pictures and other media that came with a text message: fetched after the intake, as the provider's address comes from safe_http.

Fetched is only over https, from hosts of the provider's, at every hop of a redirect, each called as safe_http.py does; the account's
password goes to the first address alone. What cannot be had now is tried again for hours, then refused with the reason.
Source: twilio.com/docs/messaging/guides/accepting-and-responding (media), /docs/messaging/api/media-resource.
"""

from __future__ import annotations

import re
import time
from contextlib import closing
from dataclasses import replace
from mimetypes import guess_extension
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from chalicelib import safe_http, settings
from chalicelib.aws.dynamodb import Item
from chalicelib.channels import receipts
from chalicelib.conversations import files, keys, table
from chalicelib.conversations.model import Message
from chalicelib.errors import Forbidden, Postponed, TooLarge, Unavailable
from chalicelib.observability import log, now
from chalicelib.safe_http import Place, is_public, pool, resolve

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

LARGEST = 5 * 1024 * 1024  # bytes; what a phone sends has 5 MB at most
SECONDS = 5.0  # for one file, redirects included
BUDGET = 8.0  # seconds for one message: others wait behind it
HOPS = 4
PATIENCE = 6 * settings.HOUR

API = "api.twilio.com"
_URL = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?:/[!#-\[\]-~]*)?)")
_HOSTS = re.compile(r"(?:[a-z0-9-]+\.)*twilio(?:cdn)?\.com|media\.twiliocdn\.com\.s3[a-z0-9.-]*\.amazonaws\.com")
_BUCKETS = re.compile(r"s3[a-z0-9.-]*\.amazonaws\.com")  # by path: whose bucket it is stands there
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def handle(item: Item, _old: Item | None) -> str:
    """One incoming message of the stream with media: fetches them into the thread's files. Raises Postponed, Unavailable."""
    message = keys.message(item)
    wanted, entries = list(message.meta.get("media", [])), list(message.meta.get("attachments", []))
    trouble, started = "", time.monotonic()
    while wanted and not trouble:
        if time.monotonic() - started > BUDGET:
            trouble = "the files of this message take long"
            break
        try:
            entries.append(_entry(message, wanted[0], len(entries) + 1))
            del wanted[0]
        except Unavailable as error:
            trouble = str(error)
    if trouble and now() - message.at > PATIENCE:
        entries += [_refused(media, len(entries) + n, trouble) for n, media in enumerate(wanted, 1)]
        wanted = []
    rest = {"media": wanted} if wanted else {}
    known = {name: value for name, value in message.meta.items() if name not in ("media", "attachments")}
    table.set_meta(replace(message, meta=known | rest | {"attachments": entries}), done=not wanted)
    if wanted:
        raise Postponed(trouble)
    _tell_agent(message)
    return "fetched"


def _entry(message: Message, media: dict[str, str], number: int) -> dict[str, Any]:
    try:
        content, claimed = fetch(media["url"])
    except (Forbidden, TooLarge) as error:
        log.warning("media_refused", error=str(error))
        return _refused(media, number, str(error))
    kind = claimed if claimed in files.ALLOWED and files.looks_like(claimed, content[:32]) else files.OTHER
    return files.attachment(_name(kind, number), kind, len(content), sha256=files.store(message.thread, content))


def _refused(media: dict[str, str], number: int, why: str) -> dict[str, Any]:
    return files.attachment(_name(media.get("type", ""), number), media.get("type", "") or files.OTHER, 0, fate="refused", why=why)


def _name(kind: str, number: int) -> str:
    return f"file-{number}{guess_extension(kind) or ''}"


def _tell_agent(message: Message) -> None:
    """Whoever holds the conversation sees the pictures as they come."""
    head = table.head(message.thread)
    if head and head.owner == "agent":
        receipts.tell_consoles(replace(message, by=head.agent, meta={"conversation": head.id}))


def fetch(url: str) -> tuple[bytes, str]:
    """Content and type of a file of the provider's. Raises Forbidden, TooLarge (never), Unavailable (perhaps later)."""
    from urllib3.exceptions import HTTPError

    deadline = time.monotonic() + SECONDS
    try:
        for hop in range(HOPS):
            place = allowed(url)
            with closing(_open(place, hop == 0, deadline)) as answer:
                if answer.status not in _REDIRECTS:
                    return _content(answer, deadline), answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                url = urljoin(url, answer.headers.get("Location", ""))
    except (HTTPError, OSError) as error:
        raise Unavailable(f"the file cannot be fetched: {type(error).__name__}") from error
    raise Forbidden("the file's address leads round and round")


def allowed(url: str) -> Place:
    """Where this address may be asked for, resolved. Raises Forbidden, Unavailable (its name is not known now)."""
    played = settings.addresses().twilio_api
    if played != settings.TWILIO_API and url.startswith(f"{played}/"):
        host, _, port = played.partition("://")[2].partition(":")
        return Place(host, host, int(port or 80), url.removeprefix(played), trusted=True)
    found = _URL.fullmatch(url)
    if not found:
        raise Forbidden("the file's address is not allowed: it must be https, without a port or a name")
    host, path = found[1], found[2] or "/"
    if not (_HOSTS.fullmatch(host) or (_BUCKETS.fullmatch(host) and path.startswith("/media.twiliocdn.com/"))):
        raise Forbidden("the file's address is not the provider's")
    addresses = resolve(host)
    if not addresses or not all(map(is_public, addresses)):
        raise Forbidden("the file's address leads into a private network")
    return Place(host, addresses[0], 443, path)


def _open(place: Place, first: bool, deadline: float) -> BaseHTTPResponse:
    """The answer, not yet read. The account's password only for the first address, and only if that is the API's."""
    from urllib3 import make_headers

    headers = {"Host": place.host, "User-Agent": "Baton"}
    if first and (place.host == API or place.trusted) and (account := settings.twilio()).auth_tokens:
        headers |= make_headers(basic_auth=f"{account.account_sid}:{account.auth_tokens[0]}")
    if place.trusted:
        del headers["Host"]
    return pool(place, max(0.1, deadline - time.monotonic())).request(
        "GET", place.path, headers=headers, redirect=False, retries=False, preload_content=False
    )


def _content(answer: BaseHTTPResponse, deadline: float) -> bytes:
    if answer.status != 200:
        raise Unavailable(f"the file's server answered {answer.status}")
    return safe_http.content(answer, LARGEST, deadline)
