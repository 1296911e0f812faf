"""The figures of a day. Pure: conversations in, a Report out.

Everything is counted on the day on which it happened: an answer of Tuesday morning to a question of Monday evening is
one of Tuesday's first replies, with its full time. So no long wait is lost between two days, the sums of days are the
sums of weeks, and what happens after the day changes nothing in its report. Times are in ms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from chalicelib.conversations import registry
from chalicelib.conversations.baton import expired, is_over
from chalicelib.conversations.model import Conversation
from chalicelib.insight.llm_figures import LlmFigures
from chalicelib.insight.periods import Hour, Period, hours

_BOTTLENECKS = 10


@dataclass(frozen=True, slots=True)
class Times:
    """Of n durations; None where n is 0. p90 is the value by nearest rank: nine of ten took no longer."""

    of: str
    n: int
    median: int | None
    p90: int | None


@dataclass(frozen=True, slots=True)
class HourVolume:
    hour: str
    start: int
    opened: dict[str, int]  # by channel


@dataclass(frozen=True, slots=True)
class Volume:
    opened: int
    by_channel: dict[str, int]
    messages: dict[str, int]  # incoming ones so far in the conversations opened this day, by channel
    hours: list[HourVolume]


@dataclass(frozen=True, slots=True)
class Bot:
    """Of `opened` conversations the bot answered in `answered`, and `alone` never went to a person."""

    opened: int
    answered: int
    alone: int


@dataclass(frozen=True, slots=True)
class Count:
    of: str
    n: int


@dataclass(frozen=True, slots=True)
class Escalations:
    total: int
    by_reason: list[Count]
    by_queue: list[Count]


@dataclass(frozen=True, slots=True)
class Resolved:
    """`by_agent`: an agent said so. `by_customer`: she did, while she waited. `assumed`: the bot answered and she came no more."""

    by_agent: int
    by_customer: int
    assumed: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The time that customers together spent waiting in one queue during one hour, and who they were: longest first."""

    queue: str
    hour: str
    start: int
    waited: int
    conversations: list[str]


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    queue: str
    urgency: str
    n: int
    median: int | None  # ages
    oldest: int | None


@dataclass(frozen=True, slots=True)
class OpenWork:
    """As it stood at `at`. `held` conversations are with agents; in `unanswered` of them the customer wrote last."""

    at: int
    waiting: list[WaitingQueue]
    held: int
    unanswered: int
    oldest_unanswered: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """`until`: what happened up to then is counted; before the day's end for a report made during its day. `model`: None where none was
    asked."""

    day: str
    zone: str
    start: int
    end: int
    until: int
    volume: Volume
    bot: Bot
    escalations: Escalations
    first_reply: list[Times]
    waiting: list[Times]
    resolved: Resolved
    bottlenecks: list[Bottleneck]
    open_work: OpenWork | None
    model: LlmFigures | None = None


def figures(heads: Iterable[Conversation], period: Period, at: int, idle: int, open_work: OpenWork | None = None) -> Report:
    """The report of a period from every conversation that may have moved in it. `at`: now; `idle`: after so long a
    silence a conversation with the bot counts as resolved."""
    until = min(at, period.end)
    counted = Period(period.day, period.zone, period.start, until)
    settled = [_settled(c, idle, at) for c in sorted(heads, key=lambda c: (c.opened_at, c.id))]
    opened = [c for c in settled if c.opened_at in counted]
    return Report(
        day=period.day,
        zone=period.zone,
        start=period.start,
        end=period.end,
        until=until,
        volume=_volume(opened, hours(period)),
        bot=_bot(opened, until),
        escalations=_escalations([c for c in settled if c.escalated_at in counted]),
        first_reply=_first_reply([c for c in settled if c.first_reply_at in counted]),
        waiting=_waiting([c for c in settled if c.claimed_at in counted]),
        resolved=_resolved([c for c in settled if c.resolved_at in counted]),
        bottlenecks=_bottlenecks(settled, hours(period), until),
        open_work=open_work,
    )


def moved(c: Conversation, period: Period, idle: int, at: int) -> bool:
    """Does this conversation count in the period's report at all?"""
    s = _settled(c, idle, at)
    if any(moment in period for moment in (s.opened_at, s.escalated_at, s.claimed_at, s.first_reply_at, s.resolved_at)):
        return True
    start, end = stay(s, period.end)
    return start < period.end and end > period.start


def stay(c: Conversation, until: int) -> tuple[int, int]:
    """From when to when the customer waited in a queue, up to `until`; (0, 0) if never. The head knows of several stays
    only the current one or, once claimed, their sum: that is taken as one stay from the escalation on."""
    start = c.waiting_since if c.owner == "queue" else c.escalated_at
    # `claimed_at` moves when a colleague takes over, `waited` does not.
    left = c.escalated_at + c.waited  # claimed, or given up
    end = until if c.owner == "queue" else min(c.claimed_at or left, left, until)
    return (start, end) if start and end > start else (0, 0)


