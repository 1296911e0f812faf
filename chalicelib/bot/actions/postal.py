"""The address alone, out of a message with words around it: "change it to ... as I said", "不对，应该是……". Pure.

What is kept is shown to the customer before anything is done with it; a word too many on a parcel's label would stay there.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

_ENDS = re.compile(r"[!?！？。;；]|\.(?=\s+(?:thanks?|thank|thx|please|pls|cheers|can|could|is|and|i)\b)", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=\w\w)[.。;；!]\s+")
_STOP = re.compile(r"[.,!:;，。！：；、]\s*|\s+(?=[㐀-鿿])|(?<=[㐀-鿿])\s+")
_MARKS = " ,.:;-，。：；、"


def bare(line: str) -> str:
    """An address that was asked for, without the words that only lead to it or follow it."""
    left = line.strip(_MARKS)
    while (cut := _wordings("before").match(left)) and cut.end():
        left = left[cut.end() :].strip(_MARKS)
    while cut := _wordings("behind").search(left):
        left = left[: cut.start()].strip(_MARKS)
    return left


def corrected(line: str) -> str:
    """What stands behind a "no" and what is said of the value that was wrong; "" without one."""
    left, first = line.strip(_MARKS), True
    while stop := _refused(left):
        left, first = left[stop:].strip(_MARKS), False
    return "" if first else bare(left)


def introduced(line: str) -> str:
    """What follows the words that say where it is to go, up to the end of the sentence; "" without them."""
    found = _wordings("leads").search(line)
    if not found:
        return ""
    rest = line[found.end() :]
    end = _ENDS.search(rest)
    return bare(rest[: end.start()] if end else rest)


def shortened(line: str, said: str) -> str:
    """The address without its last sentence, if that is what is said to be none of it; else ""."""
    parts = _SENTENCE.split(line)
    return line[: -len(parts[-1])].strip(_MARKS) if len(parts) > 1 and _wordings("last").search(said) else ""


def _refused(line: str) -> int:
    """Where the clause ends that says no, or speaks of what is wrong; 0 if the line begins with none."""
    said = _wordings("no").match(line)
    if not said:
        return 0
    stop = _STOP.search(line, said.end())
    clause = line[: stop.start()] if stop else line
    if stop and not re.search(r"\d", clause):
        return stop.end()
    return said.end()


# Around a list of wordings of postal.json; in `{}` stands the list.
_AROUND = {"behind": r"[\s,.;，。；(（]*(?<![A-Za-z])(?:{})[\s)）.!。！]*$"}


@cache
def _wordings(name: str) -> re.Pattern[str]:
    known = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return re.compile(_AROUND.get(name, "(?:{})").replace("{}", "|".join(known[name])), re.IGNORECASE)
