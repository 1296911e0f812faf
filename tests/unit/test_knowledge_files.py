"""Articles as files: clear mistakes with file and line; publishing, listing and going back on S3."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.knowledge import index
from infra import knowledge
from infra.articles import BadArticlesError, read_folder
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.plain_text import plain_text, short_text

QUEUES = ("general", "orders")
GOOD = (
    "---\nid: returns\nlanguage: en\ntitle: Return an item\nqueue: orders\nexamples:\n  - How do I return it?\n---\nYou have **30 days**.\n"
)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return folder


def test_a_file_becomes_an_article(tmp_path: Path) -> None:
    (article,) = read_folder(write(tmp_path, returns=GOOD.replace("queue: orders", "queue: orders\nvalid_until: 2026-12-31")), QUEUES)
    assert (article.id, article.title, article.text, article.queue) == ("returns", "Return an item", "You have 30 days.", "orders")
    assert (article.examples, article.valid_until, article.short) == (("How do I return it?",), "2026-12-31", "You have 30 days.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("title: Return an item\n", ""), "bad.md:1: title: is missing"),
        (GOOD.replace("title: Return an item", "title: ''"), "bad.md:4: title: is missing"),
        (GOOD.replace("You have **30 days**.", "  "), "bad.md:9: body: is empty"),
        (GOOD.replace("language: en", "language: klingon"), 'bad.md:3: language: "klingon" is not known; use one of en, zh'),
        (GOOD.replace("queue: orders", "queue: odrers"), 'bad.md:5: queue: "odrers" is not known; use one of general, orders'),
        (GOOD.replace("queue:", "owner:"), "bad.md:5: owner: no such field; use id, language, title"),
        (GOOD.replace("  - How do I return it?", "  how: 1"), "bad.md:6: examples: must be a list of texts"),
        (GOOD.replace("title: Return an item", "title: [Return"), "bad.md:5: front matter is not YAML"),
        (GOOD.replace("---\nid", "id"), "bad.md:1: front matter is missing"),
        ("---\n- a\n---\nbody", "bad.md:2: front matter must be lines of field: value"),
        ("", "bad.md:1: front matter is missing"),
    ],
)
def test_mistakes_name_file_line_and_field(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadArticlesError) as refused:
        read_folder(write(tmp_path, bad=text), QUEUES)
    assert message in str(refused.value)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes(GOOD.encode("utf-16"))
    write(tmp_path, first=GOOD, second=GOOD, third=GOOD.replace("id: returns", "id: other").replace("en", "xx"))
    with pytest.raises(BadArticlesError) as refused:
        read_folder(tmp_path, QUEUES)
    assert [m.partition(" ")[0] for m in refused.value.mistakes] == ["latin.md:1:", "third.md:3:", "second.md:2:"]
    assert 'id: "returns" in en is already in first.md' in str(refused.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeployError):
        read_folder(tmp_path, QUEUES)


def test_markdown_becomes_readable_plain_text() -> None:
    markdown = "# Title\n\nSee [our page](https://a.example/x) *now*, `code`.\n\n1. One\n2. **Two**\n   - inner\n\n![picture](https://a.example/p.png)\n\n<b>raw</b>"
    assert plain_text(markdown) == (
        "Title\n\nSee our page (https://a.example/x) now, code.\n\n1. One\n2. Two\n  - inner\n\npicture (https://a.example/p.png)\n\n<b>raw</b>"
    )


@given(st.text(max_size=500))
def test_any_markdown_renders(markdown: str) -> None:
    assert isinstance(plain_text(markdown), str)


@given(st.text(min_size=1, max_size=900), st.sampled_from(["en", "zh"]))
def test_a_short_text_fits_two_sms(text: str, language: str) -> None:
    assert len(short_text(text, language)) <= (300 if language == "en" else 130)


def test_a_short_text_ends_with_a_sentence() -> None:
    assert short_text("First sentence. " + "word " * 80 + ".", "en") == "First sentence."
    assert short_text("1. One\n2. Two", "en") == "1. One\n2. Two"
    assert short_text("第一句。" + "字" * 200 + "。", "zh") == "第一句。"
    assert short_text("第一句。\n\n1. 第二句。", "zh") == "第一句。\n1. 第二句。"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with mock_aws():
        made = Cloud(boto3.Session(region_name="eu-central-1"))
        made.client("s3").create_bucket(Bucket="lantern", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield made


def test_publishing_moves_the_pointer_and_rollback_moves_it_back(cloud: Cloud, tmp_path: Path) -> None:
    assert knowledge.current(cloud, "lantern") == ""
    first = knowledge.push(cloud.session, None, "lantern", write(tmp_path, returns=GOOD))
    second = knowledge.push(cloud.session, None, "lantern", write(tmp_path, returns=GOOD.replace("30", "40")))
    assert knowledge.current(cloud, "lantern") == second != first
    assert {row["version"] for row in knowledge.versions(cloud, "lantern")} == {first, second}
    knowledge.rollback(cloud, "lantern", first)
    assert knowledge.current(cloud, "lantern") == first
    packed = cloud.client("s3").get_object(Bucket="lantern", Key=index.key(first))["Body"].read()
    assert index.read(first, packed).articles["returns"]["en"].text == "You have 30 days."
    with pytest.raises(DeployError, match="never published"):
        knowledge.rollback(cloud, "lantern", "nonsense")


def test_bad_articles_publish_nothing(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(BadArticlesError):
        knowledge.push(cloud.session, None, "lantern", write(tmp_path, good=GOOD, bad="no front matter"))
    assert knowledge.current(cloud, "lantern") == ""
    assert knowledge.versions(cloud, "lantern") == []


def test_the_command_tells_mistakes_and_ends_with_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "_bucket", lambda target: "lantern")
    ran = CliRunner().invoke(knowledge.command, ["push", str(write(tmp_path, bad="x")), "--stage", "test", "--region", "eu-central-1"])
    assert ran.exit_code == 1
    assert "bad.md:1: front matter is missing" in ran.output