def times(of: str, durations: Sequence[int]) -> Times:
    ordered = sorted(max(0, d) for d in durations)
    if not ordered:
        return Times(of, 0, None, None)
    rank = -(-9 * len(ordered) // 10)
    return Times(of, len(ordered), int(median(ordered)), ordered[rank - 1])


def open_work(queues: Sequence[tuple[str, str, Sequence[Conversation]]], held: Sequence[Conversation], at: int) -> OpenWork:
    """From who waits in each (queue, urgency), and what the agents hold."""
    unanswered = [max(0, at - c.waiting_since) for c in held if c.waiting_since]
    return OpenWork(
        at=at,
        waiting=[_waiting_queue(queue, urgency, [max(0, at - c.waiting_since) for c in who]) for queue, urgency, who in queues],
        held=len(held),
        unanswered=len(unanswered),
        oldest_unanswered=max(unanswered, default=None),
    )


def _settled(c: Conversation, idle: int, at: int) -> Conversation:
    """Nobody writes a bot conversation's end into the table until the customer returns; here it is concluded."""
    silent = c.owner == "bot" and c.last_at > 0 and is_over(c, at, idle)
    return expired(c, idle) if silent else c


def _volume(opened: Sequence[Conversation], of_day: Sequence[Hour]) -> Volume:
    known = _channels(c.channel for c in opened)
    messages: Counter[str] = Counter()
    for c in opened:
        messages[c.channel] += c.incoming

    def by_channel(some: Iterable[Conversation]) -> dict[str, int]:
        counted: Counter[str] = Counter(c.channel for c in some)
        return {channel: counted[channel] for channel in known}

    return Volume(
        opened=len(opened),
        by_channel=by_channel(opened),
        messages={channel: messages[channel] for channel in known},
        hours=[HourVolume(h.label, h.start, by_channel(c for c in opened if h.start <= c.opened_at < h.end)) for h in of_day],
    )


def _channels(found: Iterable[str]) -> tuple[str, ...]:
    """The registered ones, and whatever else there is: nothing is left out of a sum."""
    return (*registry.names(), *sorted(set(found) - set(registry.names())))


def _bot(opened: Sequence[Conversation], until: int) -> Bot:
    answered = [c for c in opened if c.bot_answers]
    alone = [c for c in answered if not 0 < c.escalated_at < until]
    return Bot(len(opened), len(answered), len(alone))


def _escalations(escalated: Sequence[Conversation]) -> Escalations:
    return Escalations(len(escalated), _counts(c.reason for c in escalated), _counts(c.queue for c in escalated))


def _counts(values: Iterable[str]) -> list[Count]:
    """The most frequent first."""
    return [Count(of, n) for of, n in sorted(Counter(values).items(), key=lambda entry: (-entry[1], entry[0]))]


def _first_reply(replied: Sequence[Conversation]) -> list[Times]:
    def taken(of: str, who: Iterable[Conversation]) -> Times:
        return times(of, [c.first_reply_at - c.opened_at for c in who])

    return [
        taken("all", replied),
        *(taken(channel, [c for c in replied if c.channel == channel]) for channel in _channels(c.channel for c in replied)),
        taken("bot", [c for c in replied if c.first_reply_by == "bot"]),
        taken("agent", [c for c in replied if c.first_reply_by != "bot"]),
    ]


def _waiting(claimed: Sequence[Conversation]) -> list[Times]:
    queues = sorted({c.queue for c in claimed})
    return [times("all", [c.waited for c in claimed]), *(times(q, [c.waited for c in claimed if c.queue == q]) for q in queues)]


def _resolved(over: Sequence[Conversation]) -> Resolved:
    said = Counter(c.resolved_by if c.resolved_by in ("customer", "assumed") else "agent" for c in over)
    return Resolved(said["agent"], said["customer"], said["assumed"])


def _bottlenecks(heads: Sequence[Conversation], of_day: Sequence[Hour], until: int) -> list[Bottleneck]:
    shares: dict[tuple[Hour, str], list[tuple[int, str]]] = {}
    for c in heads:
        start, end = stay(c, until)
        for h in of_day:
            waited = min(end, h.end) - max(start, h.start)
            if waited > 0:
                shares.setdefault((h, c.queue), []).append((-waited, c.id))
    found = [Bottleneck(q, h.label, h.start, -sum(w for w, _ in who), [i for _, i in sorted(who)]) for (h, q), who in shares.items()]
    return sorted(found, key=lambda b: (-b.waited, b.start, b.queue))[:_BOTTLENECKS]


def _waiting_queue(queue: str, urgency: str, ages: Sequence[int]) -> WaitingQueue:
    return WaitingQueue(queue, urgency, len(ages), int(median(ages)) if ages else None, max(ages, default=None))
