"""Mails in: what is stored of SES's notifications, and whose thread a mail joins."""

from __future__ import annotations

import base64
from itertools import product
from typing import Any

import pytest

from chalicelib.channels.email import adapter
from chalicelib.channels.email import thread as email_thread
from chalicelib.conversations.model import Message
from chalicelib.errors import BadRequest, Unavailable
from tests.unit.mails import CUSTOMER, EVENTS, FIXTURES, SUPPORT, answer_to, known, mail_bucket, notification, raw, read, sent  # noqa: F401 - fixtures among them


class TestReceive:
    def test_the_raw_mail_is_read_from_its_bucket_and_becomes_a_message(self, bucket: Any) -> None:
        bucket.put_object(Bucket="mails", Key="raw/ses-1", Body=raw("Subject: =?gb18030?B?tqm1pQ==?="))
        message = adapter.receive(notification(spam="PASS", virus="PASS", dmarc="PASS"))
        assert message
        assert (message.direction, message.channel, message.state) == ("incoming", "email", "received")
        assert (message.address, message.name, message.subject, message.text) == (CUSTOMER, "Eve", "订单", "Where is my order?")
        assert message.at == 1_795_168_800_000
        assert message.meta == {"message_id": "first@example.com", "raw": "raw/ses-1", "verified": True}

    def test_a_mail_that_is_not_there_yet_is_tried_again(self, bucket: Any) -> None:
        with pytest.raises(Unavailable):
            adapter.receive(notification())

    def test_notifications_of_other_things_are_nothing_to_store(self) -> None:
        assert adapter.receive({"notificationType": "Bounce"}) is None
        assert adapter.receive({}) is None

    @pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event["id"])
    def test_every_example_of_ses_has_its_verdict(self, event: dict[str, Any], bucket: Any) -> None:
        told, expect = event["sns_message"], event["expect"]
        key = told.get("receipt", {}).get("action", {}).get("objectKey")
        if key:
            bucket.put_object(Bucket="mails", Key=key, Body=raw("Subject: Order 1001"))
        if expect.startswith("refused"):
            with pytest.raises(BadRequest):
                adapter.receive(told)
            return
        message = adapter.receive(told)
        assert message
        assert ("quarantine" in expect and "marked" not in expect) == bool(message.meta.get("quarantined"))
        assert ("unverified" in expect or "suspicious" in expect or "reject" in expect) == bool(message.meta.get("unproven"))
        assert ("bounce" in expect) == (message.meta.get("automatic") == "null sender")

    def test_a_mail_that_says_it_is_ours_is_stored_but_never_answered(self) -> None:
        for sender in (SUPPORT, "Support+x.y@Shop.Example"):
            assert read(raw(sender=sender)).meta["automatic"] == "own address"

    def test_a_mail_without_any_sender_is_kept(self) -> None:
        told = notification()
        told["mail"]["source"] = ""
        message = adapter.incoming(told, b"Subject: x\r\n\r\nhello", SUPPORT)
        assert (message.address, message.text) == (adapter.UNKNOWN, "hello")
        assert message.meta["automatic"]

    def test_the_cut_quote_is_said(self) -> None:
        message = read(raw(body="Thanks!\r\n\r\nOn 1 May 2024 at 10:00, Shop <s@shop.example> wrote:\r\n> old"))
        assert message.text == "Thanks!"
        assert message.meta["whole"] > len(message.text)

    def test_a_notification_without_time_or_with_broken_content_is_refused(self) -> None:
        late = notification()
        late["receipt"]["timestamp"] = "yesterday"
        with pytest.raises(BadRequest):
            adapter.incoming(late, raw(), SUPPORT)
        broken = notification() | {"content": "!!"}
        broken["receipt"]["action"] = {"type": "SNS", "encoding": "BASE64"}
        with pytest.raises(BadRequest):
            adapter.receive(broken)

    def test_many_references_do_not_swell_the_item(self) -> None:
        chain = " ".join(f"<{i:060d}@example.com>" for i in range(500))
        references = read(raw(f"References: {chain}")).meta["references"]
        assert sum(map(len, references)) <= adapter.REFERENCES
        assert references[0] == f"{0:060d}@example.com"
        assert references[-1] == f"{499:060d}@example.com"


