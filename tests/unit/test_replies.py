"""What an agent sends: with files that are really there, and to nobody who must not be written to."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from msgspec import structs

from chalicelib.bot.messages import outgoing
from chalicelib.channels import delivery
from chalicelib.conversations import baton, files, keys, model, registry, table
from chalicelib.conversations.model import Escalation
from chalicelib.conversations.schemas import FileNamed
from chalicelib.customers import identities
from chalicelib.desk import replies, workspace
from chalicelib.errors import BadRequest, Blocked, Conflict, NotOwner, TooLarge
from chalicelib.governance.roster import Agent
from tests.unit.conftest import T0, Store, incoming, make_bucket

MIA = "mia@customer.example"
PDF = b"%PDF-1.7 an invoice"


@pytest.fixture(autouse=True)
def bucket(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_BUCKET", "files")
    make_bucket("files")


def held(agent: Agent, channel: str = "email") -> None:
    """Mia wrote, the bot handed over, the agent has the conversation."""
    mail = incoming(thread="e1", channel=channel, address=MIA, id="mail-0001", subject="Invoice", meta={"message_id": "1@x"})
    table.record(mail)
    waiting = baton.escalated(baton.opened(mail, "c1"), mail.id, Escalation("r", "r", "billing", "normal", ""), T0 + 1)
    table.save(baton.claimed(table.save(waiting), agent.id, T0 + 2))


def uploaded(content: bytes = PDF, name: str = "Rechnung ü 发票.pdf", content_type: str = "application/pdf") -> FileNamed:
    return FileNamed(name=name, type=content_type, size=len(content), sha256=files.store("e1", content))


def send(agent: Agent, text: str = "Here it is.", **more: Any) -> Any:
    return replies.reply(agent, "e1.1", "id-00000001", text, T0 + 10, **more)


class TestFiles:
    def test_an_uploaded_file_goes_along_once(self, ann: Agent) -> None:
        held(ann)
        file = uploaded()
        message, is_new = send(ann, attached=[file])
        assert is_new
        assert message.meta["attachments"] == [{**structs.asdict(file), "fate": "stored"}]
        assert send(ann, attached=[file]) == (message, False)
        with pytest.raises(Conflict, match="new id"):
            send(ann, attached=[uploaded(b"%PDF-1.7 another")])
        with pytest.raises(Conflict, match="new id"):
            send(ann)

    def test_a_file_needs_no_words(self, ann: Agent) -> None:
        held(ann)
        assert send(ann, "  ", attached=[uploaded()])[0].text == ""

    def test_words_are_needed_without_a_file(self, ann: Agent) -> None:
        held(ann)
        with pytest.raises(BadRequest):
            send(ann, "  ", attached=[])

    @pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": 3}, {"type": "image/png"}, {"type": "text/html"}])
    def test_what_was_not_uploaded_or_is_something_else_is_refused(self, ann: Agent, change: dict[str, Any]) -> None:
        held(ann)
        with pytest.raises(BadRequest):
            send(ann, attached=[structs.replace(uploaded(), **change)])
        assert table.message("e1", "r+id-00000001") is None

    def test_more_than_a_mail_can_carry_is_said_before_it_is_sent(self, ann: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
        held(ann)
        monkeypatch.setitem(registry.REGISTRY, "email", replace(registry.of("email"), largest=2 * len(PDF) - 1))
        with pytest.raises(TooLarge):
            send(ann, attached=[uploaded(), uploaded(PDF[::-1], "a.txt", "text/plain")])
        assert send(ann, attached=[uploaded()])[1]

    def test_only_the_holder_gets_an_address_to_upload_to(self, ann: Agent, bea: Agent) -> None:
        held(ann)
        file = {"name": "a.pdf", "type": "application/pdf", "size": len(PDF), "sha256": sha256(PDF).hexdigest()}
        address = replies.upload(ann, "e1.1", file["sha256"], file["size"], file["type"])
        assert f"files/e1/{file['sha256']}" in address["url"]
        assert address["headers"]["Content-Type"] == "application/pdf"
        with pytest.raises(NotOwner):
            replies.upload(bea, "e1.1", file["sha256"], file["size"], file["type"])
        for sha256_hex, size, content_type in (("0" * 63, 1, "application/pdf"), (file["sha256"], 1, "text/html")):
            with pytest.raises(BadRequest):
                replies.upload(ann, "e1.1", sha256_hex, size, content_type)
        with pytest.raises(TooLarge):
            replies.upload(ann, "e1.1", file["sha256"], files.LARGEST + 1, file["type"])


class TestBlocked:
    @pytest.mark.parametrize("why", ["bounced", "stopped", "complaint"])
    def test_who_must_not_be_written_to_gets_nothing(self, ann: Agent, why: Any) -> None:
        held(ann)
        identities.block("email", MIA, why, T0 + 5)
        with pytest.raises(Blocked) as refused:
            send(ann)
        assert (refused.value.status, refused.value.code) == (409, "blocked")
        assert table.message("e1", "r+id-00000001") is None

    @pytest.mark.parametrize(("why", "gets"), [("complaint", True), ("bounced", False)])
    def test_who_complained_and_then_writes_again_gets_an_answer(self, ann: Agent, why: Any, gets: bool) -> None:
        held(ann)
        identities.block("email", MIA, why, T0 + 5)
        again = incoming("Hello?", thread="e1", channel="email", address=MIA, id="mail-0002", at=T0 + 6)
        table.record(again)
        if gets:
            message, _ = send(ann)
            assert delivery._refused(message) == ""
        else:
            with pytest.raises(Blocked):
                send(ann)
        unasked = outgoing.answer(incoming(thread="e1", channel="email", address=MIA), "s+1", model.Answer("How was it?", ""), T0 + 9)
        assert delivery._refused(unasked), "a survey answers nothing that was asked since"

    def test_a_robots_mail_asks_for_nothing(self, ann: Agent) -> None:
        """Neither does it lift a complaint, nor is it what the answer refers to."""
        held(ann)
        note = incoming("I am away", thread="e1", channel="email", address=MIA, id="mail-0002", at=T0 + 6, by="robot")
        table.record(note)
        assert send(ann)[0].meta == {"conversation": "e1.1", "asked_at": T0, "in_reply_to": "1@x"}
        identities.block("email", MIA, "complaint", T0 + 5)
        with pytest.raises(Blocked):
            replies.reply(ann, "e1.1", "id-00000002", "And another thing", T0 + 20)
        assert workspace.read("e1.1", 0, "", T0 + 20)["messages"]
        assert keys.message_item(note)["by"] == {"S": "robot"}


class TestTextMessages:
    def test_the_agent_learns_what_a_text_costs(self, ann: Agent) -> None:
        held(ann, "sms")
        message, _ = send(ann, text="您的订单今天发货。" * 10)
        assert replies.cost(message) == {"parts": 1, "segments": 2}
        assert replies.cost(replace(message, channel="email")) == {}

    def test_a_text_that_is_a_letter_is_refused_before_anything_is_written(self, ann: Agent, store: Store) -> None:
        held(ann, "sms")
        before = len(store.items())
        with pytest.raises(TooLarge, match="more than 10 messages"):
            send(ann, text="word " * 4_000)
        assert len(store.items()) == before
