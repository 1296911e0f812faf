"""The sentences around a decision: what the customer is told, what is asked back, and the summary for the agent. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from chalicelib.bot.context import Context
from chalicelib.bot.opening_hours import Opening
from chalicelib.bot.retrieval import Hit
from chalicelib.bot.rules import Rules, Texts
from chalicelib.bot.wish import Wish

_TURN = 160  # characters
_NEAR = 0.05  # confidence from which an article is worth an agent's look
_TURNS = 6
_MANY = 50  # who waits is counted no further
_LANGUAGES = {"en": "English", "zh": "Chinese", "zh-Hant": "Chinese (traditional)", "other": "a language the bot does not speak"}
_CHANNELS = {"email": "e-mail", "sms": "SMS", "webchat": "web chat"}
_SPEAKERS = {"customer": "Customer", "robot": "Automatic mail", "bot": "Bot"}
_WEEKDAYS_ZH = "一二三四五六日"
_SPACES = re.compile(r"\s+")


def said_in(texts: Texts, language: str) -> str:
    """A text in the customer's language; English where the bot does not speak it."""
    return texts[language] if language in texts else texts["en"]


def told(rules: Rules, texts: Texts, language: str, context: Context, opening: Opening) -> str:
    """A telling with its placeholders filled in; honest: nothing is said that is not known."""
    sentences = rules.sentences
    values = {
        "name": context.name,
        "reply": said_in(sentences.get(f"reply.{context.channel}", sentences["reply.other"]), language),
        "opens": _opens(opening.opens, language) if opening.opens else said_in(sentences["opens.unknown"], language),
        "waiting": f"{context.waiting or 0}" + ("+" if (context.waiting or 0) >= _MANY else ""),
        "waited": _waited(context.waited, language),
        "contact": said_in(sentences.get(f"contact.{context.channel}", sentences["contact.other"]), language),
    }
    return _filled(said_in(texts, language), values)


def noted(rules: Rules, wish: Wish, language: str) -> str:
    """That her wish to be called or written to is known."""
    return _filled(said_in(rules.sentences[f"wish.{wish.how}"], language), {"address": wish.address})


def offer(rules: Rules, titles: Sequence[str], language: str) -> str:
    """The question back, with the numbered titles of what it could be."""
    numbered = "\n".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
    return _filled(said_in(rules.sentences["offer"], language), {"titles": numbered})


def summary(question: str, context: Context, language: str, reason: str, hits: Sequence[Hit]) -> str:
    """What the agent must know at a glance: who, why it was handed over, what was said, which articles are near."""
    who = (context.name[:60] or "The customer") + (f" ({context.tier})" if context.tier else "")
    lines = [f"{who} writes by {_CHANNELS.get(context.channel, context.channel)} in {_LANGUAGES[language]}. Handed over: {reason}."]
    if near := [f"{_any_title(hit)} ({hit.confidence:.0%})" for hit in hits if hit.confidence >= _NEAR]:
        lines.append(f"Nearest articles: {'; '.join(near)}")
    turns = [*context.said] if context.said[-1:] == (("customer", question),) else [*context.said, ("customer", question)]
    lines += [f"{_SPEAKERS.get(by, 'Agent')}: {_cut(text)}" for by, text in turns[-_TURNS:]]
    return "\n".join(lines)


def _any_title(hit: Hit) -> str:
    """Agents read English first."""
    return hit.versions["en"].title if "en" in hit.versions else next(iter(hit.versions.values())).title


def _cut(text: str) -> str:
    flat = _SPACES.sub(" ", text).strip()
    return flat if len(flat) <= _TURN else flat[: _TURN - 1] + "…"


def _opens(at: datetime, language: str) -> str:
    """The day and hour in the business's time zone, as people say it."""
    clock, zone = at.strftime("%H:%M"), at.tzname() or ""
    if language in ("zh", "zh-Hant"):
        week = "週" if language == "zh-Hant" else "周"
        return f"{week}{_WEEKDAYS_ZH[at.weekday()]}（{at.month}月{at.day}日）{clock}（{zone}）"
    return f"on {at.strftime('%A')}, {at.day} {at.strftime('%B')}, at {clock} ({zone})"


def _waited(ms: int | None, language: str) -> str:
    """How long somebody has been waiting, as people say it; what is not known is said so."""
    minutes, is_chinese = (ms or 0) // 60_000, language in ("zh", "zh-Hant")
    if ms is None:
        return "一段時間" if language == "zh-Hant" else "一段时间" if is_chinese else "some time"
    if minutes < 2:
        return "不到兩分鐘" if language == "zh-Hant" else "不到两分钟" if is_chinese else "less than two minutes"
    if minutes < 120:
        return f"{minutes}分鐘" if language == "zh-Hant" else f"{minutes}分钟" if is_chinese else f"{minutes} minutes"
    hours = round(minutes / 60)
    return f"約{hours}小時" if language == "zh-Hant" else f"约{hours}小时" if is_chinese else f"about {hours} hours"


def _filled(template: str, values: dict[str, str]) -> str:
    """In one pass, so that braces in a customer's name stay what they are."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], ""), template)
