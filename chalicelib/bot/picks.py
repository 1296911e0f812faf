"""Which of the offered articles does a customer mean: by number, by place, by the words of a title, or by a plain "yes"? Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.bot.language import small_words
from chalicelib.knowledge.words import normal

ALL = -1  # "yes", where several were offered

_LONGEST = 60  # characters of a message that does nothing but pick
_HALF = 0.5
_NOISE = re.compile(r"[\W_]+")
_WORD = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_COURTESIES = re.compile(
    r"\b(?:please|pls|plz|thanks|thank you|i mean|i meant|i (?:want|choose|pick|take|would like|need)|it is|its|that would be|"
    r"thats|i think|ok|okay|yes|yeah|um|uh|hi|so|lets|go with|give me|show me|tell me about|about|choose|pick|take|select|options?|"
    r"number|no|nr|num|answer|choice|item|question|article|point|is|the|one|reply|my)\b|"
    r"谢谢|麻烦|请问|我[想要]问的是|我想问|我是说|我要问|我问的是|我要看|我要|我想看|我选|应该是|是的|就是|那就|选项|选择|"
    r"[请就选第看要吧的呢啊哦嗯]|答案|问题|回复|那个|那条"
)
_NUMBERS = {
    word: place
    for place, words in enumerate(
        (
            "1 1st first 一 一个 1个 一号 1号 一条 1条 一项 1项 头一个 首个 上面那个 最上面 top",
            "2 2nd second 二 二个 2个 两个 二号 2号 二条 2条 二项 2项 中间 中间那个 中间个 middle",
            "3 3rd third 三 三个 3个 三号 3号 三条 3条 三项 3项",
        )
    )
    for word in words.split()
}
_WRITTEN = {"one": "1", "two": "2", "three": "3"}
_LAST = re.compile(r"(?:very)?(?:last|bottom)|最(?:后面?|末|下面)(?:那?[一]?[个条项])?|末尾(?:那?个)?")
_AGREES = re.compile(
    r"(?:oh |ah )?(?:yes|yep|yeah|yup|yea|y|correct|right|exactly|sure|ok|okay|that|this|it|"
    r"thats it|that is it|thats right|that one|this one)"
    r"(?: (?:yes|please|pls|thanks|thank you|exactly|that one|thats it|it is|correct|right))?|"
    r"[嗯哦啊]*(?:是|是的|对|对的|没错|好|好的|可以|行|就是这个|就是|正是|是啊|这个|要|嗯)(?:谢谢|呀|啊|吧)?"
)
_DISAGREES = re.compile(
    r"(?:no|nope|nah|n|none|neither|no none)(?: (?:thanks|thank you|of (?:these|those|them|the above|it)|not really|sorry))*|"
    r"(?:no )?(?:not|none) (?:these|those|any)(?: of .{0,12})?|"
    r"(?:no )?none of (?:these|those|them|the above)(?: please)?|(?:no )?something else|"
    r"(?:不|不是|都不是|不对|没有|都没有|不是这些|不是这个|其他|其它|别的|否|没有我要的|以上都不是|这些都不是|一个都不是|都不对)[啊呀的]?"
)

# Without a word; a skin's colour and how a sign is drawn do not matter.
_DRAWN = "[\\s\\ufe0f\\U0001f3fb-\\U0001f3ff%s]+"
_NODS = re.compile(_DRAWN % "\U0001f44d\U0001f44c\u2705\u2714\U0001f64f\U0001f60a\U0001f642\U0001f600\U0001f603\u2764\u2665")
_SHAKES = re.compile(_DRAWN % "\U0001f44e\u274c\U0001f641\u2639\U0001f61e\U0001f615")


def picked(text: str, titles: Sequence[str]) -> int | None:
    """The place (from 0) of the title that is meant, `ALL` for a yes to several, None if the message is none of that."""
    if not titles or len(text) > _LONGEST:
        return None
    said = _plain(text)
    if agrees(text):
        return 0 if len(titles) == 1 else ALL
    place = _place(said, len(titles))
    return place if place is not None else _titled(said, titles)


def agrees(text: str) -> bool:
    """Does this say yes, and nothing else?"""
    return len(text) <= _LONGEST and bool(_AGREES.fullmatch(_plain(text)) or _is_drawn(_NODS, text))


def refuses(text: str) -> bool:
    """Does this say no to what was offered or answered, and nothing else?"""
    return len(text) <= _LONGEST and bool(_DISAGREES.fullmatch(_plain(text)) or _is_drawn(_SHAKES, text))


def _is_drawn(signs: re.Pattern[str], text: str) -> bool:
    return bool(text.strip()) and bool(signs.fullmatch(text))


def _plain(text: str) -> str:
    """Words with single spaces, no punctuation and no emoji (a keypad's number is its number)."""
    return _NOISE.sub(" ", normal(text).replace("'", "").replace("’", "")).strip()


def _place(said: str, count: int) -> int | None:
    """By number or place, whatever courtesies surround it."""
    bare = _bare(said)
    if _LAST.fullmatch(bare):
        return count - 1
    written = " ".join(_WRITTEN.get(word, word) for word in said.removesuffix(" one").split())
    found = next((_NUMBERS[heard] for heard in (said, bare, _bare(written)) if heard in _NUMBERS), None)
    if found is None and said.endswith("number one"):
        found = 0
    return found if found is not None and found < count else None


def _bare(said: str) -> str:
    return "".join(_COURTESIES.sub(" ", said).split())


def _titled(said: str, titles: Sequence[str]) -> int | None:
    """The title that has all the words, where no other has more than half of them."""
    asked = _units(said)
    if not asked:
        return None
    shares = sorted(((len(asked & _units(_plain(title))) / len(asked), -place) for place, title in enumerate(titles)), reverse=True)
    (best, place), rival = shares[0], shares[1][0] if len(shares) > 1 else 0.0
    return -place if best == 1 and rival <= _HALF else None


def _units(said: str) -> frozenset[str]:
    """Words that say something, without their plural, and Chinese characters."""
    rest = _COURTESIES.sub(" ", said)
    words = [word.removesuffix("s") for word in _WORD.findall(rest) if word not in small_words("english")]
    return frozenset((*words, *_HAN.findall(rest)))
