"""What can be wrong with a running installation, each with its cure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from infra import quotas
from infra.checks import mail, sends_by_twilio, twilio
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.findings import Finding
from infra.mail import mail_rules
from infra.progress import stack_status
from infra.shared_parameters import exists
from infra.stack import ALARM, FUNCTION, QUEUE, depths, output, parameters, public_address, resources, ringing, stored
from infra.template.queues import DEAD_LETTERS, FAILED
from infra.users import GROUPS, members

WATCHED = {FAILED: "records failed", DEAD_LETTERS: "pointers to waiting conversations were given up"}


@dataclass(frozen=True, slots=True)
class Patient:
    """The installation under examination."""

    stage: str
    stack: str
    cloud: Cloud

    def cure(self, command: str) -> str:
        return f"python -m infra {command} --stage {self.stage}"


def examine(patient: Patient) -> list[tuple[str, list[Finding]]]:
    """Each examination with what it found; one that cannot be made is a finding itself."""
    return [(name, _safely(look, patient)) for name, look in EXAMINATIONS]


def _safely(look: Callable[[Patient], list[Finding]], patient: Patient) -> list[Finding]:
    try:
        return look(patient)
    except (ClientError, BotoCoreError, DeployError) as error:
        return [Finding(f"cannot tell: {error}", "give your credentials the permission to read this, or deploy again", blocks=False)]


def _stack(patient: Patient) -> list[Finding]:
    status = stack_status(patient.cloud, patient.stack)
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return []
    if status == "UPDATE_ROLLBACK_COMPLETE":
        return [Finding("the last deployment failed; the version before it runs", patient.cure("deploy"), blocks=False)]
    return [Finding(f"the stack is {status}", "wait while it is IN_PROGRESS; otherwise " + patient.cure("deploy"))]


def _address(patient: Patient) -> list[Finding]:
    site = public_address(patient.cloud, patient.stack)
    try:
        answer = httpx.get(f"{site}/health", timeout=15)
        problem = "" if answer.status_code == 200 else f"HTTP {answer.status_code}"
    except httpx.HTTPError as error:
        problem = str(error) or type(error).__name__
    return [Finding(f"{site}/health does not answer: {problem}", patient.cure("logs site --since 30m"))] if problem else []


def _secrets(patient: Patient) -> list[Finding]:
    known = stored(patient.cloud, patient.stack)
    found = [] if "secrets/root" in known else [Finding("the root secret is missing: no token can be signed", patient.cure("deploy"))]
    if not exists(patient.cloud, patient.stack):
        found.append(Finding("the table of parameters is missing: no function knows a secret", patient.cure("deploy")))
    by_twilio = sends_by_twilio(parameters(patient.cloud, patient.stack))
    return found + (twilio(known, patient.stage) if by_twilio else [])


def _mail(patient: Patient) -> list[Finding]:
    wanted = parameters(patient.cloud, patient.stack)
    if not wanted.get("MailDomain"):
        return []
    return mail(patient.cloud, wanted) + mail_rules(patient.cloud, patient.stack)


def _limits(patient: Patient) -> list[Finding]:
    return quotas.of_account(patient.cloud, parameters(patient.cloud, patient.stack))


def _model(patient: Patient) -> list[Finding]:
    return quotas.language_model(patient.cloud, parameters(patient.cloud, patient.stack))


def _mappings(patient: Patient) -> list[Finding]:
    found = []
    for function in resources(patient.cloud, patient.stack, FUNCTION):
        for mapping in patient.cloud.client("lambda").list_event_source_mappings(FunctionName=function.id)["EventSourceMappings"]:
            found += _mapping(function.name, mapping)
    return found


def _mapping(function: str, mapping: dict[str, Any]) -> list[Finding]:
    if mapping["State"] in ("Disabled", "Disabling"):
        do = f"aws lambda update-event-source-mapping --uuid {mapping['UUID']} --enabled"
        return [Finding(f"{function} does not get the table's stream: its mapping is switched off", do)]
    result = mapping.get("LastProcessingResult", "")
    if result.startswith("PROBLEM"):
        return [Finding(f"{function} cannot read the table's stream: {result}", "python -m infra deploy restores its permissions")]
    return []


def _queues(patient: Patient) -> list[Finding]:
    found = []
    for queue in resources(patient.cloud, patient.stack, QUEUE):
        count = sum(depths(patient.cloud, queue.id)) if queue.name in WATCHED else 0
        if count:
            found.append(Finding(f"{count} {WATCHED[queue.name]}", patient.cure("redrive")))
    return found


def _alarms(patient: Patient) -> list[Finding]:
    alarms = ringing(patient.cloud, patient.stack)
    return [Finding(f"alarm {a['AlarmName']}: {a.get('StateReason', '')}", "see docs/operate.md, When an alarm rings") for a in alarms]


def _told(patient: Patient) -> list[Finding]:
    """Are there alarms that nobody hears of?"""
    if not resources(patient.cloud, patient.stack, ALARM):
        return []
    topic = output(patient.cloud, patient.stack, "AlarmTopic")
    subscriptions = patient.cloud.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    if not subscriptions:
        return [Finding("nobody is told of alarms", patient.cure("deploy --alarm-email you@example.com"), blocks=False)]
    waiting = [s["Endpoint"] for s in subscriptions if s["SubscriptionArn"] == "PendingConfirmation"]
    return [
        Finding(f"{address} has not confirmed to be told of alarms", "open the link in the mail from AWS", blocks=False)
        for address in waiting
    ]


def _rules(patient: Patient) -> list[Finding]:
    """A table that was pushed for another version of Baton may have become unusable: the bot then goes by the deployment's."""
    from infra import business, rules

    with business.at(patient.cloud, patient.stack):
        why = rules.unusable(patient.cloud, output(patient.cloud, patient.stack, "KnowledgeBucket"))
    return [Finding(f"the stage's own rules cannot be used: {why}", patient.cure("rules push FILE"))] if why else []


def _settings(patient: Patient) -> list[Finding]:
    """What the business set, as another version of Baton may have left it; and queues in which people would wait for nobody."""
    from infra import business

    with business.at(patient.cloud, patient.stack):
        unusable, unserved = business.unusable(), business.unserved()
    found = [Finding(f"the settings cannot be used, {why}", patient.cure("settings versions KIND")) for why in unusable]
    do = "give an agent this skill: PUT /agents/{id} (docs/api.md)"
    return found + [Finding(f"nobody serves the queue {queue}", do, blocks=False) for queue in unserved]


def _agents(patient: Patient) -> list[Finding]:
    pool = output(patient.cloud, patient.stack, "UserPool")
    if any(members(patient.cloud, pool, group) for group in GROUPS):
        return []
    return [Finding("nobody can sign in as an agent", patient.cure("users add EMAIL --group admins"), blocks=False)]


EXAMINATIONS: tuple[tuple[str, Callable[[Patient], list[Finding]]], ...] = (
    ("stack", _stack),
    ("public address", _address),
    ("secrets", _secrets),
    ("e-mail", _mail),
    ("limits of the account", _limits),
    ("language model", _model),
    ("table stream", _mappings),
    ("failed records and dead letters", _queues),
    ("alarms", _alarms),
    ("who is told of alarms", _told),
    ("rules", _rules),
    ("settings", _settings),
    ("agents", _agents),
)
