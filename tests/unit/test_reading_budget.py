"""What a model that reads may cost, that nothing is asked where none is named, and that actions are only offered."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.bot.actions import declared, state
from chalicelib.bot.messages import brain
from chalicelib.conversations import keys, llm_usage, table
from chalicelib.conversations.model import Conversation
from chalicelib.errors import Conflict
from tests.unit.conftest import T0, Store
from tests.unit.converse_server import Converse, always, quoting, used
from tests.unit.lantern import FOLDER, unsure
from tests.unit.reading_world import DAY, GREEN, OFFERED, asked, model, serving, without

__all__ = ["model", "serving"]


class TestTheBudget:
    def test_of_a_conversation(self, model: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MODEL_CALLS_A_CONVERSATION", "2")
        monkeypatch.setattr(brain, "load", lambda: replace(unsure(), rules=replace(unsure().rules, hand_over=())))
        for number in range(4):
            head, _ = asked(f"{OFFERED} {'what else ' * number}", number)
        assert (head.model_calls, len(model.heard)) == (2, 2)

    def test_of_a_day_for_all_processes_together(self, model: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MODEL_CALLS_A_DAY", "3")
        for number in range(2):
            asked(OFFERED, thread=f"w{number}")
        assert llm_usage.reserve(DAY, T0, 3)  # another process
        head, _ = asked(OFFERED, thread="w9")
        assert (head.model_calls, len(model.heard), llm_usage.of(DAY).calls) == (0, 2, 3)
        with monkeypatch.context() as patched:
            patched.setattr(llm_usage, "reserve", None)  # a day that is used up costs no further write
            asked(OFFERED, thread="w10")

    def test_none_at_all(self, model: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MODEL_CALLS_A_DAY", "0")
        asked(OFFERED)
        assert model.heard == []

    def test_a_turn_that_is_done_again_asks_no_second_time(self, model: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
        model.answer = quoting(GREEN)
        save, failed = table.save, [Conflict("somebody wrote")]

        def once(*args: Any, **known: Any) -> Conversation:
            if failed:
                raise failed.pop()
            return save(*args, **known)

        monkeypatch.setattr(table, "save", once)
        head, message = asked(OFFERED)
        assert (message.text, head.model_calls, len(model.heard), llm_usage.of(DAY).calls) == (GREEN, 1, 1, 1)


def test_with_no_model_nothing_is_asked_stored_or_loaded(model: Converse, monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    without(OFFERED, monkeypatch)
    assert model.heard == []
    assert not [item for item in store.items() if item["pk"]["S"] == keys.MODEL or "model_calls" in item]


def test_no_function_loads_it_before_it_is_needed() -> None:
    code = (
        "import chalicelib.bot.messages.turn, sys; print([m for m in sys.modules if 'reading' in m or 'bedrock' in m or 'llm_usage' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parents[2])
    assert "chalicelib.bot" not in done.stdout
    assert "llm_usage" not in done.stdout


class TestActions:
    """What the bot can do itself is only offered, however sure the model is that it is wanted."""

    @pytest.fixture
    def wanted(self, model: Converse, monkeypatch: pytest.MonkeyPatch) -> Converse:
        monkeypatch.setenv("ACTIONS_URL", "http://127.0.0.1:9")
        slots = {"reason": "do not like", "order": "A-99999", "invented": "gone"}
        model.answer = always(used({"kind": "action", "answers": [], "action": "return", "slots": slots}))
        return model

    def test_an_action_is_offered_beside_the_article_that_leads_to_it(self, wanted: Converse) -> None:
        head, message = asked("the gaiwan and me, it is not working out, i do not like it")
        assert message.meta["article"] == "return-item"
        flow = state.read(head.flow, declared.shipped().by_id, T0)
        assert flow
        assert (flow.action, flow.step, flow.values) == ("return", "offer", {"reason": "unwanted"})
        assert "A-99999" not in head.flow
        assert "gone" not in head.flow

    def test_the_model_knows_them_by_name_and_slots(self, wanted: Converse) -> None:
        asked(OFFERED)
        _, request = wanted.heard[0]
        properties = request["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]["properties"]
        assert "return" in properties["action"]["enum"]
        assert "- cancel: " in request["system"][0]["text"]

    def test_nobody_is_asked_while_an_action_has_its_part_in_the_turn(self, wanted: Converse) -> None:
        asked("the gaiwan and me, it is not working out, i do not like it")
        before = len(wanted.heard)
        asked("yes please", 1)
        assert len(wanted.heard) == before
