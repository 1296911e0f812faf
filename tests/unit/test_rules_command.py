"""`python -m infra rules`: what a manager sees; and a stage's own rules on their way to the bot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result

from chalicelib.aws import clients
from chalicelib.bot.messages import brain
from chalicelib.bot.rules import override
from infra import brains, rule_file, rules
from infra.articles import read_folder
from infra.cloud import Cloud
from infra.errors import DeployError
from infra.operate import rules as commands
from infra.package import ROOT
from tests.unit import lantern as lanterns
from tests.unit.conftest import KNOWLEDGE
from tests.unit.lantern import lantern

TEXT = (ROOT / rule_file.SHIPPED).read_text("utf-8")
CAREFUL = TEXT.replace("answer: 0.8", "answer: 0.9")


@pytest.fixture
def cloud(s3: Any) -> Cloud:
    return Cloud(boto3.Session(region_name="eu-central-1"), None)


def used() -> float:
    """The threshold tells whose rules are in use."""
    base = brain.shipped()
    return override.current(base.rules, base.queues).answer


def run(*arguments: str) -> Result:
    return CliRunner().invoke(commands.command, arguments, env={"COLUMNS": "200"})


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brains, "of_folder", lambda _: lantern())


class TestAStagesOwnRules:
    def test_are_used_within_a_minute_and_given_up_again(self, cloud: Cloud, clock: list[float]) -> None:
        assert used() == 0.8
        version = rules.push(cloud, KNOWLEDGE, rule_file.parsed(CAREFUL, "mine.yaml"))
        assert used() == 0.8
        clock[0] += override.KEEP_SECONDS
        assert used() == 0.9
        assert rules.pushed(cloud, KNOWLEDGE) == (version, CAREFUL)
        assert rules.reset(cloud, KNOWLEDGE)
        clock[0] += override.KEEP_SECONDS
        assert used() == 0.8
        assert rules.pushed(cloud, KNOWLEDGE) is None
        assert not rules.reset(cloud, KNOWLEDGE)

    def test_are_the_brains_even_while_it_has_no_knowledge(self, cloud: Cloud) -> None:
        version = rules.push(cloud, KNOWLEDGE, rule_file.parsed(CAREFUL, "mine.yaml"))
        assert brain.load().rules.version == version
        assert rules.unusable(cloud, KNOWLEDGE) == ""

    def test_of_an_older_version_take_new_sentences_from_the_shipped_ones(self, cloud: Cloud) -> None:
        older = rule_file.parsed(CAREFUL, "mine.yaml")
        del older.packed["sentences"]["wish.call"]
        rules.push(cloud, KNOWLEDGE, older)
        assert used() == 0.9

    def test_cost_one_read_a_minute_and_are_compiled_once(self, cloud: Cloud, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
        rules.push(cloud, KNOWLEDGE, rule_file.parsed(CAREFUL, "mine.yaml"))
        base = brain.shipped()
        first = override.current(base.rules, base.queues)
        asked: list[str] = []
        client = clients.client("s3")
        real = client.get_object
        monkeypatch.setattr(client, "get_object", lambda **given: asked.append(given["Key"]) or real(**given))
        for _ in range(5):
            assert override.current(base.rules, base.queues) is first
        assert asked == []
        clock[0] += override.KEEP_SECONDS
        assert override.current(base.rules, base.queues) is first
        assert asked == [override.KEY]

    @pytest.mark.parametrize(
        "broken", [b"", b"[]", b"{", b'{"version": "1"}', b'{"version": "2", "rules": {"confidence": {"answer": 2}}}', b"\xff\xfe"]
    )
    def test_that_cannot_be_read_change_nothing_and_are_logged(
        self, cloud: Cloud, clock: list[float], broken: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[str] = []
        monkeypatch.setattr(override.log, "error", lambda event, **_: told.append(event))
        rules.push(cloud, KNOWLEDGE, rule_file.parsed(CAREFUL, "mine.yaml"))
        assert used() == 0.9
        cloud.client("s3").put_object(Bucket=KNOWLEDGE, Key=override.KEY, Body=broken)
        clock[0] += override.KEEP_SECONDS
        assert used() == 0.9
        assert told == ["rules_unreadable"]
        assert rules.unusable(cloud, KNOWLEDGE)
        override.forget()
        assert used() == 0.8

    def test_of_a_store_that_does_not_answer_are_asked_for_again_at_once(
        self, cloud: Cloud, clock: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from chalicelib.errors import Unavailable

        rules.push(cloud, KNOWLEDGE, rule_file.parsed(CAREFUL, "mine.yaml"))
        with monkeypatch.context() as down:

            def refuse(*_: Any) -> None:
                raise Unavailable("no answer")

            down.setattr(override, "_renew", refuse)
            assert used() == 0.8
        assert used() == 0.9
        with monkeypatch.context() as down:
            clock[0] += override.KEEP_SECONDS
            down.setattr(override, "_renew", refuse)
            assert used() == 0.9

    def test_with_a_mistake_never_leave_the_machine(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text(TEXT.replace("when: upset and", "when: upst and"), "utf-8")
        with pytest.raises(DeployError, match='upst: no such fact; did you mean "upset"'):
            rules.read(file)


class TestCheck:
    def test_says_that_all_is_well(self) -> None:
        done = run("check")
        assert (done.exit_code, "24 rules" in done.output, "no mistake" in done.output) == (0, True, True)

    def test_fails_with_each_mistake_and_what_to_do(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text(TEXT.replace("queue: billing", "queue: biling"), "utf-8")
        done = run("check", str(file))
        assert done.exit_code == 1
        assert 'hand_over 3 ("urgent-fraud"): queue: "biling" is not known; did you mean "billing"?' in done.output.replace("\n", "")
        assert "rules check FILE" in done.output


def test_a_folder_is_explained_with_the_wordings_that_its_articles_bring(tmp_path: Path) -> None:
    """Without them it says something else than the running bot does."""
    for name in ("return-item", "track-order"):
        text = (lanterns.FOLDER / f"{name}.en.md").read_text("utf-8")
        (tmp_path / f"{name}.en.md").write_text(text, "utf-8")
    given = read_folder(tmp_path, brain.shipped().queues)
    mind = brains.of_folder(tmp_path)
    assert mind.index
    wordings = {text.casefold() for article in given for text in (article.title, *article.examples)}
    assert len(mind.index.wordings.owners) == len(wordings) > 10


@pytest.mark.usefixtures("shop")
class TestExplain:
    def test_names_the_rule_the_reasons_and_what_the_customer_is_told(self) -> None:
        done = run("explain", "I want to talk to a human", "--tier", "vip", "--at", "2026-11-23 11:00")
        assert done.exit_code == 0, done.output
        for part in (
            "vip-asked",
            'asked_for_person is yes; tier is "vip"',
            'urgent_topic is ""',
            "not looked at: opt-out-request",
            "Handed over to general, urgent: VIP asked for a person / 贵宾客户要求人工",
            "I am passing this to a colleague",
            "一起转给客服同事",
        ):
            assert part in done.output, part

    def test_says_what_the_bot_answers_and_that_no_rule_fits(self) -> None:
        done = run("explain", "Where is my order?")
        assert "Answered with track-order" in done.output
        assert "channel is" in done.output

    @pytest.mark.parametrize(
        ("arguments", "rule"),
        [
            (("who sings this", "--contacts", "4"), "repeated"),
            (("你们磨剪刀吗", "--misses", "1"), "second-miss"),
            (("who sings this", "--channel", "email"), "not-sure-mail"),
            (("Where is my order?", "--set", "band=unsure", "--set", "amount=5000", "--set", "currency=EUR"), "large-amount"),
        ],
    )
    def test_takes_what_is_known_beside_the_text(self, arguments: tuple[str, ...], rule: str) -> None:
        last = [line for line in run("explain", *arguments).output.splitlines() if line.startswith("  ✓")]
        assert [line.split()[1] for line in last] == [rule]

    def test_tries_rules_that_no_stage_has_yet(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.yaml"
        file.write_text(TEXT.replace('when: urgent_topic == "safety"', 'when: mentions("wholesale", "批发")'), "utf-8")
        for text in ("Do you sell wholesale?", "可以批发吗"):
            assert 'mentions("wholesale", "批发") is yes' in run("explain", text, "--file", str(file)).output

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("bnd=none", 'bnd: no such fact; did you mean "band"?'),
            ("band=non", 'did you mean "none"?'),
            ("misses=many", 'misses: "many" is not a number'),
            ("upset=maybe", 'upset: "maybe" is not yes or no'),
            ("upset", "--set needs FACT=VALUE"),
        ],
    )
    def test_refuses_facts_that_there_are_not(self, given: str, told: str) -> None:
        done = run("explain", "hello", "--set", given)
        assert (done.exit_code, told in done.output) == (1, True)

    @pytest.mark.parametrize("text", ["", "🙂", "x" * 100_000, "[bold]{name}[/]"])
    def test_explains_any_text(self, text: str) -> None:
        assert run("explain", text).exit_code == 0
