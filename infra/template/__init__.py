"""The stack as plain dicts: everything that Chalice does not make from app.py, and what is merged over what it makes."""

from __future__ import annotations

import json
from pathlib import Path

from infra.template import (
    access,
    access_logs,
    alarms,
    apis,
    composing,
    dashboard,
    data,
    events,
    functions,
    layer,
    mail,
    parameters,
    pause,
    queues,
    texts,
    topic_key,
)
from infra.template.cfn import Json, ref

POLICIES = ".chalice/policies"


def merge(root: Path, stage: str, architecture: str) -> Json:
    """What `chalice package --merge-template` gets: dicts merge deeply, lists and scalars replace."""
    agent_queues = queues.agent_queues(root)
    resources: Json = {
        **data.resources(stage),
        **queues.resources(agent_queues),
        **mail.resources(),
        **texts.resources(),
        **topic_key.resources(),
        **access_logs.resources(),
        **access.resources(stage),
        **functions.log_groups(),
        **layer.resources(architecture),
        **parameters.published(),
        **alarms.resources(),
        **dashboard.resources(agent_queues),
        **composing.resources(),
        **pause.resources(),
        "RestAPI": apis.rest(),
        "WebsocketAPI": {"Properties": {"Name": ref("AWS::StackName")}},
        "WebsocketAPIStage": apis.socket(),
    }
    for part in (functions.settings(agent_queues, architecture), events.events()):
        for name, node in part.items():
            resources[name] = {"Properties": {**resources.get(name, {}).get("Properties", {}), **node["Properties"]}}
    return {
        "Parameters": parameters.parameters(stage),
        "Conditions": parameters.conditions(),
        # Without it SAM adds a second API stage that is named "Stage".
        "Globals": {"Api": {"OpenApiVersion": "2.0"}},
        "Resources": resources,
        "Outputs": parameters.outputs(list(functions.FUNCTIONS)),
    }


def finish(root: Path, template: Json, code: str) -> Json:
    """Chalice's merged template made whole: further functions, and what a merge cannot change. `code`: the archive's name."""
    resources = template["Resources"]
    runtime = resources["APIHandler"]["Properties"]["Runtime"]
    for name in functions.EXTRA:
        policy = json.loads((root / POLICIES / f"{functions.FUNCTIONS[name].key}.json").read_text())
        for added, node in functions.entrance(name, policy, runtime, code).items():
            properties = resources.get(added, {}).get("Properties", {})
            resources[added] = {**node, "Properties": {**node["Properties"], **properties}}
    apis.adjust(template)
    return template
