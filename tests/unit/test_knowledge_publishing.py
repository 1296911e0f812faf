"""Publishing: an index that never changes again, the last real questions asked of both, the pointer last; and the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.bot.learning import replay
from chalicelib.conversations import keys
from chalicelib.conversations.model import Conversation
from chalicelib.errors import BatonError
from chalicelib.governance import queue_names
from chalicelib.knowledge.articles import changes, store
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import example
from chalicelib.knowledge.articles.writing import article_of
from chalicelib.knowledge.index import bucket, building, comparing, publishing, releases
from chalicelib.knowledge.index.comparing import Asked, Said
from chalicelib.knowledge.index.index import Index
from chalicelib.knowledge.index.releases import Release
from infra.articles import read_folder
from tests.unit.conftest import T0, Store, make_bucket
from tests.unit.lantern import FOLDER

BUCKET = "knowledge"
RETURNS = article_of(
    {"id": "returns", "language": "en", "title": "Return an item", "body": "You have **30 days** to send it back.", "queue": "orders"},
    ["How do I return it?", "Send something back"],
)
INVOICE = article_of(
    {"id": "invoice", "language": "en", "title": "Get an invoice", "body": "It is in your account, under Orders."},
    ["Where is my invoice?", "I need a copy of the bill"],
)


@pytest.fixture(autouse=True)
def s3(store: Store, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("KNOWLEDGE_BUCKET", BUCKET)
    return make_bucket(BUCKET)


def write(*articles: Article) -> None:
    found = changes.between(changes.known(), articles, "file", "sam", T0)
    changes.apply(changes.without(changes.known(), found))


def by_title(index: Index, asked: Asked) -> Said:
    """Surely the article of this title: how good the bot's ear is, others test."""
    found = [name for name, versions in index.articles.items() for one in versions.values() if one.title == asked.question]
    return Said(found[0], 0.9, True) if found else Said()


def asker(at: int = T0) -> publishing.Replay:
    return replace(replay.replay(at), judge=by_title)


def carry_out(do: Any, at: int = T0, **more: str) -> Release:
    release = releases.new(do, "sam", at, **more)
    releases.save(release)
    return publishing.carry_out(release, asker(at), lambda: at + 5)


def compared(release_id: str) -> Any:
    return bucket.load_json(releases.comparison(release_id))


def asked(question: str, number: int = 1, **changes: Any) -> None:
    """A customer asked, and this is what became of it."""
    head = Conversation(f"w{question}", number, "webchat", "w1", T0 - 1000, question=question, language="en", **changes)
    clients.client("dynamodb").put_item(TableName="conversations", Item=keys.conversation_item(head))


def test_what_is_published_is_used_and_the_version_is_named_by_its_content() -> None:
    write(RETURNS, INVOICE)
    done = carry_out("publish")
    assert (done.state, done.switched, done.articles, done.examples, done.before) == ("done", True, 2, 4, "")
    assert bucket.current() == done.version
    assert releases.get(done.id) == done
    again = carry_out("publish", T0 + 1000)
    assert (again.version, again.before) == (done.version, done.version)


def test_a_preview_changes_nothing_but_shows_everything() -> None:
    write(RETURNS)
    first = carry_out("publish")
    asked("Get an invoice")
    asked("Return an item", article="returns")
    write(replace(RETURNS, body="x", text="You have 40 days.", examples=()), INVOICE)
    done = carry_out("preview", T0 + 1000)
    assert (done.state, done.switched) == ("done", False)
    assert bucket.current() == first.version
    found = compared(done.id)
    assert [(row["question"], row["kind"], row["worse"]) for row in found["questions"]] == [
        ("Get an invoice", "gained", False),
        ("Return an item", "reworded", False),
    ]
    assert [(one["id"], one["kind"]) for one in found["articles"]] == [("invoice", "added"), ("returns", "changed")]
    assert found["counts"]["asked"] == 2


