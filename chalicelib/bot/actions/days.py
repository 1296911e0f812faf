"""Days and sums as people say them, in each language. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

_WEEKDAYS_ZH = "一二三四五六日"
_NEAR = {
    "en": {0: "today", 1: "tomorrow", -1: "yesterday"},
    "zh": {0: "今天", 1: "明天", -1: "昨天"},
    "zh-Hant": {0: "今天", 1: "明天", -1: "昨天"},
}
_SUM = re.compile(r"([0-9]{1,7}(?:\.[0-9]{2})?) ([A-Z]{3})")
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_NAMES = {  # simplified, traditional
    "EUR": ("欧元", "歐元"),
    "USD": ("美元", "美元"),
    "GBP": ("英镑", "英鎊"),
    "CNY": ("元", "人民幣"),
    "TWD": ("新台币", "新台幣"),
    "HKD": ("港元", "港幣"),
}


def read(line: str) -> date | None:
    """An ISO day; None for anything else."""
    try:
        return date.fromisoformat(line)
    except ValueError:
        return None


def named(day: date, today: date, language: str) -> str:
    """ "Tuesday, 1 December"; with its year if it is another one."""
    year = day.year != today.year
    if language == "en":
        return f"{day.strftime('%A')}, {day.day} {day.strftime('%B')}{f' {day.year}' if year else ''}"
    return f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日（{_weekday(day, language)}）"


def when(day: date, today: date, language: str) -> str:
    """ "on Tuesday, 1 December", "tomorrow (Tuesday, 1 December)": as it follows a verb."""
    near = _NEAR[language].get((day - today) // timedelta(days=1), "")
    whole = named(day, today, language)
    if language == "en":
        return f"{near} ({whole})" if near else f"on {whole}"
    return f"{near}（{whole.replace('（', '，').rstrip('）')}）" if near else whole


def amount(line: str, language: str) -> str:
    """ "24.90 EUR" as "€24.90" or 24.90欧元; "" if it is no such sum."""
    found = _SUM.fullmatch(line)
    if not found:
        return ""
    value, currency = found.groups()
    if language == "en":
        return f"{_SIGNS[currency]}{value}" if currency in _SIGNS else f"{currency} {value}"
    return f"{value}{_NAMES[currency][language == 'zh-Hant']}" if currency in _NAMES else f"{value} {currency}"


def _weekday(day: date, language: str) -> str:
    return f"{'週' if language == 'zh-Hant' else '周'}{_WEEKDAYS_ZH[day.weekday()]}"
