"""Secrets that an operator stores: checked before, and the one before goes on holding while two sides change it."""

from __future__ import annotations

import boto3
import pytest

from chalicelib import settings
from infra.cloud import Cloud, stack_of
from infra.errors import DeployError
from infra.operate.secret import set_secret
from tests import resets
from tests.unit.conftest import Store

FIRST, SECOND = "a" * 40, "b" * 40


def test_the_key_of_the_host_site_is_long_and_the_one_before_holds_on(store: Store) -> None:
    cloud = Cloud(boto3.Session(region_name="eu-central-1"), None)
    with pytest.raises(DeployError, match="32 characters"):
        set_secret(cloud, stack_of("test"), "site_jwt", "short")
    assert settings.site_jwts() == ()
    assert not set_secret(cloud, stack_of("test"), "site_jwt", FIRST)
    assert set_secret(cloud, stack_of("test"), "site_jwt", SECOND)
    resets.forget_parameters()
    assert settings.site_jwts() == (SECOND, FIRST)