def test_what_is_asked_but_not_told_is_named_and_keeps_nothing_back() -> None:
    asked_for = article_of({"id": "teas", "language": "en", "title": "Our teas", "body": "Green and black."}, ["Is it vegan?"])
    write(RETURNS, asked_for)
    done = carry_out("publish")
    assert (done.switched, done.counts["untold"]) == (True, 1)
    assert compared(done.id)["untold"] == [{"article": "teas", "language": "en", "wording": "Is it vegan?", "missing": ["vegan"]}]


def test_fifty_that_are_not_told_are_named_those_of_changed_articles_first() -> None:
    many = [f"Do you ship to Z{chr(97 + n // 8)}{chr(97 + n % 8)}land?" for n in range(60)]
    known = article_of({"id": "a", "language": "en", "title": "Teas", "body": "Green."}, many)
    write(known)
    carry_out("publish")
    write(known, article_of({"id": "b", "language": "en", "title": "Cups", "body": "White."}, ["Is it vegan?"]))
    found = compared(carry_out("preview", T0 + 1000).id)
    assert (len(found["untold"]), found["counts"]["untold"], found["untold"][0]["article"]) == (50, 61, "b")


def test_nobody_reads_by_night_what_is_not_told() -> None:
    write(article_of({"id": "teas", "language": "en", "title": "Our teas", "body": "Green and black."}, ["Is it vegan?"]))
    carry_out("publish")
    learned = publishing.nightly(asker(), lambda: T0)
    assert learned
    assert "untold" not in learned.counts
    assert "untold" not in compared(learned.id)


def test_an_answer_that_customers_were_content_with_and_lose_is_worse_and_stands_first() -> None:
    write(RETURNS, INVOICE)
    carry_out("publish")
    asked("Get an invoice", article="invoice")
    asked("Return an item", article="returns", escalated_at=T0)
    store.remove_articles([("invoice", "en"), ("returns", "en")])
    write(article_of({"id": "other", "language": "en", "title": "Other", "body": "Else."}))
    found = compared(carry_out("preview", T0 + 1000).id)
    assert [(row["question"], row["kind"], row["worse"]) for row in found["questions"]] == [
        ("Get an invoice", "lost", True),
        ("Return an item", "lost", False),
    ]
    assert found["counts"]["worse"] == 1


def test_an_agents_word_counts_more_than_a_customers_silence() -> None:
    one = Asked("q", accepted="a", right="b")
    index: Any = type("I", (), {"articles": {}, "version": "x"})()
    judged = iter([Said("a", 0.9, True), Said("b", 0.9, True)])
    found = comparing.compare(index, index, [one], lambda *_: next(judged), "2026-01-01")
    assert [(row["kind"], row["worse"]) for row in found["questions"]] == [("changed", False)]
    judged = iter([Said(), Said("c", 0.9, True)])
    assert comparing.compare(index, index, [one], lambda *_: next(judged), "2026-01-01")["counts"]["worse"] == 1


def test_rollback_brings_back_the_same_answers() -> None:
    write(RETURNS)
    first = carry_out("publish")
    write(INVOICE)
    second = carry_out("publish", T0 + 1000)
    back = carry_out("rollback", T0 + 2000, version=first.version)
    assert (back.state, back.version, back.before, bucket.current()) == ("done", first.version, second.version, first.version)


def test_a_version_that_never_was_is_not_gone_back_to() -> None:
    write(RETURNS)
    first = carry_out("publish")
    failed = carry_out("rollback", T0 + 1000, version="0123456789abcdef")
    assert (failed.state, "no version 0123456789abcdef" in failed.error) == ("failed", True)
    assert bucket.current() == first.version
    with pytest.raises(BatonError):
        releases.order("rollback", "sam", T0, version="../../current")


def test_nothing_is_published_from_nothing() -> None:
    failed = carry_out("publish")
    assert (failed.state, "no articles" in failed.error, bucket.current()) == ("failed", True, "")
    assert publishing.nightly(asker(), lambda: T0) is None


