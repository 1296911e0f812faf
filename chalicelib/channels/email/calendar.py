"""Calendar invites in words: what, when, where, from whom. Pure; what cannot be read is left out.

RFC 5545 and 5546. The times stand as the invite says them, with the name of their zone: a customer knows her own clock. (The
library icalendar brings 2.7 MB and a time zone of its own for each invite; this reads eight lines.)
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from chalicelib.channels.email import words as email_words

Language = Literal["en", "zh"]

_WORDS: dict[str, dict[Language, str]] = {
    "REQUEST": {"en": "Invitation", "zh": "日程邀请"},
    "CANCEL": {"en": "Cancelled", "zh": "日程取消"},
    "REPLY": {"en": "Answer to an invitation", "zh": "日程邀请的答复"},
    "when": {"en": "When", "zh": "时间"},
    "where": {"en": "Where", "zh": "地点"},
    "who": {"en": "Organiser", "zh": "组织者"},
    "answer": {"en": "Answer", "zh": "答复"},
    "ACCEPTED": {"en": "accepted", "zh": "接受"},
    "DECLINED": {"en": "declined", "zh": "拒绝"},
    "TENTATIVE": {"en": "perhaps", "zh": "暂定"},
}
_METHOD = re.compile(r"^METHOD:[ \t]*(\w{1,20})", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(r"([A-Z-]{2,20})((?:;[^;:\"]{0,200}(?:\"[^\"]{0,200}\")?){0,8}):(.*)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONGEST = 300  # characters of one line
LIMIT = 200_000  # of an invite that are looked at


def method(calendar: str) -> str:
    """What is asked: "REQUEST", "CANCEL", "REPLY" …, or nothing."""
    found = _METHOD.search(calendar[:LIMIT])
    return found[1].upper() if found else ""


def language_of(*texts: str) -> Language:
    """What an invite is told in: the language of the mail that brings it."""
    return "zh" if any(_CHINESE.search(text[:2000]) for text in texts) else "en"


def in_words(calendar: str, language: Language) -> str:
    """A few lines for people; "" if it holds no event."""
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar[:LIMIT]).replace("\r", "")
    lines = _event(unfolded)
    if lines is None:
        return ""
    title = _WORDS.get(method(unfolded), _WORDS["REQUEST"])[language]
    told = [f"{title}: {_plain(lines.get('SUMMARY', ('', ''))[1])}".rstrip(": ")]
    for word, value in (("when", _span(lines)), ("where", _plain(lines.get("LOCATION", ("", ""))[1])), ("who", _organiser(lines))):
        if value:
            told.append(f"{_WORDS[word][language]}: {value}")
    answer = re.search(r"PARTSTAT=\"?(\w+)", lines.get("ATTENDEE", ("", ""))[0], re.IGNORECASE)
    if method(unfolded) == "REPLY" and answer and answer[1].upper() in _WORDS:
        told.append(f"{_WORDS['answer'][language]}: {_WORDS[answer[1].upper()][language]}")
    return "\n".join(told)


def _event(calendar: str) -> dict[str, tuple[str, str]] | None:
    """The first event's properties (name -> options, value), each one's first; None if there is no event. A reminder inside an
    event has a summary of its own, which is left out."""
    found: dict[str, tuple[str, str]] | None = None
    inner = 0
    for line in calendar.split("\n"):
        begins, ends = line[:6].upper() == "BEGIN:", line[:4].upper() == "END:"
        if found is None:
            found = {} if begins and line[6:].strip().upper() == "VEVENT" else None
        elif ends and not inner:
            return found
        elif begins or ends:
            inner += 1 if begins else -1
        elif not inner and (read := _LINE.match(line)):
            found.setdefault(read[1].upper(), (read[2], read[3].strip()))
    return found


def _plain(value: str) -> str:
    unescaped = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return email_words.plain_line(unescaped)[:LONGEST]


def _organiser(lines: dict[str, tuple[str, str]]) -> str:
    options, value = lines.get("ORGANIZER", ("", ""))
    name = re.search(r"CN=(?:\"([^\"]*)\"|([^;:]*))", options, re.IGNORECASE)
    address = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
    shown = _plain((name[1] or name[2] or "") if name else "")
    return f"{shown} <{_plain(address)}>" if shown and shown != address else _plain(address)


def _span(lines: dict[str, tuple[str, str]]) -> str:
    """`2024-10-27 02:30 – 03:30 (Europe/Berlin)`; a whole day has no time."""
    options, start = lines.get("DTSTART", ("", ""))
    _, end = lines.get("DTEND", ("", ""))
    begins, ends = _moment(start), _moment(end)
    if not begins:
        return ""
    if ends and ends[:10] == begins[:10]:
        ends = ends[11:]
    zone = "UTC" if start.endswith("Z") else next(iter(re.findall(r"TZID=\"?([^\";:]{1,60})", options, re.IGNORECASE)), "")
    span = f"{begins} – {ends}" if ends and "T" in start else begins
    return f"{span} ({_plain(zone)})" if zone else span


def _moment(value: str) -> str:
    for shape, shown in (("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M"), ("%Y%m%d", "%Y-%m-%d")):
        try:
            return datetime.strptime(value.rstrip("Zz"), shape).strftime(shown)
        except ValueError:
            continue
    return ""
