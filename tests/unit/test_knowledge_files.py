"""Articles as files: clear mistakes with file and line; brought to the table and back, nothing changes, not a byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.knowledge.articles import changes, store
from chalicelib.knowledge.articles.article import AUDIENCES, LANGUAGES, Article
from chalicelib.knowledge.articles.example import example
from chalicelib.knowledge.articles.plain_text import plain_text, short_text
from chalicelib.knowledge.articles.writing import article_of
from infra.articles import BadArticlesError, _read, as_file, read_folder, write_folder
from infra.errors import DeployError
from tests.unit.conftest import T0

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


DEMO = Path(__file__).parents[2] / "infra" / "demo" / "knowledge"
DEMO_QUEUES = ("general", "billing", "orders", "technical")


def push(folder: Path) -> changes.Changes:
    found = changes.between(changes.known(), read_folder(folder, DEMO_QUEUES), "file", "sam", T0)
    changes.apply(found)
    return found


def pull(folder: Path) -> list[str]:
    return sorted(path.name for path in write_folder(folder, changes.together(changes.known())))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.md"))}


@pytest.mark.usefixtures("store")
def test_pushed_pulled_and_pushed_again_nothing_changes_not_a_byte(tmp_path: Path) -> None:
    assert push(DEMO)
    assert pull(tmp_path) == sorted(path.name for path in DEMO.glob("*.md"))
    first = contents(tmp_path)
    assert not push(tmp_path)
    assert pull(tmp_path) == []
    assert contents(tmp_path) == first
    assert not push(DEMO)


@pytest.mark.usefixtures("store")
def test_pulling_into_files_that_say_the_same_leaves_their_bytes_alone(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    by_hand = GOOD.replace("title:", "# ours\ntitle:").replace("\n", "\r\n").encode()
    (tmp_path / "deep" / "own name.md").write_bytes(by_hand)
    push(tmp_path)
    assert pull(tmp_path) == []
    assert (tmp_path / "deep" / "own name.md").read_bytes() == by_hand
    stored = store.article("returns", "en")
    store.put_article(replace(stored.article, title="Send it back"), stored.version, "sam", T0)
    assert pull(tmp_path) == ["own name.md"]
    assert "title: Send it back" in (tmp_path / "deep" / "own name.md").read_text()


@pytest.mark.usefixtures("store")
def test_a_line_taken_out_of_a_file_is_taken_out_of_the_table_and_what_was_learned_stays(tmp_path: Path) -> None:
    push(write(tmp_path, returns=GOOD.replace("  - How do", "  - Second\n  - How do")))
    store.add_example(example("learned", "returns", "en", source="agent", by="ann", at=T0))
    assert [one.text for one in push(write(tmp_path, returns=GOOD)).gone_examples] == ["Second"]
    assert sorted(one.text for one in store.examples()) == ["How do I return it?", "learned"]
    assert "learned" not in as_file(changes.together(changes.known())[0]), "what customers wrote goes into no file"


@pytest.mark.usefixtures("store")
def test_what_a_folder_lacks_is_told_and_goes_only_if_that_is_meant(tmp_path: Path) -> None:
    push(write(tmp_path, returns=GOOD, other=GOOD.replace("id: returns", "id: other").replace("How do I", "How may I")))
    (tmp_path / "other.md").unlink()
    found = push(tmp_path)
    assert (found.missing, found.gone) == ((("other", "en"),), ())
    assert [article.id for article in store.articles()] == ["other", "returns"]
    changes.apply(changes.without(changes.known(), found))
    assert [article.id for article in store.articles()] == ["returns"]
    assert [one.article for one in store.examples()] == ["returns"]
    assert push(tmp_path).missing == ()


WORDS = st.text(min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=40, deadline=None)
@given(
    title=WORDS,
    body=st.text(max_size=300),
    short=st.text(max_size=80),
    asked=st.lists(WORDS, max_size=4, unique=True),
    language=st.sampled_from(LANGUAGES),
    audience=st.sampled_from(AUDIENCES),
)
def test_any_article_comes_back_from_its_file(title: str, body: str, short: str, asked: list[str], language: str, audience: str) -> None:
    values = {"id": "any", "language": language, "title": title, "body": body, "short": short, "audience": audience}
    article = article_of(values, asked)
    assert read_back(article) == article
    assert as_file(read_back(article)) == as_file(article)


def read_back(article: Article) -> Article:
    with TemporaryDirectory() as folder:
        (path,) = write_folder(Path(folder), [article])
        return _read(path, path.name).article
