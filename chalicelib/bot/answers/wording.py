"""The sentences around a decision: what the customer is told, what is asked back, and the summary for the agent. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.bot.answers.context import Context
from chalicelib.bot.interpretation.retrieval import Hit
from chalicelib.bot.rules.rules import Rules, Texts
from chalicelib.business import opening_hours
from chalicelib.business.opening_hours import HoursStatus
from chalicelib.conversations import registry

_TURN = 160  # characters
_NEAR = 0.05  # confidence from which an article is worth an agent's look
_TURNS = 6
_LANGUAGES = {"en": "English", "zh": "Chinese", "zh-Hant": "Chinese (traditional)", "other": "a language the bot does not speak"}
_CONTACT_BY = {"mail": "email", "call": "call"}  # where she gets her answer instead of where she writes
_SPEAKERS = {"customer": "Customer", "robot": "Automatic mail", "bot": "Bot"}
_SPACES = re.compile(r"\s+")


def said_in(texts: Texts, language: str) -> str:
    """A text in the customer's language; English where the bot does not speak it."""
    return texts[language] if language in texts else texts["en"]


def variant(rules: Rules, name: str, told: Sequence[str]) -> str:
    """Which of a sentence's variants (`name`, `name.2`, `name.3`) is said now: not the one that was said last."""
    known = [name, *(other for other in (f"{name}.2", f"{name}.3") if other in rules.sentences)]
    return known[told.count(name) % len(known)]


def sentence(rules: Rules, name: str, language: str, context: Context, opening: HoursStatus, **values: str) -> str:
    """One of the table's sentences, with its placeholders filled in."""
    return told(rules, rules.sentences[name], language, context, opening, **values)


def told(rules: Rules, texts: Texts, language: str, context: Context, opening: HoursStatus, **more: str) -> str:
    """A text with its placeholders filled in; honest: nothing is said that is not known."""
    sentences = rules.sentences
    opens = opening_hours.spoken(opening, language, context.zone)
    values = {
        "name": context.name,
        "reply": said_in(
            sentences.get(f"reply.{_CONTACT_BY.get(context.contact_by, context.channel)}", sentences["reply.other"]), language
        ),
        "opens": opens or said_in(sentences["opens.unknown"], language),
        "waiting": _many(context.waiting or 0, context.counted, language),
        "waited": _waited(context.waited, language),
        "contact": ""
        if context.known_address
        else said_in(sentences.get(f"contact.{context.channel}", sentences["contact.other"]), language),
    }
    said = _filled(said_in(texts, language), context.facts.spoken(language) | values | more).strip()
    return said[:1].upper() + said[1:] if said_in(texts, language).startswith("{waiting}") else said


def summary(question: str, context: Context, language: str, reason: str, hits: Sequence[Hit]) -> str:
    """What the agent must know at a glance: who, why it was handed over, what was said, which articles are near."""
    who = (context.name[:60] or "The customer") + (f" ({context.tier})" if context.tier else "")
    lines = [f"{who} writes by {registry.of(context.channel).en} in {_LANGUAGES[language]}. Handed over: {reason}."]
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


def _many(waiting: int, counted: bool, language: str) -> str:
    """So many, or about so many: what was not counted one by one is rounded to two digits."""
    if counted:
        return f"{waiting:,}"
    rounded = f"{round(waiting, 2 - len(str(waiting))):,}"
    return f"約{rounded}" if language == "zh-Hant" else f"约{rounded}" if language == "zh" else f"about {rounded}"


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
