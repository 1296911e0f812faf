"""The same in Chinese, which has no spaces: what stands where a thing's name does, and none of whose pairs of characters is known. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from itertools import pairwise
from typing import Any

from chalicelib.bot.interpretation.unnamed.held import Held
from chalicelib.knowledge.index.words import normal

_BREAKS = re.compile(r"[\s，。！？；：、,.!?;:~～…]+")
_END = r"(?:[吗么嘛没不呢呀啊的了]|可以吗|行吗|有吗|可以|吗)*"
_PAID = r"(?:卖|出售|付款|支付|买单|结账|付|来付款?|提供)?"
_THING = r"(?P<thing>[㐀-䶿一-鿿a-z0-9 '-]{1,12}?)"
_THING2 = _THING.replace("<thing>", "<other>")
_ASKS = "有没有|有木有|卖不卖|收不收|支不支持|能不能用|可不可以用|能否用|没有看到|没看到|看不到|没看见|找不到|(?:所以|那)没有"
_MAY = "有卖|有|卖|支持|接受|能收|收|可以用|能用|可以刷|能刷|可以收"
_OPENS = re.compile(
    rf"(?:{_ASKS}){_THING}{_PAID}{_END}$|"
    rf"(?:^|你们|你家|店里|这里|这边|还|也|都|里|请问|所以|那)(?:{_MAY}){_THING2}{_PAID}的?(?:吗|么|嘛|没有?|不|呀|啊)+$"
)
_CLOSES = re.compile(
    rf"^(?:那|还有|所以)?{_THING}(?:有吗|有没有|有卖吗|有没有卖|卖吗|卖不卖|能用吗|支持吗|收吗|(?:不|没)在(?:里面|列表|上面)里?[啊吗]?|有没有货)$"
)
_PLACE = re.compile(r"(?:寄|送|配送|发|邮寄)(?:到|去|往|给)?.*?的?(?P<thing>{points})")
_SMALL = re.compile(
    r"^(?:卖|个|一些|一种|那种|这种|别的|其他的?|更|再|点|些|用|什么|没有|有)+|(?:之类|什么|的|可以|能|卖|呀|啊|呢|吗|了|在|还|也|都|[啊喔哦噢啦喇嘛么吧哈])+$"
)
_USED = re.compile(r"[闷焖泡煮冲洗烧装放存蒸炖晒热烤煲盛]$")  # "with a thermos": what is done with it names nothing
_APART = re.compile(r"[㐀-䶿一-鿿]\s+[㐀-䶿一-鿿]")
# "Is it in stock?", which names nothing itself, and stands beside what does.
_STOCK = re.compile(
    r"(?:[我就]*(?:是|想)?问)?(?:你们|还|都|现在|店里)*有(?:没有?|木有)?(?:现?货|得卖|在?卖|库存)(?:没有?|不)?[吗么嘛呢呀啊喔哦了的]*"
)
_STOCKED = 6  # characters of a name beside it
_SOMEBODY = re.compile(r"^人.*的")  # "has anybody seen my message"
_HAN = re.compile(r"[㐀-䶿一-鿿]+")
_WORD = re.compile(r"[a-z][a-z'-]{2,}")
_NO_NAME = re.compile(  # a sentence, a person, a day, an amount
    r"什么|怎么|哪|谁|几|多|咋|啥|还是|[我你吗咁嗰第先能要再又还就在给把被让是不没换退改寄送发收查吃喝看写买啲也都]|会(?!员)|人(?!民)|"
    r"直接|取消|^[到进]|周[一-日末]|星期|礼拜|新客|高$|低$"
)


def thing(text: str, known: Held, data: Mapping[str, Any], common: Set[str]) -> str:
    """What is asked for and not known, as the message is searched (simplified characters); or ""."""
    said = normal(text)
    if re.search(r"产地|原产|产自|产区|(?:哪里|哪儿|哪个国家|什么地方)(?:出?产|种)|哪产", said) and known.lacks(data["origin"]["told"]):
        return str(data["origin"]["word"]["zh"])
    if place := re.search(_PLACE.pattern.replace("{points}", data["points"]), said):
        return "" if place["thing"] in known.said else place["thing"]
    generic = frozenset(data["generic"]["zh"].split())
    pieces = [piece for piece in _BREAKS.split(said) if piece]
    names = [_named(match) for piece in (*pieces, said) if (match := _OPENS.search(piece) or _CLOSES.search(piece))]
    if any(map(_STOCK.fullmatch, pieces)):
        names += [piece for piece in pieces if len(piece) <= _STOCKED and not _STOCK.fullmatch(piece)]
    found = (_unheld(name, known, generic | common) for name in names if not _APART.search(name))
    return next(filter(None, found), "")


def _named(match: re.Match[str]) -> str:
    """What stands at the place of the name."""
    place, name = next(((place, name) for place, name in match.groupdict().items() if name), ("", ""))
    is_used = bool(place) and match.string[: match.start(place)].endswith("用") and _USED.search(name)
    return "" if is_used else name


def _unheld(name: str, known: Held, empty: Set[str]) -> str:
    """The part of a name that is not known."""
    if _SOMEBODY.search(name):
        return ""
    name = _SMALL.sub("", name.strip().rpartition("的")[2] or name.strip("的 "))
    name = _SMALL.sub("", name)
    if name in empty or _NO_NAME.search(name):
        return ""
    if any(not known.holds(word) for word in _WORD.findall(name)):
        return " ".join(_WORD.findall(name))
    runs = (part for run in _HAN.findall(name) for part in _strange(run, known, empty))
    return next(runs, "")


def _strange(run: str, known: Held, empty: Set[str]) -> list[str]:
    """Parts of a run of which no pair of characters is known; none that is, or holds, a word which names nothing."""
    marks = [False] * len(run)
    for place, (first, second) in enumerate(pairwise(run)):
        if first + second in known.said:
            marks[place] = marks[place + 1] = True
    parts = "".join(" " if mark else character for character, mark in zip(run, marks, strict=True)).split()
    return [part for part in parts if len(part) > 1 and not any(pair in empty for pair in _pairs(part)) and not _is_short_for(part, known)]


def _is_short_for(part: str, known: Held) -> bool:
    """ "花茶" for "花草茶"."""
    return len(part) == 2 and not known.lacks(f"{part[0]}[㐀-䶿一-鿿]{part[1]}")


def _pairs(part: str) -> list[str]:
    return [part, *(part[i : i + 2] for i in range(len(part) - 1))]
