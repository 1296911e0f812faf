"""Before a deployment everything that is missing is said at once, and with what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner, Result

from infra.__main__ import main
from infra.checks import Wish, check
from infra.cloud import Cloud
from infra.local.aws import session
from infra.stack import resources
from tests.deploy.small import package

pytestmark = pytest.mark.deploy


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which AWS was never set up."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def missing(cloud: Cloud, wish: Wish) -> str:
    found = [f for f in check(cloud, wish) if f.blocks]
    assert all(f.do for f in found)
    return "\n".join(f.what for f in found)


def test_everything_is_said_at_once(nobody: None) -> None:
    wish = Wish("Prod!", {"SmsNumber": "0171", "SupportAddress": "help"})
    found = missing(Cloud(boto3.Session()), wish)
    for what in (
        "no AWS region",
        "no AWS credentials",
        "'Prod!' cannot be a stage",
        "'0171' is not a telephone",
        "'help' is not",
        "no mail domain",
    ):
        assert what in found


def test_the_command_stops_at_what_is_missing(nobody: None) -> None:
    done = CliRunner().invoke(main, ["deploy", "--stage", "prod"])
    assert done.exit_code == 1
    assert "no AWS region" in done.output
    assert "no mail domain" in done.output
    assert "nothing was changed" in done.output
    assert "packag" not in done.output


def test_wrong_credentials_are_told(endpoint: str) -> None:
    class Refusing(Cloud):
        @property
        def account(self) -> str:
            return str(self.client("sts").get_caller_identity(Nonsense=1))

    assert "credentials do not work" in missing(Refusing(session(), endpoint), Wish("prod", {}, without_mail=True))


@pytest.mark.parametrize("stage", ["", "P", "1a", "a_b", "a" * 17, "prod\n"])
def test_stage_names_that_are_refused(cloud: Cloud, stage: str) -> None:
    assert "cannot be a stage" in missing(cloud, Wish(stage, {}, without_mail=True))


def test_nothing_is_missing_without_mail(cloud: Cloud, stage: str) -> None:
    assert missing(cloud, Wish(stage, {}, without_mail=True)) == ""


def test_the_mail_domain_must_be_known_to_ses(cloud: Cloud, stage: str) -> None:
    wish = Wish(stage, {"MailDomain": "new.example.com", "SupportAddress": "help@new.example.com"})
    assert missing(cloud, wish) == "the mail domain new.example.com is not known to SES in us-east-1"
    cloud.client("sesv2").create_email_identity(EmailIdentity="new.example.com")
    assert missing(cloud, wish) == ""


def test_the_support_address_lies_in_the_mail_domain(cloud: Cloud, stage: str) -> None:
    cloud.client("sesv2").create_email_identity(EmailIdentity="in.example.com")
    assert "no support address" in missing(cloud, Wish(stage, {"MailDomain": "in.example.com"}))
    outside = {"MailDomain": "in.example.com", "SupportAddress": "help@example.com"}
    assert "not in the mail domain" in missing(cloud, Wish(stage, outside))


def test_hints_do_not_stop_and_say_what_to_do(cloud: Cloud, stage: str) -> None:
    hints = check(cloud, Wish(stage, {"SmsNumber": "+4930123456"}, without_mail=True))
    assert not any(f.blocks for f in hints)
    said = "\n".join(f"{f.what} {f.do}" for f in hints)
    assert "nobody is told of alarms" in said
    assert f"secret set twilio_auth_token --stage {stage}" in said


def test_what_a_region_lacks_is_left_out_of_what_is_deployed(
    cloud: Cloud, stage: str, stack: str, tmp_path: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checks say so first; the stack then has no trace of it."""
    events = {"Type": "AWS::SES::ConfigurationSet", "Properties": {"Name": f"{stack}-mail"}}
    told = {
        "Type": "AWS::SSM::Parameter",
        "DependsOn": ["Events"],
        "Properties": {"Name": f"/{stack}/told", "Type": "String", "Value": "x"},
    }
    made = package(tmp_path, "1", Events=events, Told=told)
    monkeypatch.setattr("infra.package.build", lambda *_: made)
    monkeypatch.setattr("infra.lint.lint", lambda _: [])
    monkeypatch.setattr("infra.smoke.smoke", lambda *_: [])
    monkeypatch.setattr("infra.regions.lacking", lambda _: frozenset({"AWS::SES::ConfigurationSet"}))
    stopped = run("deploy", "--mail-domain", "example.com", "--support-address", "help@example.com", "--yes")
    assert "SES is not in us-east-1" in stopped.output
    assert "or --without-mail" in stopped.output
    assert "nothing was changed" in stopped.output
    done = run("deploy", "--without-mail", "--yes")
    assert done.exit_code == 0, done.output
    assert "left out: e-mail, in and out, as SES is not in us-east-1" in done.output
    made_of = {one.name for one in resources(cloud, stack)}
    assert "Told" in made_of
    assert "Events" not in made_of
