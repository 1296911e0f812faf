"""What must be true before a deployment, looked at all at once: each finding says what to do."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from importlib.util import find_spec

from botocore.exceptions import BotoCoreError, ClientError

from infra import quotas, regions
from infra.cloud import Cloud, stack_of
from infra.findings import Finding
from infra.progress import describe
from infra.stack import parameters, stored

PYTHON = (3, 11)  # Lambda runs the Python that packages it
STAGE = re.compile(r"[a-z][a-z0-9-]{0,15}")
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.IGNORECASE)
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the operator asked for; `parameters` are the template's."""

    stage: str
    parameters: dict[str, str]
    without_mail: bool = False


def check(cloud: Cloud, wish: Wish) -> list[Finding]:
    """Everything that is missing. What needs the account is left out while region or credentials are missing."""
    found = _stage(wish) + _tools() + _form(wish)
    access = _access(cloud)
    if access:
        return access + found + ([] if wish.parameters.get("MailDomain") else _mail_wanted(wish, {}))
    known = parameters(cloud, stack_of(wish.stage)) if STAGE.fullmatch(wish.stage) else {}
    wanted = known | wish.parameters
    found += regions.findings(cloud, wanted, without_mail=wish.without_mail) + _state(cloud, wish) + _mail_wanted(wish, wanted)
    return found + (mail(cloud, wanted) if regions.has_mail(cloud) else []) + _hints(cloud, wish, wanted)


def mail(cloud: Cloud, wanted: dict[str, str]) -> list[Finding]:
    """Can SES send from the mail domain?"""
    domain = wanted.get("MailDomain", "")
    if not domain:
        return []
    ses = cloud.client("sesv2")
    try:
        identity = ses.get_email_identity(EmailIdentity=domain)
    except ses.exceptions.NotFoundException:
        create = f"aws sesv2 create-email-identity --email-identity {domain} --region {cloud.region}"
        do = f"{create}; enter the DKIM records it shows in the domain's DNS"
        return [Finding(f"the mail domain {domain} is not known to SES in {cloud.region}", do)]
    found = []
    if not identity.get("VerifiedForSendingStatus"):
        do = "enter the domain's three DKIM records (SES console, Identities) in its DNS; SES sees them within minutes to hours"
        found.append(Finding(f"the mail domain {domain} is not verified yet", do))
    return found


def _stage(wish: Wish) -> list[Finding]:
    if STAGE.fullmatch(wish.stage):
        return []
    return [Finding(f"{wish.stage!r} cannot be a stage", "--stage: a lower-case letter, then up to 15 of a-z, 0-9 and -, such as prod")]


def _tools() -> list[Finding]:
    found = []
    if sys.version_info[:2] != PYTHON:
        have = ".".join(map(str, sys.version_info[:2]))
        found.append(
            Finding(
                f"this is Python {have}, the package is made for 3.11",
                "make the environment with Python 3.11: Lambda runs what packages it",
            )
        )
    missing = [name for name in ("chalice", "cfnlint", "httpx", "websockets") if find_spec(name) is None]
    if missing:
        found.append(Finding(f"not installed: {', '.join(missing)}", "pip install -r requirements-dev.txt"))
    return found


def _form(wish: Wish) -> list[Finding]:
    given, found = wish.parameters, []
    domain, number, address = (given.get(name, "") for name in ("MailDomain", "SmsNumber", "SupportAddress"))
    if domain and not DOMAIN.fullmatch(domain):
        found.append(Finding(f"{domain!r} is not a domain", "--mail-domain example.com"))
    if number and not NUMBER.fullmatch(number):
        found.append(Finding(f"{number!r} is not a telephone number", "--sms-number with country code, such as +4930123456"))
    if address and not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        found.append(Finding(f"{address!r} is not an e-mail address", "--support-address help@example.com"))
    return found


def _mail_wanted(wish: Wish, wanted: dict[str, str]) -> list[Finding]:
    domain, address = wanted.get("MailDomain", ""), wanted.get("SupportAddress", "")
    if not domain:
        do = "--mail-domain example.com --support-address help@example.com; or --without-mail to go without e-mail"
        return [] if wish.without_mail else [Finding("no mail domain is given", do)]
    if not address:
        return [Finding("no support address is given", f"--support-address help@{domain}")]
    if address.rpartition("@")[2].lower() != domain.lower():
        return [
            Finding(
                f"{address} is not in the mail domain {domain}", f"--support-address help@{domain}: its mail comes in through that domain"
            )
        ]
    return []


def _access(cloud: Cloud) -> list[Finding]:
    found = []
    if not cloud.session.region_name:
        found.append(Finding("no AWS region is chosen", "--region eu-central-1, or AWS_REGION, or a region in your AWS profile"))
    if cloud.session.get_credentials() is None:
        found.append(Finding("there are no AWS credentials", "run `aws configure` or `aws sso login`, or set AWS_PROFILE"))
    if found:
        return found
    try:
        _ = cloud.account
    except (ClientError, BotoCoreError) as error:
        return [
            Finding(
                f"the AWS credentials do not work: {error}",
                "sign in again (`aws sso login`), or check the access key and the region's name",
            )
        ]
    return []


def _state(cloud: Cloud, wish: Wish) -> list[Finding]:
    found = describe(cloud, stack_of(wish.stage)) if STAGE.fullmatch(wish.stage) else None
    status = found["StackStatus"] if found else ""
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        return [
            Finding(
                f"{stack_of(wish.stage)} is busy ({status})", f"wait until `python -m infra status --stage {wish.stage}` shows COMPLETE"
            )
        ]
    return []


def _hints(cloud: Cloud, wish: Wish, wanted: dict[str, str]) -> list[Finding]:
    found = quotas.of_account(cloud, wanted if regions.has_mail(cloud) else {**wanted, "MailDomain": "", "SupportAddress": ""})
    if not wanted.get("AlarmEmail"):
        found.append(Finding("nobody is told of alarms", "--alarm-email you@example.com", blocks=False))
    if sends_by_twilio(wanted) and STAGE.fullmatch(wish.stage):
        found += twilio(stored(cloud, stack_of(wish.stage)), wish.stage)
    return found


def sends_by_twilio(parameters: dict[str, str]) -> bool:
    """Do text messages go by Twilio, as far as the stack's parameters say?"""
    return bool(parameters.get("SmsNumber")) and parameters.get("SmsProvider", "twilio") == "twilio"


def twilio(known: dict[str, str], stage: str) -> list[Finding]:
    """The secrets without which no SMS comes in or leaves by Twilio."""
    missing = [name for name in ("twilio_account_sid", "twilio_auth_token") if f"secrets/{name}" not in known]
    return [Finding(f"SMS needs the secret {name}", f"python -m infra secret set {name} --stage {stage}", blocks=False) for name in missing]
