"""Who may do what. Every function knows its routes; what is behind them loads when the API first uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.lazy import modules

if TYPE_CHECKING:
    from chalicelib.governance import access, roster

__all__ = ["access", "roster"]
__getattr__ = modules(__name__, __all__)
