"""The commands of knowledge before they reach a stage: mistakes are told, all of them, and nothing is touched."""

from __future__ import annotations

import os
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner

from chalicelib.aws import clients
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.inside import inside
from infra.knowledge import at
from infra.operate.knowledge import command

NOWHERE = ("--stage", "test", "--region", "eu-central-1", "--endpoint-url", "http://127.0.0.1:9")


def failed(*words: str) -> str:
    ran = CliRunner().invoke(command, words)
    assert ran.exit_code == 1, ran.output
    return ran.output


def test_mistakes_of_a_folder_are_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text("x")
    (tmp_path / "worse.md").write_text("---\nid: A\nlanguage: en\ntitle: T\n---\nText")
    told = failed("push", str(tmp_path), *NOWHERE)
    assert "bad.md:1: front matter is missing" in told
    assert "worse.md:2: id: must be" in told


def test_mistakes_of_a_list_are_told_with_its_lines(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text("question,answer\nWhy?,\n")
    told = failed("import", str(tmp_path / "faq.csv"), *NOWHERE)
    assert "line 2: answer is empty" in told
    assert "nothing was imported" in told


def test_the_local_run_is_a_stage_that_must_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Baton does not run here" in failed("list", "--stage", "local")


def test_a_stack_from_before_says_that_it_must_be_deployed() -> None:
    with pytest.raises(DeployError, match="KnowledgeTable"), at(Cloud(boto3.Session(region_name="eu-central-1")), {}):
        pass


def test_working_inside_a_stage_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(boto3.Session(aws_access_key_id="theirs", aws_secret_access_key="secret", region_name="us-west-2"))
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    before = dict(os.environ)
    with inside(cloud, {"KNOWLEDGE_TABLE": "theirs"}):
        assert "AWS_PROFILE" not in os.environ
        assert "AWS_ENDPOINT_URL" not in os.environ
        assert (os.environ["AWS_ACCESS_KEY_ID"], os.environ["KNOWLEDGE_TABLE"]) == ("theirs", "theirs")
        assert clients._session().get_credentials().access_key == "theirs"
    assert dict(os.environ) == before
