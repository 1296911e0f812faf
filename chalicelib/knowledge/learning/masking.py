"""What must not be learned is covered before a customer's words become an example or a gap's sample. Pure.

Rather too much than too little: what is lost are numbers and names, by which no article is found. So no library of phone numbers
looks for valid ones: four digits are a number, be it of an order, a card, a house or a year.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

SIGN = "•••"  # no letter, so that no search finds it
LONGEST = 300  # characters of an example; a longer text is a story
_LOOKED_AT = 2_000

_HAN = "一-鿿"
_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙周吴吳徐孙孫马馬朱胡郭何高林郑鄭谢謝罗羅梁宋唐许許韩韓冯馮邓鄧曹彭曾肖蕭田董袁潘于蒋蔣蔡余杜叶葉程"
    "苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范金石廖贾賈夏韦韋付方白邹鄒孟熊秦邱江尹薛段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴武戴莫孔汤湯"
)
_STREETS = "street|st|road|rd|avenue|ave|lane|ln|drive|square|sq|court|ct|boulevard|blvd|way|place|terrace|close"
_NOT_A_PASSWORD = "wrong|not|incorrect|invalid|expired|forgotten|lost|too|weak|being|still|no|never|always|rejected|right|reset|gone"
_THINGS = "order|invoice|ticket|tracking|account|customer|reference|ref|booking|parcel|case|contract|passport|member|membership"
_THINGS_ZH = "订单|訂單|发票|發票|单号|單號|编号|編號|账号|帳號|运单|運單|快递|快遞|护照|護照|会员|會員|身份证|身分證"

_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WIDE = {code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF20)}
_KEPT = rf"\g<kept>{SIGN}"


def _covers(pattern: str, keeps: bool = False, flags: re.RegexFlag = re.IGNORECASE) -> tuple[re.Pattern[str], str]:
    return re.compile(pattern, flags), _KEPT if keeps else SIGN


# In this order: the wider ones first. What stands in the group `kept` stays.
_RULES = (
    _covers(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"),
    _covers(r"(?:https?://|www\.)[^\s<>\"'，。！？）]+"),
    _covers(r"(?P<kept>\bbearer\s+)\S+", keeps=True),
    _covers(rf"(?P<kept>\bpass(?:word|code|phrase)\s*(?:is|:|=)\s*)(?!(?:{_NOT_A_PASSWORD})\b)\S+", keeps=True),
    _covers(r"(?P<kept>(?:密码|密碼|口令)\s*(?:是|为|為|:|：)?\s*)[!-~]{3,}", keeps=True),
    _covers(r"(?P<kept>\b(?:cvv|cvc|pin|otp|code)\s*(?:is|:|=|#)?\s*)\d+", keeps=True),
    _covers(r"\b[a-z]{2}\d{2}(?:[ ]?[a-z0-9]{2,4}){3,}\b"),
    _covers(
        rf"(?P<kept>\b(?:{_THINGS})s?\s*(?:(?:no\b\.?|nr\b\.?|num\b\.?|number|id|code|#)\s*(?:is|:)?\s*)+)[a-z]*[-_]?\d[\w-]*",
        keeps=True,
    ),
    _covers(rf"(?P<kept>\b(?:{_THINGS})\s+)(?:#|[a-z]{{1,4}}-?)\d[\w-]*", keeps=True),
    _covers(rf"(?P<kept>(?:{_THINGS_ZH})(?:号码|號碼|号|號|编号|編號)?\s*(?:是|为|為|:|：|#)?\s*)[a-z]*[-_]?\d[\da-z_-]*", keeps=True),
    _covers(rf"\b\d+[a-z]?[ ]+(?:[\w'.-]+[ ]+){{1,4}}(?:{_STREETS})\b\.?(?:,\s*[A-Z][\w-]+)*"),
    _covers(r"\b[\w-]+(?:straße|strasse|str\.|weg|platz|allee|gasse)[ ]+\d+[a-z]?\b"),
    _covers(
        rf"[{_HAN}]{{2,8}}(?:路|街|巷|弄)\s*[\d一二三四五六七八九十百]+\s*(?:号|號|弄)(?:[\d{_HAN}]{{0,8}}?(?:室|楼|樓|栋|棟|单元|單元))*"
    ),
    _covers(r"\b[a-z]{1,2}\d[a-z\d]?[ ]?\d[a-z]{2}\b"),
    _covers(r"(?<![\w])(?=[\w./+=-]*[a-z])(?=(?:[\w./+=-]*?\d){3})[\w./+=-]{5,}", flags=re.IGNORECASE | re.ASCII),
    _covers(r"(?<![\w])(?=[\w./+=-]*\d)[\w./+=-]{20,}", flags=re.ASCII),
    _covers(r"[+(#]*\d(?:[\s().\-–—/·_]{0,2}\d){3,}(?:[a-z]\b)?"),
    _covers(r"[零〇一二三四五六七八九幺]{7,}"),
    _covers(r"(?P<kept>\b(?:my name is|my name's|i am called)\s+)\w[\w'’-]*(?:[ ][A-Z][\w'’-]+)*", keeps=True, flags=re.IGNORECASE),
    _covers(r"(?P<kept>\b(?:[Tt]his is|I am|I'm|I’m)\s+)[A-Z][\w'’-]+(?:[ ][A-Z][\w'’-]+)*", keeps=True, flags=re.NOFLAG),
    _covers(r"(?P<kept>\b(?:Mr|Mrs|Ms|Miss|Dr|Herr|Frau)\b\.?\s+)[A-Z][\w'’-]+(?:[ ][A-Z][\w'’-]+)*", keeps=True, flags=re.NOFLAG),
    _covers(r"(?P<kept>^\s*(?:[Dd]ear|[Hh]ello|[Hh]i)\s+)[A-Z][\w'’-]+(?:[ ][A-Z][\w'’-]+)*(?=\s*[,!\n])", keeps=True, flags=re.NOFLAG),
    _covers(
        r"(?P<kept>\b(?:regards|sincerely|cheers|thanks|thank you|best|yours|greetings)[,!.]?\s*\n\s*)\S[^\n]{0,40}\s*$",
        keeps=True,
        flags=re.IGNORECASE | re.MULTILINE,
    ),
    _covers(rf"(?P<kept>(?:我叫|我的名字是|姓名\s*(?:是|:|：)\s*))[{_HAN}·]{{2,3}}", keeps=True),
    _covers(rf"[{_SURNAMES}][{_HAN}]{{0,2}}(?=先生|女士|小姐|太太)"),
)
_RUN = re.compile(rf"{SIGN}(?:[\s,.;:+()#-]*{SIGN})+")


def masked(text: str, names: Iterable[str] = (), longest: int = LONGEST) -> str:
    """The text without numbers, addresses, secrets and names, on one line, cut to `longest`; "" if nothing else was in it.

    `names`: what this customer is called; they are covered wherever they stand.
    """
    seen = _UNSEEN.sub("", text[:_LOOKED_AT]).translate(_WIDE)
    for pattern, cover in _RULES:
        seen = pattern.sub(cover, seen)
    for name in _parts(names):
        seen = name.sub(SIGN, seen)
    line = _RUN.sub(SIGN, " ".join(seen.split()))
    return line[:longest].rstrip() if _says_something(line) else ""


def _parts(names: Iterable[str]) -> list[re.Pattern[str]]:
    """A whole name, and each word of it; Chinese names have no spaces around them."""
    found = []
    for name in names:
        for part in dict.fromkeys((name.strip(), *name.split())):
            word = part.strip(".,;:()<>\"'")
            if re.search(f"[{_HAN}]", word):
                found.append(re.compile(re.escape(word)))
            elif len(word) > 1:
                found.append(re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE))
    return found


def _says_something(line: str) -> bool:
    return any(unicodedata.category(c)[0] == "L" for c in line)
