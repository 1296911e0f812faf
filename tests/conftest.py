"""What every test gets: no real AWS, no state of another test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

# Before anything is imported that could ask for them.
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_SERVICE_NAME="baton",
)


@pytest.fixture(autouse=True)
def forget_clients() -> Iterator[None]:
    """Clients and parameters are kept for the life of a function; here for that of a test."""
    from chalicelib import aws, settings

    aws.client.cache_clear()
    aws._session.cache_clear()
    settings.forget()
    yield
    aws.client.cache_clear()
    aws._session.cache_clear()
    settings.forget()
