"""What AWS lets a new account do only a little of: each with where to ask for more."""

from __future__ import annotations

from infra.cloud import Cloud
from infra.findings import Finding

CALM_CONCURRENCY = 1000

# How the names of Bedrock's inference profiles over several regions begin; the model's own name follows.
PROFILES = ("us", "eu", "apac", "global", "us-gov", "jp", "au", "ca")


def of_account(cloud: Cloud, wanted: dict[str, str]) -> list[Finding]:
    """`wanted`: the stage's parameters, as only what a stage uses matters."""
    sends_mail = bool(wanted.get("MailDomain") or wanted.get("SupportAddress"))
    return concurrency(cloud) + (mail_sandbox(cloud) if sends_mail else []) + text_sandbox(cloud, wanted)


def language_model(cloud: Cloud, wanted: dict[str, str]) -> list[Finding]:
    """docs.aws.amazon.com/bedrock/latest/APIReference/API_GetFoundationModelAvailability.html; for who lets a model compose answers."""
    name = wanted.get("ComposeModel", "")
    if not name:
        return []
    first, _, rest = name.partition(".")
    is_profile = first in PROFILES
    told = cloud.client("bedrock").get_foundation_model_availability(modelId=rest if is_profile else name)
    good = {
        "agreement": told["agreementAvailability"]["status"] == "AVAILABLE",
        "authorization": told["authorizationStatus"] == "AUTHORIZED",
    }
    good["entitlement"] = told["entitlementAvailability"] == "AVAILABLE"
    good["region"] = is_profile or told["regionAvailability"] == "AVAILABLE"
    missing = [what for what, is_good in good.items() if not is_good]
    if not missing:
        return []
    do = f"Bedrock console in {cloud.region}, Model access; until then articles are told as they are"
    return [Finding(f"the model {name} is not enabled for this account ({', '.join(missing)})", do, blocks=False)]


def concurrency(cloud: Cloud) -> list[Finding]:
    """docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: new accounts have less than the usual 1,000, ten have been seen."""
    limit = cloud.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit >= CALM_CONCURRENCY:
        return []
    do = f"Service Quotas, AWS Lambda, Concurrent executions: ask for {CALM_CONCURRENCY:,}"
    return [Finding(f"the account may run only {limit} Lambda functions at once: a burst will have to wait", do, blocks=False)]


def mail_sandbox(cloud: Cloud) -> list[Finding]:
    """docs.aws.amazon.com/ses/latest/dg/request-production-access.html"""
    account = cloud.client("sesv2").get_account()
    found = []
    if not account.get("ProductionAccessEnabled"):
        day = account.get("SendQuota", {}).get("Max24HourSend", 200)
        what = f"SES is in the sandbox: mail goes to verified addresses only, {day:.0f} a day"
        found.append(Finding(what, "SES console, Account dashboard, Request production access", blocks=False))
    if account.get("EnforcementStatus", "HEALTHY") != "HEALTHY" or not account.get("SendingEnabled", True):
        status = account.get("EnforcementStatus", "paused").lower()
        do = "SES console, Account dashboard and Reputation metrics: mend what it names, then ask for a review"
        what = f"SES holds this account's mail back ({status}): too many bounces or complaints"
        found.append(Finding(what, do, blocks=False))  # what is deployed may well mend it
    return found


def text_sandbox(cloud: Cloud, wanted: dict[str, str]) -> list[Finding]:
    """docs.aws.amazon.com/sms-voice/latest/userguide/sandbox.html; only for who sends by AWS."""
    if wanted.get("SmsProvider") != "aws" or not wanted.get("SmsNumber"):
        return []
    attributes = cloud.client("pinpoint-sms-voice-v2").describe_account_attributes()["AccountAttributes"]
    if {one["Name"]: one["Value"] for one in attributes}.get("ACCOUNT_TIER") != "SANDBOX":
        return []
    do = "End User Messaging console, SMS, Overview, Request production access"
    return [Finding("text messages by AWS are in the sandbox: they go to verified numbers only", do, blocks=False)]
