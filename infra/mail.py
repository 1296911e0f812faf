"""Letting mail in: SES has one active set of receipt rules per region, and CloudFormation cannot choose it."""

from __future__ import annotations

from infra.cloud import Cloud
from infra.findings import Finding
from infra.regions import takes_mail
from infra.stack import parameters


def receive_mail(cloud: Cloud, stack: str) -> list[Finding]:
    """Makes the stack's rules the active ones, unless others are active: those are not ours to switch off."""
    if not parameters(cloud, stack).get("MailDomain"):
        return []
    found = mail_rules(cloud, stack)
    if active_rules(cloud) == "":
        cloud.client("ses").set_active_receipt_rule_set(RuleSetName=stack)
        return []
    return found


def mail_rules(cloud: Cloud, stack: str) -> list[Finding]:
    """Does mail reach this stack?"""
    active = active_rules(cloud)
    if active == stack:
        return []
    switch = f"aws ses set-active-receipt-rule-set --rule-set-name {stack}"
    if active:
        do = f"add this stack's rule to {active} (SES console, Email receiving), or: {switch}"
        return [Finding(f"mail does not come in: the active receipt rules are {active}", do, blocks=False)]
    return [Finding("mail does not come in: no receipt rules are active", switch)]


def stop_mail(cloud: Cloud, stack: str) -> None:
    """Active rules cannot be deleted: switches them off if they are this stack's."""
    if takes_mail(cloud) and active_rules(cloud) == stack:
        cloud.client("ses").set_active_receipt_rule_set()


def active_rules(cloud: Cloud) -> str:
    """The name of the active rule set, or ""."""
    found = cloud.client("ses").describe_active_receipt_rule_set()
    return str(found.get("Metadata", {}).get("Name", ""))
