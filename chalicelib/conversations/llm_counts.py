"""What is counted of a language model's calls on a day. Pure; where it is stored: llm_usage.py."""

from __future__ import annotations

from dataclasses import dataclass, field

STEPS = (500, 1_000, 1_500, 2_000, 2_500)  # ms: calls are counted by the first of them within which they ended


@dataclass(frozen=True, slots=True)
class Use:
    """Counts of a day. `calls`: all; of them `answered` (its quotes were said), `raised` (danger, or a wish for a person), `other` (a
    courtesy, an action), `none` (it found nothing), `refused` (what it returned was not said), `failed` (no reply) and `late` (given up).
    `within`: calls by the first of STEPS within which they ended. Tokens as the model counted them; `ms` of all calls together."""

    calls: int = 0
    answered: int = 0
    raised: int = 0
    other: int = 0
    none: int = 0
    refused: int = 0
    failed: int = 0
    late: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    ms: int = 0
    within: dict[str, int] = field(default_factory=dict)


def step(ms: int) -> str:
    """Under which of STEPS a call of so many ms is counted."""
    return str(next((one for one in STEPS if ms <= one), STEPS[-1]))
