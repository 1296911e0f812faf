"""What a language model's tokens cost, in US dollars for a million of them. Pure.

List prices for on-demand use, as aws.amazon.com/bedrock/pricing told them on 2026-12-01 for the United States; a profile that keeps to a
region of its own may cost a tenth more. An operator who pays something else says it, and it counts instead.
"""

from __future__ import annotations

from dataclasses import dataclass

_MILLION = 1_000_000
# By how a model's name begins, without the region of an inference profile; the longest that fits counts.
_LISTED = {
    "amazon.nova-micro": (0.035, 0.14),
    "amazon.nova-lite": (0.06, 0.24),
    "amazon.nova-pro": (0.80, 3.20),
    "anthropic.claude-3-haiku": (0.25, 1.25),
    "anthropic.claude-3-5-haiku": (0.80, 4.00),
    "anthropic.claude-haiku-4-5": (1.00, 5.00),
    "anthropic.claude-sonnet-4": (3.00, 15.00),
}


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens of requests, and of replies."""

    tokens_in: float
    tokens_out: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """Dollars for so many tokens."""
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / _MILLION


def price(model: str, told: str = "") -> Price | None:
    """The price that the operator `told` ("1.00/5.00"), else the listed one of a model or of an inference profile that leads to it; None if
    neither is known. Raises ValueError for what is told in another form."""
    if told:
        first, sign, second = told.partition("/")
        found = Price(float(first), float(second if sign else first))
        if not (0 <= found.tokens_in < _MILLION and 0 <= found.tokens_out < _MILLION):
            raise ValueError("a price is dollars for a million tokens")
        return found
    known = [name for name in _LISTED if name in model]
    return Price(*_LISTED[max(known, key=len)]) if known else None
