"""What a language model did on a day, in a report: how often it was asked, what came of it, what it cost, how long it took. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.conversations.llm_counts import STEPS, Use
from chalicelib.insight import llm_prices


@dataclass(frozen=True, slots=True)
class LlmFacts:
    """As a day's facts keep it: the `name` of the model, its `use`, and the `price` that the operator told ("": as listed)."""

    name: str
    use: Use
    price: str = ""


@dataclass(frozen=True, slots=True)
class LlmFigures:
    """`use`: what was counted. `cost`: US dollars, None where no price is known. `mean`, `p90`: ms; nine of ten took no longer than
    `p90`, which is a step of half a second."""

    name: str
    use: Use
    cost: float | None
    mean: int | None
    p90: int | None


def figures(known: LlmFacts) -> LlmFigures:
    """The figures of a day."""
    use = known.use
    return LlmFigures(known.name, use, _cost(known), use.ms // use.calls if use.calls else None, _p90(use))


def _cost(known: LlmFacts) -> float | None:
    try:
        price = llm_prices.price(known.name, known.price)
    except ValueError:
        return None
    return round(price.of(known.use.tokens_in, known.use.tokens_out), 6) if price else None


def _p90(use: Use) -> int | None:
    """By nearest rank, up to the end of the step in which that call ended."""
    ended = sum(use.within.values())
    rank, seen = -(-9 * ended // 10), 0
    for step in STEPS:
        seen += use.within.get(str(step), 0)
        if ended and seen >= rank:
            return step
    return None
