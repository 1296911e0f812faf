"""`python -m infra evaluate`, against a server that speaks Converse: what an operator reads of a model before she names it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra import brains, evaluation
from infra.errors import DeployError
from infra.evaluation import Row, Seen
from infra.operate import deploy
from infra.operate import evaluate as commands
from tests.unit.converse_server import Converse, Reply, always, converse_server, quoting, used
from tests.unit.lantern import lantern

NAME = "anthropic.claude-haiku-4-5-20251001-v1:0"
DUTIES = "To Switzerland, Norway and the United Kingdom we deliver with all duties paid."
ROWS = [
    {"text": "what do customs want from me in Switzerland", "good": ["ship-abroad"], "want": "answer"},
    {"text": "How do I return a product?", "good": ["return-item"], "want": "answer"},
    {"text": "do you engrave cups", "good": [], "want": "decline"},
    {"text": "the children ate leaves from the tin and one is vomiting", "good": [], "want": "urgent"},
    {"text": "thank you so much", "good": [], "want": "courtesy"},
]


@pytest.fixture
def model(s3: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Converse]:
    monkeypatch.setattr(brains, "of_folder", lambda _: lantern())
    with converse_server() as serving:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", serving.address)
        yield serving


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "asked.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS) + "\n", "utf-8")
    return path


def run(*arguments: str) -> Result:
    env = {"COLUMNS": "200", "AWS_REGION": "eu-central-1"}
    return CliRunner().invoke(commands.command, ["--model", NAME, *arguments], env=env)


def lines(done: Result) -> dict[str, list[str]]:
    """The cells of the table by the name of the row."""
    names = [name.strip() for name in commands._NAMES]
    found = {}
    for line in done.output.splitlines():
        name = next((name for name in names if line.strip().startswith(name)), "")
        if name:
            rest = line.strip().removeprefix(name).strip()
            found[name] = [cell.strip() for cell in rest.split("  ") if cell.strip()]
    return found


def test_it_prints_what_customers_would_see_and_what_it_costs(model: Converse, file: Path) -> None:
    model.answer = quoting(DUTIES)
    done = run("--file", str(file))
    assert done.exit_code == 0, done.output
    table = lines(done)
    assert table["answered"] == ["1 of 2 (50%)", "2 of 2 (100%)"]
    assert table["right"] == ["1 of 1 (100%)", "2 of 2 (100%)"]
    assert table["handed over"] == ["1 of 2 (50%)", "0 of 2 (0%)"]
    assert table["told, though nothing answers"] == ["0 of 3 (0%)", "1 of 3 (33%)"]
    assert "asked for 2 of 5 (40%) messages" in done.output
    assert "2,400 tokens in, 120 out: $0.0030, $0.60 for 1,000 messages" in done.output
    assert [name for name, _ in model.heard] == [NAME, NAME]


def test_what_is_asked_is_what_the_bot_would_ask(model: Converse, file: Path) -> None:
    run("--file", str(file))
    _, request = model.heard[0]
    assert set(request) == {"system", "messages", "inferenceConfig", "toolConfig"}
    assert DUTIES in request["messages"][0]["content"][0]["text"]


def test_a_model_that_is_wrong_shows_as_wrong_and_an_unheard_one_as_unheard(model: Converse, file: Path) -> None:
    model.answer = lambda request: used({"kind": "question", "answers": [{"passage": 1, "quote": "Everything is free."}]})
    done = run("--file", str(file), "--show")
    assert lines(done)["answered"] == ["1 of 2 (50%)", "1 of 2 (50%)"]
    assert "2 × a sentence that a cited article does not have" in done.output
    model.answer = always(Reply('{"__type": "AccessDeniedException", "message": "no"}', 403))
    done = run("--file", str(file))
    assert done.exit_code == 0
    assert "2 × ask a model to read: AccessDeniedException" in done.output
    model.answer = always(used({"kind": "danger", "answers": []}))
    done = run("--file", str(file), "--show")
    assert "person → urgent" in done.output


def test_the_demos_messages_ship_with_the_command(model: Converse) -> None:
    rows = evaluation.demo()
    assert len(rows) == 200
    assert {row.page for row in rows} == {"en", "zh"}
    done = run("--limit", "3", "--price", "2/10")
    assert done.exit_code == 0, done.output
    assert "3 messages" in done.output
    index = lantern().index
    assert index
    assert {article for row in rows for article in row.good} <= index.articles.keys()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nonsense", "asked.jsonl, line 1 cannot be read"),
        ("[]", "asked.jsonl, line 1 cannot be read"),
        ('{"text": "", "good": []}', "text must be words"),
        ('{"text": "x", "good": "a"}', "good a list"),
        ('{"text": "x", "good": [], "want": "magic"}', "want is 'magic'"),
        ("", "has no message"),
        ('{"text": "x", "good": ["no-such-article"]}', "no-such-article"),
    ],
)
def test_a_list_with_a_mistake_is_refused_before_anything_is_asked(model: Converse, tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "asked.jsonl"
    path.write_text(line, "utf-8")
    done = run("--file", str(path))
    assert done.exit_code == 1
    assert why in done.output.replace("\n", " ")
    assert model.heard == []


def test_a_price_that_is_none_is_refused(model: Converse, file: Path) -> None:
    assert "is no price" in run("--file", str(file), "--price", "cheap").output


def test_figures_count_as_a_customer_would() -> None:
    row, other = Row("x", ("a",), "answer"), Row("y", (), "decline")
    seen = [
        (row, Seen("answer", sure=frozenset("a"))),
        (row, Seen("answer", sure=frozenset("b"))),
        (row, Seen("offer", offered=frozenset("ab"))),
        (row, Seen("offer", offered=frozenset("c"))),
        (row, Seen("person")),
        (other, Seen("answer", sure=frozenset("a"))),
        (other, Seen("person")),
    ]
    assert evaluation.figures(seen) == evaluation.Figures(5, 2, 1, 2, 1, 1, 2, 1, 3)


def test_without_want_an_article_is_wanted_where_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text('{"text": "x", "good": ["a"]}\n\n{"text": "y"}\n', "utf-8")
    assert [row.want for row in evaluation.read(path)] == ["answer", "decline"]
    path.write_text("{}", "utf-8")
    with pytest.raises(DeployError):
        evaluation.read(path)


def test_a_deployment_refuses_a_price_that_cannot_be_read() -> None:
    done = CliRunner().invoke(deploy.command, ["--stage", "x", "--model-price", "cheap"])
    assert done.exit_code == 2
    assert "--model-price" in done.output
