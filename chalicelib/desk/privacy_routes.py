"""The API of customers' own rights to their data: a copy of everything, and its end. For supervisors with that right alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib import desk
from chalicelib.desk import privacy_schemas as schemas
from chalicelib.errors import Conflict
from chalicelib.governance.endpoints import Endpoints
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

api = Endpoints(__name__)


@api.post("/customers/{customer_id}/export", who="privacy", response=schemas.Job, status=202, errors=(Conflict,))
def export_customer(agent: Agent, customer_id: str) -> Any:
    """Have a copy made of everything that is kept of a customer. 409: one is being made."""
    return desk.privacy.export(agent, customer_id, now())


@api.post(
    "/customers/{customer_id}/erase", who="privacy", body=schemas.ErasureRequest, response=schemas.Job, status=202, errors=(Conflict,)
)
def erase_customer(agent: Agent, customer_id: str, body: schemas.ErasureRequest) -> Any:
    """Have a customer forgotten, for good. 409: a person owes an answer (`force` closes that), or a job for this customer runs."""
    return desk.privacy.erase(agent, customer_id, body, now())


@api.get("/customer-jobs", who="privacy", response=schemas.Jobs)
def customer_jobs(agent: Agent) -> Any:
    """Copies and erasures: who asked, when, and how far they are."""
    return {"jobs": desk.privacy.listed()}


@api.get("/customer-jobs/{job_id}", who="privacy", response=schemas.Job)
def customer_job(agent: Agent, job_id: str) -> Any:
    """One of them, with the address of its copy or its certificate."""
    return desk.privacy.read(job_id)