class TestIdentity:
    def test_one_mail_under_two_ids_of_ses_is_one_message_and_trace_lines_do_not_matter(self) -> None:
        first, again = raw("Subject: Order"), raw("Received: from elsewhere", "X-Spam: no", "Subject: Order")
        assert read(first, "ses-1").id == read(again, "ses-2").id
        assert read(first, "ses-1", dmarc="FAIL").thread == read(again, "ses-2", dmarc="FAIL").thread

    @pytest.mark.parametrize(
        "other",
        [raw("Subject: Order", body="Another"), raw("Subject: Other"), raw("Subject: Order", "Date: Mon, 2 Nov 2026 10:00:00 +0000")],
    )
    def test_two_mails_with_one_message_id_are_two_messages(self, other: bytes) -> None:
        assert read(other).id != read(raw("Subject: Order")).id

    def test_mails_that_nothing_tells_apart_are_told_apart_by_ses(self) -> None:
        form = b"From: form@example.com\r\nSubject: Call me\r\n\r\nPlease"
        assert read(form, "ses-1").id != read(form, "ses-2").id
        assert read(form, "ses-1").id == read(form, "ses-1").id

    def test_the_corpus_mails_with_one_message_id_are_two(self) -> None:
        made = FIXTURES / "email" / "made"
        first, second = (read((made / f"same-message-id-{name}.eml").read_bytes()) for name in ("first", "second-other-sender"))
        assert first.meta["message_id"] == second.meta["message_id"]
        assert (first.id, first.thread) != (second.id, second.thread)
        assert first.thread != second.thread


class TestRelated:
    """Whoever names our thread but is none of its people gets a conversation of her own, marked as possibly related."""

    def stranger(self, *headers: str, recipient: str = SUPPORT) -> Message:
        told = notification("ses-2")
        told["receipt"]["recipients"] = [recipient]
        content = raw("Message-ID: <new@example.com>", *headers, sender="colleague@example.com")
        return adapter.incoming(told, content, SUPPORT)

    def test_by_our_reply_address(self) -> None:
        first = read(raw("Subject: Order"))
        found = self.stranger(recipient=str(sent(answer_to(first))["Reply-To"]))
        assert (found.thread == first.thread, found.meta["related"]) == (False, [first.thread])

    def test_by_our_reference(self) -> None:
        first = read(raw("Subject: Order"))
        found = self.stranger(f"References: {sent(answer_to(first))['References']}")
        assert (found.thread == first.thread, found.meta["related"]) == (False, [first.thread])

    def test_the_customer_herself_is_not_related_but_joins(self) -> None:
        first = read(raw("Subject: Order"))
        told = notification("ses-2")
        told["receipt"]["recipients"] = [str(sent(answer_to(first))["Reply-To"])]
        reply = adapter.incoming(told, raw("Message-ID: <second@example.com>"), SUPPORT)
        assert (reply.thread, "related" in reply.meta) == (first.thread, False)

    def test_an_invented_mark_names_nobodys_thread(self) -> None:
        first = read(raw("Subject: Order"))
        assert "related" not in self.stranger(recipient=f"support+{first.thread}.{'a' * 16}@shop.example").meta
        assert "related" not in self.stranger(f"References: <{first.thread}.aaaa.{'a' * 16}@shop.example>").meta

    def test_a_disproven_sender_does_not_join_but_is_related(self) -> None:
        first = read(raw("Subject: Order"))
        told = notification("ses-2", dmarc="FAIL")
        told["receipt"]["recipients"] = [str(sent(answer_to(first))["Reply-To"])]
        found = adapter.incoming(told, raw("Message-ID: <second@example.com>"), SUPPORT)
        assert (found.thread == first.thread, found.meta["related"]) == (False, [first.thread])

    def test_by_the_customers_own_mail_that_a_colleague_answers_with_a_copy_to_her(self) -> None:
        first = read(raw("Subject: Order"))
        found = self.stranger("References: <first@example.com>", f"Cc: {CUSTOMER}")
        assert (found.thread == first.thread, found.meta["related"]) == (False, [first.thread])
        assert "related" not in self.stranger(f"Cc: {CUSTOMER}").meta

    def test_a_chats_thread_is_joined_by_the_answer_to_its_mail(self) -> None:
        chat = "w" + "0123456789abcdef" * 2
        address = email_thread.reply_address(SUPPORT, chat, CUSTOMER)
        assert len(address.partition("@")[0]) <= 64
        told = notification("ses-2")
        told["receipt"]["recipients"] = [address]
        assert adapter.incoming(told, raw(), SUPPORT).thread == chat
        assert adapter.incoming(told, raw(sender="other@example.com"), SUPPORT).meta["related"] == [chat]
        reference = email_thread.reference(SUPPORT, chat, "a+m-1", CUSTOMER)
        assert adapter.incoming(notification(), raw(f"In-Reply-To: <{reference}>"), SUPPORT).thread == chat


