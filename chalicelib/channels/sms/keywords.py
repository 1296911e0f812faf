"""Words that a carrier's rules give a meaning of their own: never a question to the bot. Pure.

Only a message that is such a word and nothing else counts, whatever its case, width or punctuation. Whoever asks in
a sentence to get no more texts (47 CFR 64.1200(a)(10): any reasonable means) is passed to a person: `opt_out_request`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Keyword = Literal["stop", "start", "yes", "help", ""]

_WORDS: tuple[tuple[Keyword, str], ...] = (
    ("stop", "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT REMOVE ARRET ARRÊT"),
    ("stop", "TD 退订 退訂 退订短信 退訂簡訊 取消订阅 取消訂閱 停止 停止发送 停止發送 拒收"),
    ("start", "START UNSTOP SUBSCRIBE 订阅 訂閱 恢复 恢復 重新订阅 重新訂閱"),
    ("yes", "YES"),
    ("help", "HELP INFO 帮助 幫助"),
)
_MEANINGS: dict[str, Keyword] = {word: meaning for meaning, words in _WORDS for word in words.split()}
_NOT_LETTERS = re.compile(r"[\W_]+")

_NO_MORE = (
    r"\b(stop|quit|cease)\s+(texting|messaging|smsing|spamming|contacting)\b",
    r"\b(stop|quit|cease)\s+sending\s+(me|us|these|those|this|any|text|message|sms)",
    r"\b(do not|don't|dont|never|please no longer)\s+(text|message|sms|contact)\s+(me|us|this number)\b",
    r"\b(do not|don't|dont|never)\s+send\s+(me\s+|us\s+)?(any\s+)?(more\s+)?(texts|text messages|messages|sms)\b",
    r"\bno more (texts|text messages|messages|sms)\b",
    r"\b(unsubscribe|opt)\s+me(\s+out)?\b|\bopt(ing)? out of (your |these |the )?(texts|text messages|messages|sms)\b",
    r"\b(take|remove) (me|my number) (off|from) (your|the|this) (list|texts|messages)\b",
    r"(不要|别|別|请勿|請勿|停止|不许)再?(给我|給我|向我)?(再)?(发|發|发送|發送|推送)(送)?(任何)?(短信|简讯|簡訊|信息|消息|訊息)",
    r"不(想|要)再?(收到|接收)(你们的|你們的|任何)?(短信|简讯|簡訊|信息|消息|訊息)",
    r"(退订|退訂|取消)(你们的|你們的|这个|這個)?(短信|简讯|簡訊)",
    r"(把我|将我|將我).{0,6}(名单|名單).{0,3}(移除|删除|刪除|去掉)",
)
_REQUEST = re.compile("|".join(_NO_MORE), re.IGNORECASE)


def keyword(text: str, said: str = "") -> Keyword:
    """`said` is what the provider itself took it for (Twilio's OptOutType), which goes before. "yes" means something only from
    somebody who said STOP."""
    return _of(said) or _of(text)


def opt_out_request(text: str) -> bool:
    """Does a text ask, in words, to get no more messages?"""
    return not _of(text) and bool(_REQUEST.search(unicodedata.normalize("NFKC", text[:500]).replace("’", "'")))


def is_chinese(text: str) -> bool:
    """The language of an answer to a keyword. TD is what carriers in China tell their customers to send."""
    return bool(re.search(r"[\u4e00-\u9fff]", text)) or _letters(text) == "TD"


def _of(text: str) -> Keyword:
    return _MEANINGS.get(_letters(text), "") if len(text) <= 40 else ""


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text)).upper()
