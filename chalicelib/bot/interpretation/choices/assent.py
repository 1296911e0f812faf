"""Does a customer say yes or no to what was offered or answered, and what does she ask instead? Pure."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.bot.interpretation.choices.heads import heads
from chalicelib.bot.interpretation.contextual.completion import asks_something
from chalicelib.bot.interpretation.orthography.spoken import alternatives, plain
from chalicelib.bot.interpretation.phrases import WordLists

_LISTS = WordLists(__file__)
_LONGEST = 60  # characters of what does nothing but reply
# Without a word; a skin's colour and how a sign is drawn do not matter.
_DRAWN = "[\\s\\ufe0f\\U0001f3fb-\\U0001f3ff%s]+"
_NODS = re.compile(_DRAWN % "\U0001f44d\U0001f44c\u2705\u2714\U0001f64f\U0001f60a\U0001f642\U0001f600\U0001f603\u2764\u2665")
_SHAKES = re.compile(_DRAWN % "\U0001f44e\u274c\u2716\U0001f645\u200d\u2640\u2642\U0001f641\u2639\U0001f61e\U0001f615")
_GREETING = re.compile(r"[你您]好")  # no "好"
_STOPS = re.compile(r"[.,!?;:\n…，。！？；、：～~-]\s*\Z")
# Where a "no" is followed by a sentence although no comma stands between them.
_LAST = re.compile(r"(.+?)(?:[.,!;:\n。！；，：~～…]\s*|(?<=[㐀-鿿])\s+)([^.,!?;:\n。！？；，：~～…]+)[.!。！~～…]*", re.DOTALL)
_TOLD = 120  # characters of a refusal that says why
_SENTENCE = re.compile(
    r"(?:no|nope|nah)\s+(?=(?:i|im|i'm|i'd|my|it|it's|its|what|how|where|when|can|do)\s)|"
    r"(?:不是|都不是|不对|唔系|唔係)(?=我想|我要问|我是想|请问|就是想)",
    re.IGNORECASE,
)


def agrees(text: str) -> bool:
    """Does this say yes, and nothing else?"""
    return len(text) <= _LONGEST and (_is_drawn(_NODS, text) or _says(plain(text), "yes"))


def refuses(text: str) -> bool:
    """Does this say no to what was offered or answered, and nothing else?"""
    return refusal(text) == ""


def refusal(text: str) -> str | None:
    """None: no refusal; "": nothing else is said; otherwise what she says instead. "No, the second one" is a refusal with a rest:
    look for a pick first."""
    if _is_drawn(_SHAKES, text):
        return ""
    for head, rest in heads(text.strip()):
        said = plain(head)
        if _says(said, "strong") or (_says(said, "no") and (not rest or _STOPS.search(head))):
            return rest if _says_more(rest) else ""
    sentence = _SENTENCE.match(text.strip())
    if sentence:
        return text.strip()[sentence.end() :]
    return "" if _ends_with_other(text) else None


def _ends_with_other(text: str) -> bool:
    """ "Ah, just for myself. Something else": why it is none of these, and then what the button says."""
    cut = _LAST.fullmatch(text.strip()) if len(text) <= _TOLD else None
    return bool(cut and _says(plain(cut[2]), "else") and not asks_something(cut[1]))


def _says(said: str, kind: str) -> bool:
    """Nothing but this kind of word and courtesies? A strong no may have a plain one beside it."""
    spoken = _GREETING.sub(" ", said)
    left = _pattern(kind).sub(" ", spoken)
    return left != spoken and not _pattern("around", *(("no",) if kind == "strong" else ())).sub(" ", left).strip()


def _says_more(rest: str) -> bool:
    return bool(_pattern("around", "no", "strong").sub(" ", plain(rest)).strip())


def _is_drawn(signs: re.Pattern[str], text: str) -> bool:
    return bool(text.strip()) and bool(signs.fullmatch(text))


@cache
def _pattern(*kinds: str) -> re.Pattern[str]:
    return re.compile(alternatives(word for kind in kinds for word in _LISTS.data[kind].split("|")))
