"""What a check finds, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing; hints (`blocks` False) do not stop a deployment."""

    what: str
    do: str
    blocks: bool = True
