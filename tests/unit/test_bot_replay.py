"""A crash between the head and the answer, with the real bot: the next try says what the first one decided."""

from __future__ import annotations

import pytest

from chalicelib.bot.messages import brain, turn
from chalicelib.conversations import keys, table
from tests.unit.conftest import Store, incoming
from tests.unit.lantern import lantern


@pytest.mark.parametrize(
    ("text", "unclear", "at_once"),
    [("Where is my order?", False, False), ("my tea", True, True), ("怎么退货", False, False), ("🙂", True, False)],
)
def test_after_a_crash_the_same_answer_is_stored(
    store: Store, monkeypatch: pytest.MonkeyPatch, text: str, unclear: bool, at_once: bool
) -> None:
    monkeypatch.setattr(brain, "load", lantern)
    monkeypatch.setattr(turn, "now", lambda: incoming().at + 500)
    monkeypatch.setattr(turn.pauses, "begin", lambda item: None)
    item = keys.message_item(incoming(text))
    if unclear:
        assert turn.handle(item, None) == "waits"
        item["paused"] = {"BOOL": True}  # as it comes again after the pause
    with monkeypatch.context() as crash:
        crash.setattr(turn.table, "record", lambda m: (_ for _ in ()).throw(KeyboardInterrupt))
        if at_once:  # an offer could not be found out again: it is stored with the head, and nothing can come between
            assert turn.handle(item, None) == "answered"
        else:
            with pytest.raises(KeyboardInterrupt):
                turn.handle(item, None)
    assert turn.handle(item, None) == "answered"
    head = table.head("w1")
    assert head
    assert (head.owner, head.bot_answers) == ("bot", 1)
