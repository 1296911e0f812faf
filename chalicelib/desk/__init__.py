"""What agents work with. Every function knows its routes; what is behind them loads when the API first uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.lazy import modules

if TYPE_CHECKING:
    from chalicelib.desk import attachments, customers, lists, privacy, replies, signals, workspace

__all__ = ["attachments", "customers", "lists", "privacy", "replies", "signals", "workspace"]
__getattr__ = modules(__name__, __all__)
