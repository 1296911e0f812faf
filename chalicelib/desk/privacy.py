"""Copies and erasures of a customer's data, as supervisors with that right order and follow them. A function of its own does the work."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib import settings
from chalicelib.aws import objects
from chalicelib.customers.erasure import jobs, work
from chalicelib.customers.erasure.jobs import Job
from chalicelib.desk.privacy_schemas import ErasureRequest
from chalicelib.errors import BadRequest, Unavailable
from chalicelib.governance.roster import Agent
from chalicelib.observability import log

ADDRESS_SECONDS = 300


def export(agent: Agent, customer: str, now: int) -> dict[str, Any]:
    """Orders a copy. Raises NotFound, Conflict."""
    return _started(work.order("export", customer, agent.id, now))


def erase(agent: Agent, customer: str, given: ErasureRequest, now: int) -> dict[str, Any]:
    """Orders an erasure. Raises NotFound, BadRequest, Conflict (a person owes an answer)."""
    if given.customer != customer:
        raise BadRequest("customer must be the id that is erased, written again")
    return _started(work.order("erase", customer, agent.id, now, force=given.force))


def listed() -> list[dict[str, Any]]:
    """The newest first."""
    return [_view(job) for job in jobs.latest()]


def read(job_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    job = jobs.get(job_id)
    address = objects.address(settings.env("EXPORTS_BUCKET"), job.archive, "customer.zip", ADDRESS_SECONDS) if _has_copy(job) else ""
    return _view(job) | {"url": address}


def _started(job: Job) -> dict[str, Any]:
    try:
        jobs.start(job)
    except Unavailable as error:
        log.warning("job_starts_later", job=job.id, error=str(error))  # it is stored: the clock starts it
    return _view(job)


def _has_copy(job: Job) -> bool:
    return (job.do, job.state) == ("export", "done") and objects.exists(settings.env("EXPORTS_BUCKET"), job.archive)


def _view(job: Job) -> dict[str, Any]:
    return {**asdict(job), "certificate": dict(job.certificate) or None}
