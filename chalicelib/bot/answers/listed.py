"""Which lines of an answer its buttons stand for: a page that shows `choices` as buttons does not say the same twice. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.bot.rules.rules import Rules

_NUMBERED = re.compile(r"\d+\. (.+)")
_LISTING = ("offer", "lead_others")  # sentences with a list in them, and after it how to reply
_BESIDE = ("person_beside", "person_if_not")  # how to reply, as a whole


def listed(text: str, choices: Sequence[str], rules: Rules) -> list[int]:
    """Numbers of lines, from 0: of each choice the last line that lists it, and how to reply to them by hand. An article may hold
    numbered lists of its own: those stay."""
    lines, left, found = text.split("\n"), [*choices], list[int]()
    for number in reversed(range(len(lines))):
        title = _NUMBERED.fullmatch(lines[number])
        if title and title[1] in left:
            left.remove(title[1])
            found.append(number)
    after = max(found, default=len(lines))
    hints, beside = _hints(rules), {text for name in _BESIDE for text in rules.sentences[name].values()}
    found += [number for number, line in enumerate(lines) if choices and (line in beside or (number > after and line in hints))]
    return sorted(found)


def _hints(rules: Rules) -> set[str]:
    """What follows the list in any language."""
    texts = [text for name in _LISTING for text in rules.sentences[name].values()]
    return {line for text in texts for line in text.partition("{titles}")[2].split("\n") if line}
