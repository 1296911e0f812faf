"""SES has one active set of receipt rules: ours is made active, others' are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.cloud import Cloud
from infra.deploy import deploy
from infra.mail import active_rules, mail_rules, receive_mail, stop_mail
from tests.deploy.small import package

pytestmark = pytest.mark.deploy


@pytest.fixture
def mailing(cloud: Cloud, stack: str, tmp_path: Path) -> Iterator[str]:
    """A stack with a mail domain, and its receipt rules, which the small template does not make."""
    deploy(cloud.session, cloud.endpoint_url, package(tmp_path), stack, {"MailDomain": "example.com"}, lambda _: None)
    cloud.client("ses").create_receipt_rule_set(RuleSetName=stack)
    yield stack
    cloud.client("ses").set_active_receipt_rule_set()


def test_the_rules_are_made_active_and_switched_off_again(cloud: Cloud, mailing: str) -> None:
    assert [f.blocks for f in mail_rules(cloud, mailing)] == [True]
    assert receive_mail(cloud, mailing) == []
    assert active_rules(cloud) == mailing
    assert receive_mail(cloud, mailing) == mail_rules(cloud, mailing) == []
    stop_mail(cloud, mailing)
    assert active_rules(cloud) == ""


def test_rules_of_others_stay_active_and_are_told(cloud: Cloud, mailing: str) -> None:
    cloud.client("ses").create_receipt_rule_set(RuleSetName=f"of-others-than-{mailing}")
    cloud.client("ses").set_active_receipt_rule_set(RuleSetName=f"of-others-than-{mailing}")
    [found] = receive_mail(cloud, mailing)
    assert f"the active receipt rules are of-others-than-{mailing}" in found.what
    stop_mail(cloud, mailing)
    assert active_rules(cloud) == f"of-others-than-{mailing}"


def test_a_stack_without_mail_touches_no_rules(cloud: Cloud, stack: str, tmp_path: Path) -> None:
    deploy(cloud.session, cloud.endpoint_url, package(tmp_path), stack, {}, lambda _: None)
    assert receive_mail(cloud, stack) == []
    assert active_rules(cloud) == ""
