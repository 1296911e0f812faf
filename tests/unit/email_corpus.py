"""Compares what was read from a mail with what stands in its `.expected.json` (keys: tests/fixtures/README.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message as Part
from pathlib import Path
from typing import Any

from chalicelib.channels.email import automatic, parse, reply
from chalicelib.channels.email.parse import Mail

FIXTURES = Path(__file__).parents[1] / "fixtures" / "email"
OWN = "support@shop.example"  # the business in the corpus


def mails(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))


def expected(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    return told


def known_gaps(kind: str) -> dict[str, str]:
    """What is not met, by name, with the reason; a test fails if this list is too long or too short."""
    gaps: dict[str, dict[str, str]] = json.loads((FIXTURES / "known_gaps.json").read_text("utf-8"))
    return gaps[kind]


def checks(path: Path) -> Iterator[tuple[str, bool]]:
    """(what was asked, was it met), one for each stated expectation."""
    told = expected(path)
    mail = parse.parse(path.read_bytes())
    yield from _headers(told, mail)
    yield from _texts(told, mail)
    why = automatic.reason(mail, mail.header("return-path") or None, OWN)
    if "auto_generated" in told:
        yield f"auto_generated (we: {why})", told["auto_generated"] == (why in automatic.MACHINE)
    if "may_auto_answer" in told:
        yield f"may_auto_answer (we: {why})", told["may_auto_answer"] == (not why)
    yield f"fates (we: {[(a.type, a.fate) for a in mail.attachments]})", _all_have_a_fate(path, mail)
    if "tnef_inner" in told:
        yield "tnef_inner", all(_has(mail, {"filename": inner["filename"]}) for inner in told["tnef_inner"])
    if "attachments" in told:
        yield f"attachments (we: {[a.name for a in mail.attachments]})", all(_has(mail, wanted) for wanted in told["attachments"])


def reply_checks(told: dict[str, Any], text: str) -> Iterator[tuple[str, bool]]:
    shown = joined(reply.visible(text)[0])
    if told.get("reply_text") is not None:
        wanted = joined(told["reply_text"])
        met = shown.startswith(wanted) if told.get("first_part_only") else shown == wanted
        yield f"reply_text {wanted[:60]!r}, not {shown[:200]!r}", met
    if told.get("reply_is_whole_text"):
        yield "reply_is_whole_text", shown == joined(text)
    for key in ("reply_must_contain", "reply_contains"):
        for piece in told.get(key, []):
            yield f"{key} {piece!r}", joined(piece) in shown
    for piece in told.get("reply_not_contains", []):
        yield f"reply_not_contains {piece!r}", joined(piece) not in shown


def joined(text: str) -> str:
    return " ".join(text.split())


def _headers(told: dict[str, Any], mail: Mail) -> Iterator[tuple[str, bool]]:
    ours = {"from": mail.address, "from_name": mail.name, "subject": mail.subject, "message_id": mail.message_id}
    for key, value in ours.items():
        if told.get(key) is not None:
            wanted = joined(told[key])
            cut = len(wanted) > 200 and joined(value)[:200] == wanted[:200]
            met = value == wanted.lower() if key == "from" else joined(value) == wanted or cut
            yield f"{key} {wanted[:80]!r}, not {value[:80]!r}", met
    if "subject_best_effort" in told:
        yield "subject_best_effort", mail.subject == told["subject_best_effort"]
    if told.get("in_reply_to"):
        wanted_ids = [told["in_reply_to"]] if isinstance(told["in_reply_to"], str) else told["in_reply_to"]
        yield "in_reply_to", list(mail.in_reply_to[:1]) == wanted_ids[:1]
    if "references" in told and len(told["references"]) <= 40:
        yield "references", list(mail.references) == told["references"]


def _texts(told: dict[str, Any], mail: Mail) -> Iterator[tuple[str, bool]]:
    text = joined(mail.text)
    for key in ("text_contains", "text_best_effort", "text_contains_flowed"):
        for piece in told.get(key, []):
            yield f"{key} {piece[:60]!r}, not {text[:100]!r}", joined(piece) in text
    for piece in told.get("text_not_contains", []):
        yield f"text_not_contains {piece!r}", joined(piece) not in text
    yield from reply_checks(told, mail.text)


def _all_have_a_fate(path: Path, mail: Mail) -> bool:
    """As many entries as the standard library finds parts, none without a reason if it is refused; or the parts were not counted."""
    if any(
        part.why.startswith(("nested too deeply", f"{len(mail.attachments)} more")) or "more parts" in part.why for part in mail.attachments
    ):
        return True
    raw = path.read_bytes()
    leaves = list(_leaves(message_from_bytes(raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw)))
    explained = all(part.why or part.fate != "refused" for part in mail.attachments)
    least = len(leaves) if len(leaves) > 1 else 0
    return explained and (len(mail.attachments) >= least or b"\n" not in raw)


def _leaves(part: Part) -> Iterator[Part]:
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in part.get_payload():
            yield from _leaves(child)
    else:
        yield part


def _has(mail: Mail, wanted: dict[str, Any]) -> bool:
    def matches(part: parse.Attachment) -> bool:
        return (
            wanted.get("filename") in (None, part.name)
            and wanted.get("content_type") in (None, part.type)
            and wanted.get("sha256") in (None, hashlib.sha256(part.content).hexdigest())
        )

    return any(matches(part) for part in mail.attachments)
