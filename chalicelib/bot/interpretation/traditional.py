"""Simplified Chinese in traditional characters and in the words of Taiwan or Hong Kong (头发 is 頭髮, 链接 is 連結): OpenCC does it.

Its tables are made for software; what a shop says otherwise (保存 tea is not 儲存, to close an account is not 登出) is in traditional.json.
OpenCC lies in the layer of the bot's function and is loaded with the first text that needs it. Without it the text stays simplified,
which readers of traditional characters can read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from chalicelib.observability import log

_TABLES = {"TW": "s2twp", "HK": "s2hk"}
_HAN = re.compile(r"[㐀-䶿一-鿿]")
_QUOTE = re.compile(r"(?<![A-Za-z])[“”‘’]|[“”‘’](?![A-Za-z])")  # none within "Lantern’s"
_QUOTES = str.maketrans("“”‘’", "「」『』")
_HALF_WIDTH = re.compile(r"(?<=[㐀-䶿一-鿿」』）])([,;:?!])(?:[ ]+|(?=[㐀-䶿一-鿿「『\n])|$)")
_FULL_WIDTH = str.maketrans(",;:?!", "，；：？！")


def traditional(text: str, region: str = "TW") -> str:
    """In the words of that region, with its quotes and full-width marks. Never raises."""
    convert = _converter(region)
    if convert is None or not _HAN.search(text):
        return text
    said = _exceptions(region)
    parts = _excepted(region).split(text)
    turned = "".join(said.get(part) or convert(part) for part in parts)
    quoted = _QUOTE.sub(lambda match: match[0].translate(_QUOTES), turned)
    return _HALF_WIDTH.sub(lambda match: match[1].translate(_FULL_WIDTH), quoted)


@cache
def _exceptions(region: str) -> Mapping[str, str]:
    tables: dict[str, dict[str, str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return tables[region]


@cache
def _excepted(region: str) -> re.Pattern[str]:
    return re.compile("(" + "|".join(sorted(_exceptions(region), key=len, reverse=True)) + ")")


@cache
def _converter(region: str) -> Callable[[str], str] | None:
    try:
        from opencc import OpenCC

        convert: Callable[[str], str] = OpenCC(_TABLES[region]).convert
    except (ImportError, OSError, RuntimeError) as error:
        log.warning("traditional_missing", error=type(error).__name__)
        return None
    return convert
