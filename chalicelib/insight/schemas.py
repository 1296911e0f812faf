"""Schemas of the reports."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from chalicelib.schemas import Milliseconds, Request, View

Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="A day in the business's time zone, as 2026-11-21.")]


class ReportRequest(Request):
    """The day whose report is to be made, or made again."""

    day: Day


class ReportOrdered(View):
    """It is ready shortly after."""

    day: Day


class ReportMade(View):
    """A report that there is."""

    day: Day
    made_at: Milliseconds


class Reports(View):
    """The newest first."""

    reports: list[ReportMade]


class ReportAddresses(View):
    """Addresses that work for five minutes."""

    day: Day
    json: str
    csv: str
    html: str
