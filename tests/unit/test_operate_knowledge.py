"""What an operator sees of the knowledge in a terminal of ordinary width."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from chalicelib.knowledge.index import releases
from infra.operate import knowledge
from infra.operate.knowledge import releases_table

AT = 1_800_000_000_000
VERSION = "0123456789abcdef"


def test_whoever_goes_back_reads_each_version_whole_in_80_columns() -> None:
    one = replace(releases.new("rollback", "someone@with-a-long-name.example", AT, version=VERSION), state="done", switched=True)
    many = replace(one, version="f" * 16, articles=9_000, examples=10_000)
    failed = replace(one, state="failed")
    out = io.StringIO()
    Console(file=out, width=80).print(releases_table([one, many, failed], VERSION))
    lines = out.getvalue().splitlines()
    assert [line.split()[:5] for line in lines if VERSION in line] == [
        ["2027-01-15", "08:00", "rollback", VERSION, state] for state in ("in", "failed")
    ]
    assert any("in use" in line for line in lines)
    assert any("9000 + 10000" in line for line in lines)


def told(counts: dict[str, int], monkeypatch: pytest.MonkeyPatch, **found: object) -> str:
    """What a release's comparison looks like in a terminal of 80 columns."""
    out = io.StringIO()
    monkeypatch.setattr(knowledge, "console", Console(file=out, width=80))
    monkeypatch.setattr(knowledge, "say", lambda text: knowledge.console.print(text, soft_wrap=True))
    monkeypatch.setattr(knowledge.bucket, "load_json", lambda _: {"counts": counts, "questions": [], "articles": [], **found})
    knowledge._compare(releases.new("preview", "sam", AT))
    return out.getvalue()


def test_what_is_asked_but_not_told_is_shown_with_the_whole_count(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"article": "teas", "language": "en", "wording": "Is it [b]vegan[/b]?", "missing": ["vegan", "gluten"]}
    shown = told({"untold": 72}, monkeypatch, untold=[row] * 50)
    assert "72 wordings ask what their article does not tell" in shown
    assert "… and 42 more" in shown
    assert shown.count("Is it [b]vegan[/b]?") == 30
    assert "vegan, gluten" in shown


def test_where_all_is_told_nothing_is_said_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not tell" not in told({"untold": 0}, monkeypatch, untold=[])
    assert "not tell" not in told({}, monkeypatch)  # what was published before there was a check
