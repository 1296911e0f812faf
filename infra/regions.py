"""What the chosen region has of what Baton is made of, asked of the region itself before anything begins.

A kind of resource that a region does not know spoils the whole template, even behind a condition that is false ("Unrecognized resource
types"), so what a stage can do without is left out of it: infra/leaving_out.py.
"""

from __future__ import annotations

from functools import cache

from botocore.exceptions import BotoCoreError, ClientError

from infra import template
from infra.cloud import Cloud
from infra.findings import Finding

MAIL, TEXTS, AGENTS = "SES", "SMSVOICE", "Cognito"
# Service of CloudFormation -> botocore's name, for whom CloudFormation may not be asked.
SERVICES = {MAIL: "sesv2", TEXTS: "pinpoint-sms-voice-v2", AGENTS: "cognito-idp", "ApiGatewayV2": "apigatewayv2", "Lambda": "lambda"}
# Made by Chalice and SAM, and not in what is merged.
MADE_BY_OTHERS = ("AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping")


@cache
def lacking(cloud: Cloud) -> frozenset[str]:
    """Kinds of resources that this region does not know. The local AWS knows what it knows: it is not asked."""
    if cloud.endpoint_url:
        return frozenset()
    return frozenset(kind for kind in sorted(_kinds()) if not _knows(cloud, kind))


def findings(cloud: Cloud, wanted: dict[str, str], *, without_mail: bool) -> list[Finding]:
    """What stops a deployment in this region, and what of it will be left out. `wanted`: the stage's parameters."""
    services = {_service(kind) for kind in lacking(cloud)}
    found = [_missing(cloud, service) for service in sorted(services - {MAIL, TEXTS})]
    if MAIL in services:
        found.append(_mail(cloud, without_mail))
    elif wanted.get("MailDomain") and not takes_mail(cloud):
        do = "choose a region that does (docs.aws.amazon.com/ses/latest/dg/regions.html), or go without: --mail-domain '' --without-mail"
        found.append(Finding(f"SES takes no mail in in {cloud.region}: what customers write to {wanted['MailDomain']} cannot arrive", do))
    if TEXTS in services:
        found.append(_texts(cloud, needed=wanted.get("SmsProvider") == "aws" and bool(wanted.get("SmsNumber"))))
    return found


def has_mail(cloud: Cloud) -> bool:
    return MAIL not in {_service(kind) for kind in lacking(cloud)}


def takes_mail(cloud: Cloud) -> bool:
    """SES sends in many regions and receives in some: elsewhere its rules are an "Unavailable Operation" (InvalidAction)."""
    try:
        cloud.client("ses").describe_active_receipt_rule_set()
    except ClientError as error:
        if error.response["Error"].get("Code") == "InvalidAction":
            return False
        raise
    except BotoCoreError:  # no such address: no SES at all
        return False
    return True


def _kinds() -> set[str]:
    from infra.package import ROOT

    made = template.merge(ROOT, "prod", "arm64")["Resources"].values()
    return {one["Type"] for one in made if not one.get("Type", "AWS::Serverless").startswith("AWS::Serverless")} | set(MADE_BY_OTHERS)


def _knows(cloud: Cloud, kind: str) -> bool:
    """docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html"""
    try:
        cloud.client("cloudformation").describe_type(Type="RESOURCE", TypeName=kind)
    except ClientError as error:
        return error.response["Error"].get("Code") != "TypeNotFoundException" and _listed(cloud, _service(kind))
    return True


def _listed(cloud: Cloud, service: str) -> bool:
    """By botocore's list, which is as old as botocore is; what it says nothing of is taken for granted."""
    if service not in SERVICES:
        return True
    partition = cloud.session.get_partition_for_region(cloud.region)
    return cloud.region in cloud.session.get_available_regions(SERVICES[service], partition_name=partition)


def _service(kind: str) -> str:
    return kind.split("::")[1]


def _missing(cloud: Cloud, service: str) -> Finding:
    what = "Cognito, by which agents sign in," if service == AGENTS else service
    return Finding(f"{what} is not in {cloud.region}", "choose another region: --region eu-central-1")


def _mail(cloud: Cloud, without_mail: bool) -> Finding:
    if without_mail:
        return Finding(f"left out: e-mail, in and out, as SES is not in {cloud.region}", "web chat and SMS do without it", blocks=False)
    return Finding(f"SES is not in {cloud.region}: no mail can come in or leave", "choose another region, or --without-mail")


def _texts(cloud: Cloud, needed: bool) -> Finding:
    if needed:
        return Finding(
            f"AWS End User Messaging is not in {cloud.region}: no text can leave by AWS", "--sms-provider twilio, or another region"
        )
    return Finding(f"left out: text messages by AWS, as End User Messaging is not in {cloud.region}", "Twilio's go on", blocks=False)
