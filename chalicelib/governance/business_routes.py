"""The API of what the business sets: every agent may read it, supervisors change it. In force within half a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.errors import Conflict, NotFound, TooLarge
from chalicelib.governance import business_schemas as schemas
from chalicelib.governance.endpoints import Endpoints
from chalicelib.observability import now

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

    _AnyChange = schemas.QueuesChange | schemas.HoursChange | schemas.FactsChange | schemas.AppearanceChange

api = Endpoints(__name__)


@api.get("/settings/queues", query=schemas.SettingQuery, response=schemas.QueuesVersion, errors=(NotFound,))
def queues_set(agent: Agent, query: schemas.SettingQuery) -> Any:
    """The queues."""
    return _read("queues", query.version)


@api.put("/settings/queues", who="supervisor", body=schemas.QueuesChange, response=schemas.QueuesVersion, errors=(Conflict, TooLarge))
def set_queues(agent: Agent, body: schemas.QueuesChange) -> Any:
    """Change the queues. 409: somebody was faster, or somebody still waits in a queue that is left out."""
    return _change(agent, "queues", body)


@api.get("/settings/hours", query=schemas.SettingQuery, response=schemas.HoursVersion, errors=(NotFound,))
def hours_set(agent: Agent, query: schemas.SettingQuery) -> Any:
    """The opening hours and special days."""
    return _read("hours", query.version)


@api.put("/settings/hours", who="supervisor", body=schemas.HoursChange, response=schemas.HoursVersion, errors=(Conflict, TooLarge))
def set_hours(agent: Agent, body: schemas.HoursChange) -> Any:
    """Change the opening hours. 409: somebody was faster; 400 tells every mistake."""
    return _change(agent, "hours", body)


@api.get("/settings/facts", query=schemas.SettingQuery, response=schemas.FactsVersion, errors=(NotFound,))
def facts_set(agent: Agent, query: schemas.SettingQuery) -> Any:
    """What the business tells of itself."""
    return _read("facts", query.version)


@api.put("/settings/facts", who="supervisor", body=schemas.FactsChange, response=schemas.FactsVersion, errors=(Conflict, TooLarge))
def set_facts(agent: Agent, body: schemas.FactsChange) -> Any:
    """Change what the business tells of itself. 409: somebody was faster."""
    return _change(agent, "facts", body)


@api.get("/settings/appearance", query=schemas.SettingQuery, response=schemas.AppearanceVersion, errors=(NotFound,))
def appearance_set(agent: Agent, query: schemas.SettingQuery) -> Any:
    """How chat and widget look."""
    return _read("appearance", query.version)


@api.put(
    "/settings/appearance",
    who="supervisor",
    body=schemas.AppearanceChange,
    response=schemas.AppearanceVersion,
    errors=(Conflict, TooLarge),
)
def set_appearance(agent: Agent, body: schemas.AppearanceChange) -> Any:
    """Change how chat and widget look. 409: somebody was faster; 400 tells every mistake."""
    return _change(agent, "appearance", body)


@api.post("/settings/appearance/preview", who="supervisor", body=schemas.BusinessAppearance, response=schemas.AppearancePreview)
def preview_appearance(agent: Agent, body: schemas.BusinessAppearance) -> Any:
    """The colours that a draft would wear, and what was corrected. Nothing is stored."""
    from msgspec import to_builtins

    from chalicelib.governance import business_settings

    return business_settings.preview(to_builtins(body))


@api.get("/settings/{kind}/versions", who="supervisor", response=schemas.SettingVersions)
def setting_versions(agent: Agent, kind: str) -> Any:
    """Who changed queues, hours, facts or appearance, when and why."""
    from chalicelib.governance import business_settings

    current, found = business_settings.versions(business_settings.known_kind(kind))
    return {"current": current, "versions": [business_settings.view(one) for one in found]}


@api.post(
    "/settings/{kind}/rollback",
    who="supervisor",
    body=schemas.SettingRollback,
    response=schemas.SettingVersion,
    errors=(Conflict, TooLarge),
)
def roll_setting_back(agent: Agent, kind: str, body: schemas.SettingRollback) -> Any:
    """Let an earlier version of queues, hours, facts or appearance count again, as a new one."""
    from chalicelib.governance import business_settings

    known = business_settings.known_kind(kind)
    return business_settings.view(business_settings.roll_back(known, body.to, body.version, by=agent.id, why=body.why, now=now()))


def _read(kind: str, version: int | None) -> Any:
    from chalicelib.governance import business_settings

    return business_settings.view(business_settings.read(business_settings.known_kind(kind), version))


def _change(agent: Agent, kind: str, body: _AnyChange) -> Any:
    from msgspec import to_builtins

    from chalicelib.governance import business_settings

    known, content = business_settings.known_kind(kind), to_builtins(body.content)
    return business_settings.view(business_settings.change(known, content, body.version, by=agent.id, why=body.why, now=now()))
