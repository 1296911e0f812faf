"""What a language model did on a day, in a report: how often it was asked, what came of it, what it cost, how long it took. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.conversations.model_counts import STEPS, Use
from chalicelib.insight import model_prices


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """As a day's facts keep it: the `name` of the model, its `use`, and the `price` that the operator told ("": as listed)."""

    name: str
    use: Use
    price: str = ""


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """`calls`, and of them: `answered` (quotes of articles were said), `raised`, `other`, `none`, `refused`, `failed`, `late`, as
    model_counts.py tells them. `cost`: US dollars, None where no price is known. `mean`, `p90`: ms; nine of ten took no longer than
    `p90`, which is a step of half a second."""

    name: str
    calls: int
    answered: int
    raised: int
    other: int
    none: int
    refused: int
    failed: int
    late: int
    tokens_in: int
    tokens_out: int
    cost: float | None
    mean: int | None
    p90: int | None


def figures(known: ModelFacts) -> ModelFigures:
    """The figures of a day."""
    use = known.use
    return ModelFigures(
        name=known.name,
        calls=use.calls,
        answered=use.answered,
        raised=use.raised,
        other=use.other,
        none=use.none,
        refused=use.refused,
        failed=use.failed,
        late=use.late,
        tokens_in=use.tokens_in,
        tokens_out=use.tokens_out,
        cost=_cost(known),
        mean=use.ms // use.calls if use.calls else None,
        p90=_p90(use),
    )


def _cost(known: ModelFacts) -> float | None:
    try:
        price = model_prices.price(known.name, known.price)
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
