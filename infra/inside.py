"""Baton's own modules at work on a stage: told by the environment what its functions are told, with the operator's credentials."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chalicelib.aws import clients as aws
from chalicelib.business import current
from infra.cloud import Cloud
from infra.errors import DeployError

_OTHERS = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")


@contextmanager
def inside(cloud: Cloud, told: Mapping[str, str]) -> Iterator[None]:
    """For as long as the block lasts, chalicelib works there. Raises DeployError without credentials."""
    credentials = cloud.session.get_credentials()
    if not credentials:
        raise DeployError("there are no AWS credentials", "run `aws configure` (or `aws sso login`), or set AWS_PROFILE")
    keys = credentials.get_frozen_credentials()
    known = {"AWS_ACCESS_KEY_ID": keys.access_key, "AWS_SECRET_ACCESS_KEY": keys.secret_key, "AWS_SESSION_TOKEN": keys.token}
    known |= {"AWS_REGION": cloud.region, "AWS_DEFAULT_REGION": cloud.region, "AWS_ENDPOINT_URL": cloud.endpoint_url}
    before = dict(os.environ)
    for name in _OTHERS:
        os.environ.pop(name, None)
    os.environ.update({name: value for name, value in {**known, **told}.items() if value})
    _forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        _forget()


def _forget() -> None:
    """The clients that were made for the other place, and what its business set."""
    aws.client.cache_clear()
    aws._session.cache_clear()
    current.forget()
