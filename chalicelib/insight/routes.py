"""The API of the reports, for supervisors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.governance.endpoints import Endpoints
from chalicelib.insight import schemas
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

api = Endpoints(__name__)


@api.post("/reports", who="supervisor", body=schemas.ReportRequest, response=schemas.ReportOrdered, status=202)
def make_report(agent: Agent, body: schemas.ReportRequest) -> Any:
    """Have the report of a day made, or made again."""
    from chalicelib.insight import publish

    publish.order(body.day, now())
    return {"day": body.day}


@api.get("/reports", who="supervisor", response=schemas.Reports)
def list_reports(agent: Agent) -> Any:
    """The reports there are."""
    from chalicelib.insight import publish

    return {"reports": publish.list_reports()}


@api.get("/reports/{day}", who="supervisor", response=schemas.ReportAddresses)
def open_report(agent: Agent, day: str) -> Any:
    """Where the files of a report can be fetched."""
    from chalicelib.insight import publish

    return publish.addresses(day)