class TestThreads:
    def first(self) -> Message:
        return read(raw("Subject: Order"))

    def reply(self, *headers: str, sender: str = CUSTOMER, recipient: str = SUPPORT, **verdicts: str) -> Message:
        told = notification("ses-2", **verdicts)
        told["receipt"]["recipients"] = [recipient]
        return adapter.incoming(told, raw("Message-ID: <second@example.com>", *headers, sender=sender), SUPPORT)

    def test_the_same_mail_gives_the_same_message(self) -> None:
        assert self.first() == self.first()

    def test_another_mail_starts_another_thread(self) -> None:
        assert self.reply().thread != self.first().thread

    def test_an_answer_to_our_reply_address_joins(self) -> None:
        first = self.first()
        address = str(sent(answer_to(first))["Reply-To"])
        assert len(address.partition("@")[0]) <= 64
        assert self.reply(recipient=address.upper()).thread == first.thread
        assert self.reply(f"To: x <{address}>").thread == first.thread

    def test_an_answer_that_carries_our_reference_joins_although_ses_replaced_the_message_id(self) -> None:
        first = self.first()
        mail = sent(answer_to(first))
        references = f"References: {mail['References']} <0100018f@eu-central-1.amazonses.com>"
        assert self.reply(references, "In-Reply-To: <0100018f@eu-central-1.amazonses.com>").thread == first.thread

    def test_the_customers_own_second_mail_joins_and_so_does_the_third(self) -> None:
        first = self.first()
        assert self.reply("In-Reply-To: <first@example.com>").thread == first.thread
        assert self.reply("References: <first@example.com> <second@example.com>").thread == first.thread

    def test_a_stranger_joins_by_none_of_these(self) -> None:
        first = self.first()
        mail = sent(answer_to(first))
        stranger = self.reply(
            f"References: <first@example.com> {mail['References']}", sender="stranger@attacker.example", recipient=str(mail["Reply-To"])
        )
        assert stranger.thread != first.thread

    @pytest.mark.parametrize("broken", ["cut", "changed", "other thread", "no mark", "other domain"])
    def test_a_forged_reply_address_does_not_join(self, broken: str) -> None:
        first = self.first()
        local, _, domain = email_thread.reply_address(SUPPORT, first.thread, CUSTOMER).partition("@")
        tag, _, mark = local.partition(".")
        other = read(raw("Message-ID: <other@example.com>")).thread
        forged = {
            "cut": f"{local[:-1]}@{domain}",
            "changed": f"{tag}.{'a' if mark[0] != 'a' else 'b'}{mark[1:]}@{domain}",
            "other thread": f"support+{other}.{mark}@{domain}",
            "no mark": f"{tag}@{domain}",
            "other domain": f"{local}@attacker.example",
        }[broken]
        assert self.reply(recipient=forged).thread not in (first.thread, other)

    @pytest.mark.parametrize("verdicts", [{"dmarc": "FAIL"}, {"spam": "FAIL"}, {"virus": "FAIL"}], ids=str)
    def test_a_sender_who_is_not_proven_never_joins(self, verdicts: dict[str, str]) -> None:
        first = self.first()
        mail = sent(answer_to(first))
        assert self.reply(f"References: {mail['References']}", recipient=str(mail["Reply-To"]), **verdicts).thread != first.thread

    def test_two_senders_in_one_mail_prove_nothing(self) -> None:
        assert self.reply("From: boss@shop.example", "In-Reply-To: <first@example.com>").thread != self.first().thread
        assert self.reply("From: boss@shop.example").meta["unproven"]

    def test_thousands_of_references_cost_a_bounded_number_of_signatures(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []
        sign = email_thread.tokens.sign
        monkeypatch.setattr(email_thread.tokens, "sign", lambda purpose, data: asked.append(data) or sign(purpose, data))
        thread, mark = "e" + "a" * 20, "a" * 16
        ids = " ".join(f"<{thread}.{coded}aaa.{mark}@shop.example>" for coded in ("".join(pair) for pair in product("abcdefgh", repeat=2)))
        tagged = [f"support+{thread}.{mark}@shop.example"] * 90
        self.reply(f"References: {ids}", f"To: {', '.join(tagged)}")
        assert len(asked) <= 2 * 4 * email_thread.LOOKED_AT + 1  # addresses and references; two signatures to join, two to be related


def test_content_inside_the_notification_is_read_too() -> None:
    told = notification() | {"content": base64.b64encode(raw("Subject: inside")).decode()}
    told["receipt"]["action"] = {"type": "SNS", "encoding": "BASE64"}
    message = adapter.receive(told)
    assert message
    assert message.subject == "inside"
