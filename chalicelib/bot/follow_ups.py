"""Follow-ups: "and abroad?" means what was asked before, with something else in its place. Pure.

Whether a message goes on with the last question cannot be told by its words alone. What can: whether it may (it is short, or points
back), and what the two questions would be that it could mean. Which of them it is, the knowledge decides.
"""

from __future__ import annotations

import re

from chalicelib.bot.language import small_words
from chalicelib.knowledge.words import normal

_LONGEST = 80  # characters of a message that may go on with something; a Chinese one counts as three
_FEW = 4  # words that say something
_WIDE = re.compile(r"[㐀-䶿一-鿿]")
_POINTS_BACK = re.compile(
    r"(?:and|but|or|also|so|ok|okay|then|what about|how about|what if|even|same|only|just|if|"
    r"in that case|which|for|to|with|without|on|at|by)\b|"
    r".*\b(?:it|its|that|this|they|them|those|these|there|then|one|ones|instead|as well|too|either|same|still|else)\b|"
    r"[那而但或还也如果要是假如].*|.*[呢它]$|.*(?:这个|那个|这样|那样|它|呢|这种|那种|同样|也是|也可以|的话).*"
)
_ASKS_ON = re.compile(r"(?:and|but|what about|how about|what if|what)\b|那.*|还有.*|.*呢$")
# What only joins a message to what was said ...
_JOINS = re.compile(
    r"\b(?:and|but|or|so|ok|okay|then|also|what about|how about|what if|if|please|tell me|"
    r"let me know|it|that|this|they|them|those|these|there)\b|"
    r"那么|还有|如果是|如果|要是|的话|请问|那个|这个|这样|那样|[那呢吧啊它]"
)
# ... and what asks, and no more: it gives way to another message's asking words.
_ASKS = re.compile(
    r"\b(?:how|what|when|where|which|who|why|long|much|many|often|soon|need|possible)\b|"
    r"要多久|多久|多少钱|多长时间|什么时候|几天|几时|怎么办|怎么样|怎样|怎么|如何|为什么|可以|能不能|能否|可不可以|哪里|哪儿|什么|多少|[吗要能会才到]"
)
_SPACES = re.compile(r"[\s,.;:!?。，！？、；：…]+")


def points_back(text: str) -> bool:
    """Does it say so itself that it goes on with something: "and …", "what about …", "that", "那…呢"?"""
    said = normal(text).strip()
    return _is_short(said) and bool(_POINTS_BACK.match(_SPACES.sub(" ", said).strip()))


def asks_on(text: str) -> bool:
    """Is it, without any doubt, another question: "and abroad", "那国外呢"?"""
    said = _SPACES.sub(" ", normal(text)).strip()
    return _is_short(said) and bool(_ASKS_ON.match(said))


def may_follow(text: str) -> bool:
    """Could this go on with the question before? Short, with few words of its own."""
    said = normal(text)
    return _is_short(said) and (points_back(text) or _own_words(said) <= _FEW)


def leans(text: str) -> bool:
    """Does it say nothing without the question before: "how long does that take?", "要多久"?"""
    said = _JOINS.sub(" ", normal(text))
    own = _own_words(_ASKS.sub(" ", said))
    return _is_short(text) and bool(_ASKS.search(said)) and (own == 0 or (own == 1 and points_back(text)))


def readings(before: str, text: str) -> list[tuple[str, bool]]:
    """What the message may mean after the question before, and whether that takes both: what it asks about the same topic, or the
    same question with its words, or these words alone."""
    whole, said = _flat(normal(before)), _flat(_JOINS.sub(" ", normal(text)))
    topic = _topic(whole)
    if not topic or not said:
        return []
    alone = [] if _ASKS.search(said) else [(said, False), (f"{whole} {said}", True)]
    return [(_joined(reading), both) for reading, both in (*alone, (f"{topic} {said}", True))]


def _topic(question: str) -> str:
    """What it is about: without the words that ask."""
    words = _ASKS.sub(" ", _JOINS.sub(" ", question)).split()
    return " ".join(word for word in words if word not in small_words("english"))


def _is_short(said: str) -> bool:
    return len(said) + 2 * len(_WIDE.findall(said[:_LONGEST])) <= _LONGEST


def _own_words(said: str) -> int:
    words = [word for word in re.findall(r"[a-z0-9']+", said) if word not in small_words("english")]
    return len(words) + len(_WIDE.findall(said)) // 2


def _flat(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


def _joined(text: str) -> str:
    """Chinese words stand together."""
    return re.sub(r"(?<=[㐀-䶿一-鿿]) (?=[㐀-䶿一-鿿])", "", _flat(text))
