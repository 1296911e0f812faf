"""Where the raw mails of a thread lie in the mail bucket: each message names its own, and a further copy of the same mail leaves a row.

A mail that reaches us twice, as by two of our addresses, is one message; the second object would else be found by nobody.
"""

from __future__ import annotations

import json

from chalicelib import settings
from chalicelib.aws import clients, dynamodb
from chalicelib.aws.dynamodb import Item
from chalicelib.conversations import keys
from chalicelib.conversations.model import Message


def note(message: Message) -> None:
    """This message had come before; written again for the same object it changes nothing. Raises Unavailable."""
    mail = message.meta.get("raw", "")
    if not mail:
        return
    row = {"pk": keys.thread_pk(message.thread), "sk": keys.copy_sk(mail), "type": "copy", "at": message.at}
    with clients.translated("note a further copy of a mail"):
        clients.client("dynamodb").put_item(TableName=settings.env("TABLE"), Item=dynamodb.encode(row))


def named(item: Item) -> list[str]:
    """The object that an item of a thread names, if any. Pure."""
    if item.get("type") == {"S": "copy"}:
        return [keys.mail_of_copy(item["sk"]["S"])]
    raw = json.loads(item["meta"]["S"]).get("raw", "") if "meta" in item else ""
    return [raw] if raw else []
