"""Words that a carrier's rules give a meaning of their own: never a question to the bot. Pure.

Only a message that is such a word and nothing else counts, whatever its case, width or punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Keyword = Literal["stop", "start", "help", ""]

_STOP = frozenset(
    [
        "STOP",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "ARRET",
        "ARRÊT",
        "REMOVE",
        "TD",
        "退订",
        "退訂",
        "取消订阅",
        "取消訂閱",
        "停止",
        "停止发送",
        "拒收",
    ]
)
_START = frozenset(["START", "UNSTOP", "订阅", "訂閱", "恢复", "恢復", "重新订阅"])
_HELP = frozenset(["HELP", "INFO", "帮助", "幫助"])
_NOT_LETTERS = re.compile(r"[\W_]+")


def keyword(text: str, said: str = "") -> Keyword:
    """`said` is what the provider itself took it for (Twilio's OptOutType), which goes before."""
    return _of(said) or _of(text)


def _of(text: str) -> Keyword:
    if len(text) > 40:
        return ""
    word = _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if word in _STOP:
        return "stop"
    if word in _START:
        return "start"
    return "help" if word in _HELP else ""
