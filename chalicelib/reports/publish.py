"""Publishing: the day's facts, stored once, and the three files made from them."""

from __future__ import annotations


def publish(day: str | None, now_ms: int) -> list[str]:
    """Make the report of `day` (yyyy-mm-dd in the business's time zone), or of the last ended day and of up to
    six missing days before it. Days that are already complete are left alone. Returns the days made, oldest first.
    Raises BadRequest for a day that is malformed, to come, or over for more than a year."""
    raise NotImplementedError


def list_reports() -> list[dict[str, object]]:
    """The reports there are, newest first: {"day": "2026-11-21", "made_at": Unix ms}."""
    raise NotImplementedError


def addresses(day: str) -> dict[str, str]:
    """{"day", "json", "csv", "html"}: addresses that work for five minutes. Raises BadRequest, NotFound."""
    raise NotImplementedError
