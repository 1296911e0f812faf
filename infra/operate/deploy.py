"""`python -m infra deploy`: checks, packages, shows what would change, changes it, and tries it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from chalicelib.insight import llm_prices
from infra import deploy as core
from infra import leaving_out, regions
from infra.changes import Plan, discard
from infra.checks import Wish, check
from infra.errors import DeployError
from infra.mail import receive_mail
from infra.operate import texts
from infra.operate.common import Target, console, failed, on_stage, say
from infra.operate.shown import progress, show_findings, show_plan
from infra.progress import outputs
from infra.stack import parameters, public_address

if TYPE_CHECKING:
    from infra.package import Package

# Option -> the template's parameter. `make deploy STAGE=prod MAIL_DOMAIN=...` reaches them through the environment.
PARAMETERS = {
    "mail_domain": "MailDomain",
    "support_address": "SupportAddress",
    "sms_number": "SmsNumber",
    "sms_provider": "SmsProvider",
    "quiet_hours": "QuietHours",
    "business": "Business",
    "chat_origins": "ChatOrigins",
    "automatic_replies": "AutomaticReplies",
    "actions_url": "ActionsUrl",
    "actions_show": "ActionsShow",
    "precision_target": "PrecisionTarget",
    "compose_model": "ComposeModel",
    "model_calls_a_day": "ModelCallsADay",
    "model_calls_a_conversation": "ModelCallsAConversation",
    "model_price": "ModelPrice",
    "delivery_reports": "DeliveryReports",
    "time_zone": "TimeZone",
    "alarm_email": "AlarmEmail",
    "dashboard": "DashboardSize",
    "warm_reads": "WarmReads",
    "warm_writes": "WarmWrites",
    "encrypt_topics": "EncryptTopics",
    "keep_conversations": "ConversationRetentionDays",
    "keep_notes": "NoteRetentionDays",
    "keep_mails": "MailRetentionDays",
    "keep_files": "FileRetentionDays",
    "keep_reports": "ReportRetentionDays",
}


def _price(_context: click.Context, _option: click.Parameter, told: str | None) -> str | None:
    """As it is told, once it can be read."""
    try:
        llm_prices.price("", told or "")
    except ValueError as error:
        raise click.BadParameter("dollars for a million tokens of requests and replies, as 1.00/5.00") from error
    return told


@click.command()
@click.option("--mail-domain", envvar="MAIL_DOMAIN", help="Domain whose mail comes in, verified in SES.")
@click.option("--support-address", envvar="SUPPORT_ADDRESS", help="Address that customers write to.")
@click.option("--sms-number", envvar="SMS_NUMBER", help="Your number for text messages, as +4930123456.")
@click.option("--sms-provider", envvar="SMS_PROVIDER", type=click.Choice(["twilio", "aws"]), help="Whose number it is: Twilio's, or AWS's.")
@click.option("--quiet-hours", envvar="QUIET_HOURS", help="When no text is sent that answers nothing, as 21:00-08:00.")
@click.option("--business", envvar="BUSINESS", help="Your name, as customers see it.")
@click.option(
    "--chat-origins", envvar="CHAT_ORIGINS", help="Web sites that may embed the chat, parted by spaces; all may if you give none."
)
@click.option(
    "--automatic-replies", envvar="AUTOMATIC_REPLIES", type=click.IntRange(0), help="Mails that the bot answers to one sender a day."
)
@click.option("--actions-url", envvar="ACTIONS_URL", help="Your HTTP endpoint for self-service actions, as https://www.shop.example/baton.")
@click.option(
    "--actions-show",
    envvar="ACTIONS_SHOW",
    type=click.Choice(["state", "all"]),
    help="What an order's number alone shows: its state, or all; the rest takes a code or another proof.",
)
@click.option(
    "--precision-target",
    envvar="PRECISION_TARGET",
    type=click.FloatRange(0.5, 0.999),
    help="So large a share of the bot's answers is to be right, as 0.95: it learns how sure that makes it be.",
)
@click.option("--compose-model", envvar="COMPOSE_MODEL", help="Model of Amazon Bedrock that composes and reads; none if you give none.")
@click.option("--model-calls-a-day", envvar="MODEL_CALLS_A_DAY", type=click.IntRange(0), help="How often it reads a day at most.")
@click.option(
    "--model-calls-a-conversation", envvar="MODEL_CALLS_A_CONVERSATION", type=click.IntRange(0), help="... and in one conversation."
)
@click.option(
    "--model-price",
    envvar="MODEL_PRICE",
    callback=_price,
    help="What you pay for it, for reports: dollars a million tokens in/out, as 1.00/5.00.",
)
@click.option(
    "--delivery-reports",
    envvar="DELIVERY_REPORTS",
    type=click.Choice(["people", "all"]),
    help="Follow what people write until it arrives, or the bot's answers as well; each report costs as much as an answer.",
)
@click.option("--time-zone", envvar="TIME_ZONE", help="As Europe/Berlin.")
@click.option("--alarm-email", envvar="ALARM_EMAIL", help="Who is told of alarms.")
@click.option(
    "--dashboard",
    envvar="DASHBOARD",
    type=click.Choice(["small", "full", "none"]),
    help="What CloudWatch shows: the way of a message, within the free tier; every function, for $3 a month; nothing.",
)
@click.option("--warm-reads", envvar="WARM_READS", type=click.IntRange(12_000), help="Reads a second that the table is to take at once.")
@click.option("--warm-writes", envvar="WARM_WRITES", type=click.IntRange(4_000), help="Writes a second that the table is to take at once.")
@click.option(
    "--encrypt-topics", envvar="ENCRYPT_TOPICS", type=click.Choice(["no", "yes"]), help="Topics under a key of their own: a dollar a month."
)
@click.option("--keep-conversations", envvar="KEEP_CONVERSATIONS", type=click.IntRange(0), help="Days; 0 for ever. Messages, events, too.")
@click.option("--keep-notes", envvar="KEEP_NOTES", type=click.IntRange(0), help="Days that agents' notes are kept; 0 for ever.")
@click.option("--keep-mails", envvar="KEEP_MAILS", type=click.IntRange(0), help="Days that raw mails are kept; 0 for ever.")
@click.option("--keep-files", envvar="KEEP_FILES", type=click.IntRange(0), help="Days that files of messages are kept; 0 for ever.")
@click.option("--keep-reports", envvar="KEEP_REPORTS", type=click.IntRange(0), help="Days that reports are kept; 0 for ever.")
@click.option("--without-mail", is_flag=True, envvar="WITHOUT_MAIL", help="Go without e-mail.")
@click.option("--yes", is_flag=True, envvar="YES", help="Do not ask before changing anything.")
@click.option("--allow-replacement", is_flag=True, help="Allow changes that lose a table, user pool or bucket.")
@on_stage
def command(target: Target, without_mail: bool, yes: bool, allow_replacement: bool, **options: str | None) -> None:
    """Deploy Baton, or bring it up to date. What you do not give stays as it is."""
    given = {PARAMETERS[name]: str(value) for name, value in options.items() if value is not None}
    say(f"[bold]Baton {escape(target.stage)}[/] [dim]{target.cloud.session.region_name or 'no region'}[/]")
    _checked(target, Wish(target.stage, given, without_mail))
    with TemporaryDirectory() as folder:
        package = _packaged(target.stage, Path(folder), local=bool(target.cloud.endpoint_url))
        package = replace(package, template=leaving_out.without(package.template, regions.lacking(target.cloud)))
        with progress() as show:
            plan = core.prepare(target.cloud, package, target.stack, given, show)
    _agreed(target, plan, yes, allow_replacement)
    began = time.monotonic()
    try:
        with progress() as show:
            core.carry_out(target.cloud, plan, show)
    except KeyboardInterrupt:
        say(f"AWS goes on with the deployment: see `python -m infra status --stage {target.stage}`")
        raise
    done = f"deployed in {_duration(time.monotonic() - began)}" if plan.change_set else "nothing had changed"
    say(f"[green]✓[/] {target.stack}: {done} [dim]{package.digest[:12]}[/]")
    show_findings(receive_mail(target.cloud, target.stack))
    _tell(target)
    _try(target)


def _checked(target: Target, wish: Wish) -> None:
    findings = check(target.cloud, wish)
    show_findings(findings)
    missing = sum(f.blocks for f in findings)
    if missing:
        failed(f"{missing} thing{'s are' if missing > 1 else ' is'} missing; nothing was changed")
    say("[green]✓[/] checks passed")


def _packaged(stage: str, folder: Path, *, local: bool) -> Package:
    from infra.lint import lint
    from infra.package import build

    with console.status("packaging"):
        package = build(stage, "local" if local else "aws", folder)
    size = sum(path.stat().st_size for path in package.archives.values())
    with console.status("checking the template"):
        problems = lint(json.dumps(package.template))
    if problems:
        raise DeployError("the template has errors:\n" + "\n".join(f"  {p}" for p in problems), "this is a defect of Baton: report it")
    say(f"[green]✓[/] packaged: {size / 1e6:.1f} MB [dim]{package.digest[:12]}[/]")
    return package


def _agreed(target: Target, plan: Plan, yes: bool, allow_replacement: bool) -> None:
    """Shows the plan and asks; a plan that is not carried out leaves nothing behind."""
    if not plan.change_set:
        return
    show_plan(plan)
    try:
        if core.losses(plan) and not allow_replacement:
            raise core.refusal(plan)
        if not yes:
            click.confirm("Carry this out?", abort=True)
    except (DeployError, click.Abort):
        discard(target.cloud, plan)
        raise


def _tell(target: Target) -> None:
    site = public_address(target.cloud, target.stack)
    say(f"  site     {site}/\n  console  {site}/console")
    known = parameters(target.cloud, target.stack)
    if known.get("SmsNumber"):
        say(texts.to_enter(known.get("SmsProvider", "twilio"), site, outputs(target.cloud, target.stack).get("TextTopic", "")))


def _try(target: Target) -> None:
    from infra.smoke import smoke

    with console.status("trying it as a customer"):
        tried = smoke(public_address(target.cloud, target.stack))
    for one in tried:
        say(f"{'[green]✓[/]' if one.ok else '[red]✗[/]'} {one.name} [dim]{escape(one.detail)}[/]")
    if not all(one.ok for one in tried):
        failed("deployed, but it does not answer as it should", f"python -m infra doctor --stage {target.stage}")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