def test_an_unreadable_index_does_not_keep_a_better_one_from_being_published(s3: Any) -> None:
    write(RETURNS)
    s3.put_object(Bucket=BUCKET, Key="current.json", Body=b"{nonsense")
    assert carry_out("publish").switched


def test_by_night_new_examples_count_and_unpublished_articles_wait() -> None:
    write(RETURNS)
    first = carry_out("publish")
    write(replace(RETURNS, text="Half written"), INVOICE)
    store.add_example(example("Take it back please", "returns", "en", source="agent", by="ann", at=T0))
    learned = publishing.nightly(asker(), lambda: T0)
    assert learned
    assert learned.switched
    assert learned.version != first.version
    articles = building.read(learned.version).articles
    assert articles.keys() == {"returns"}
    assert "30 days" in articles["returns"]["en"].text


def test_what_was_learned_by_night_waits_if_it_makes_anything_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    write(RETURNS)
    first = carry_out("publish")
    asked("Return an item", article="returns")
    store.remove_examples(store.examples())
    store.add_examples([example("anything else", "returns", "en", source="agent", by="ann", at=T0)])
    said = iter([Said("returns", 0.9, True), Said()])
    made = replace(replay.replay(T0), judge=lambda *_: next(said))
    learned = publishing.nightly(made, lambda: T0)
    assert learned
    assert (learned.state, learned.switched, learned.counts["worse"], bucket.current()) == ("done", False, 1, first.version)


def test_staff_articles_are_never_said_to_customers() -> None:
    write(replace(RETURNS, audience="staff"), replace(INVOICE, audience="vip"))
    carry_out("publish")
    index = building.read(bucket.current())
    assert not index.articles["returns"]["en"].valid("2026-01-01", "vip")
    assert not index.articles["invoice"]["en"].valid("2026-01-01")
    assert index.articles["invoice"]["en"].valid("2026-01-01", "vip")


def test_a_draft_is_previewed_without_being_stored() -> None:
    write(RETURNS)
    carry_out("publish")
    found = changes.between(changes.known(), [INVOICE], "file", "sam", T0)
    after = changes.applied(changes.known(), found)
    name = publishing.draft(T0, publishing.Content([one.article for one in after.articles], after.examples))
    done = carry_out("preview", T0 + 1000, draft=name)
    assert (done.state, done.articles, done.examples) == ("done", 2, 4)
    assert [article.id for article in store.articles()] == ["returns"]


def test_a_bug_leaves_a_failed_release_and_the_old_index(monkeypatch: pytest.MonkeyPatch) -> None:
    write(RETURNS)
    first = carry_out("publish")
    monkeypatch.setattr(comparing, "compare", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        carry_out("publish", T0 + 1000)
    assert releases.latest()[0].state == "failed"
    assert bucket.current() == first.version


def test_the_last_questions_are_asked_once_each_the_newest_first(store: Store) -> None:
    for number in range(3):
        asked(f"Question {number}")
    asked("question 0", number=2)
    questions = replay.replay(T0).questions(200)
    assert len(questions) == 3
    assert len(replay.replay(T0).questions(2)) == 2


def test_what_is_compared_is_what_the_bot_would_say() -> None:
    write(*read_folder(FOLDER, queue_names.known()))
    carry_out("publish")
    index, said = building.read(bucket.current()), replay.replay(T0).judge
    assert said(index, Asked("How do I delete my account?")).article == "account-data"
    assert not said(index, Asked("qwertz uiop")).sure


def test_the_learn_function_is_called_with_what_was_ordered(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[dict[str, Any]] = []
    client = type("L", (), {"invoke": lambda _, **request: called.append(request)})()
    monkeypatch.setenv("LEARN_FUNCTION", "learn")
    monkeypatch.setattr(clients, "client", lambda service, real=clients.client: client if service == "lambda" else real(service))
    release = releases.order("publish", "sam", T0)
    assert releases.get(release.id).state == "ordered"
    assert json.loads(called[0]["Payload"]) == {"do": "publish", "release": release.id}
    assert called[0]["InvocationType"] == "Event"
