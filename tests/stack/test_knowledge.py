"""Knowledge through the running stack: written by API, published, said to a customer, and gone back on; brought there and back as files."""

from __future__ import annotations

import os
import secrets
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from infra.operate.knowledge import command
from tests.conftest import Stack
from tests.faults.test_kills import workers
from tests.people import Agent, eventually

pytestmark = pytest.mark.stack

BODY = {"title": "Do you repair teapots?", "body": "Yes: send it to us.\n\n1. Pack it\n2. Send it\n\n![box](https://a.example/b.png)"}
QUESTION = "Do you repair teapots?"


def ended(agent: Agent, release: Any) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found: dict[str, Any] = agent.ask("GET", f"knowledge/versions/{release['id']}")
        return found if found["state"] in ("done", "failed") else None

    return eventually(look, patience=60) or {}


def asked_anew(stack: Stack) -> str:
    """What a bot says that starts now: one that runs looks for a new index once a minute."""
    for name, pid in workers():
        if name == "BotAnswer":
            os.kill(pid, signal.SIGKILL)
    visitor = stack.visitor()
    visitor.say(QUESTION)
    return str(visitor.answer()["text"])


def test_an_article_is_written_published_said_and_gone_back_on(stack: Stack) -> None:
    supervisor = stack.agent("supervisor")
    before = supervisor.ask("GET", "knowledge/versions")["current"]
    article = f"repair-{secrets.token_hex(3)}"
    supervisor.ask("PUT", f"knowledge/articles/{article}/en", {**BODY, "version": 0})
    supervisor.ask("POST", f"knowledge/articles/{article}/examples", {"text": "Can you mend my broken teapot?", "language": "en"})
    preview = ended(supervisor, supervisor.ask("POST", "knowledge/publish", {"preview": True}))
    assert (preview["state"], preview["switched"]) == ("done", False), preview
    assert {"id": article, "language": "en", "title": BODY["title"], "kind": "added"} in preview["articles"]
    published = ended(supervisor, supervisor.ask("POST", "knowledge/publish", {}))
    assert (published["state"], published["version"], published["before"]) == ("done", preview["version"], before), published
    assert asked_anew(stack) == "Yes: send it to us.\n\n1. Pack it\n2. Send it\n\nbox (https://a.example/b.png)"
    back = ended(supervisor, supervisor.ask("POST", "knowledge/rollback", {"version": before}))
    assert (back["state"], back["version"]) == ("done", before), back
    (row,) = [row for row in back["questions"] if row["question"] == QUESTION]
    assert (row["kind"] in ("lost", "changed"), row["before"]["article"], row["worse"]) == (True, article, True)
    assert "send it to us" not in asked_anew(stack)
    supervisor.ask("DELETE", f"knowledge/articles/{article}/en?version=1")


def test_files_go_there_and_back_by_commands(stack: Stack, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        ran = CliRunner().invoke(command, [*words, "--stage", "local", "--endpoint-url", stack.addresses.aws])
        assert ran.exit_code == 0, ran.output
        return ran.output

    assert "files changed" in run("pull", str(tmp_path))
    assert "nothing to change" in run("pull", str(tmp_path))
    faq = tmp_path / "list.csv"
    faq.write_text("问题,答案\n你们修茶壶吗？,修，寄给我们。\n", "gb18030")
    shown = run("import", str(faq), "--dry-run")
    assert "1 articles new or changed" in shown
    assert "nothing was changed" in shown
    file = tmp_path / "brew-tea.en.md"
    file.write_text(file.read_text().replace("How do I brew my tea?", "How do I brew tea?"))
    shown = run("push", str(tmp_path))
    assert "1 articles new or changed, 0 removed; 0 examples new, 0 removed" in shown
    assert "is in use" in shown
    assert "in use" in run("list")
    assert "nothing to change" in run("pull", str(tmp_path))
