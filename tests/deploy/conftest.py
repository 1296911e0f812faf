"""One local AWS for all tests of this folder; each test has a stage of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.__main__ import main
from infra.cloud import Cloud
from infra.local.aws import local_aws, session
from tests.deploy.small import TAKEN

_numbers = count(1)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with local_aws(tmp_path_factory.mktemp("aws")) as url:
        session().client("ssm", endpoint_url=url).put_parameter(Name=TAKEN, Value="theirs", Type="String")
        yield url


@pytest.fixture
def cloud(endpoint: str) -> Cloud:
    return Cloud(session(), endpoint)


@pytest.fixture
def stage() -> str:
    return f"t{next(_numbers)}"


@pytest.fixture
def stack(stage: str) -> str:
    return f"baton-{stage}"


@pytest.fixture
def run(endpoint: str, stage: str) -> Callable[..., Result]:
    """Runs `python -m infra <words>` on the test's stage, or `on` another; `typed` is what comes from standard input."""

    def command(*words: str, typed: str = "", on: str = stage) -> Result:
        return CliRunner().invoke(main, [*words, "--stage", on, "--endpoint-url", endpoint], input=typed)

    return command


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """The file into which the small stack's functions write the events that they get."""
    return tmp_path / "seen"
