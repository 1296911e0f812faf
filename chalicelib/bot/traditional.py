"""Simplified Chinese in traditional characters, by words and not one by one (头发 is 頭髮, 发票 is 發票): OpenCC does it.

It lies in the layer of the bot's function and is loaded with the first text that needs it. Without it the text stays simplified, which
readers of traditional characters can read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from chalicelib.observability import log

_AS_IN_TAIWAN = "s2tw"


def traditional(text: str) -> str:
    """Never raises."""
    return _converter()(text)


@cache
def _converter() -> Callable[[str], str]:
    try:
        from opencc import OpenCC

        convert: Callable[[str], str] = OpenCC(_AS_IN_TAIWAN).convert
    except (ImportError, OSError, RuntimeError) as error:
        log.warning("traditional_missing", error=type(error).__name__)
        return str
    return convert
