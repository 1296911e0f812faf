"""A self-service action as a conversation: asks, takes corrections, can be left, ends whatever is written; in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.bot.actions import code_step, declared, flow, sentences, state, values
from chalicelib.bot.actions.state import Directive, Flow
from tests.unit.action_flows import ACTIONS, ADDRESS, INVOICE, RETURN, STATUS, STREET, heard, known, play

INJECTIONS = Path(__file__).parent.parent / "fixtures" / "hostile" / "prompt-injection.json"


class TestAsking:
    def test_the_first_message_may_hold_the_number(self) -> None:
        move = flow.begin(STATUS, "where is my order a10342?", "en")
        assert (move.do, known(move)) == ("call", {"order": "A-10342"})

    def test_else_it_is_asked_for(self) -> None:
        assert flow.begin(STATUS, "where is my order?", "en").say == "offer"
        assert play(STATUS, "A-10342").do == "call"
        assert play(STATUS, "yes").say == "ask"
        assert play(STATUS, "好的", "订单号是Ａ－１０３４２，谢谢").do == "call"

    def test_what_changes_something_is_confirmed(self) -> None:
        move = play(ADDRESS, "A-10342", STREET)
        assert (move.say, known(move)) == ("confirm", {"order": "A-10342", "address": STREET})
        assert play(ADDRESS, "A-10342", STREET, "yes").do == "call"
        assert play(ADDRESS, "A-10342", "上海市黄浦区南京东路100号", "是的").do == "call"

    def test_a_choice_is_picked_by_number_or_word(self) -> None:
        assert known(play(RETURN, "A-10342", "2"))["reason"] == "damaged"
        assert known(play(RETURN, "A-10342", "it arrived broken"))["reason"] == "damaged"
        assert known(play(RETURN, "A-10342", "我不喜歡"))["reason"] == "unwanted"
        assert known(play(RETURN, "A-10342", "I changed my mind"))["reason"] == "unwanted"

    def test_of_two_numbers_one_must_be_chosen(self) -> None:
        assert play(STATUS, "yes", "A-10342 or A-10343").say == "several"
        assert flow.begin(STATUS, "where are A-10342 and A-10343?", "en").say == "several"

    def test_a_mail_holds_the_address_between_greeting_and_name(self) -> None:
        assert known(play(ADDRESS, "A-10342", f"Hello,\n\n{STREET}\n\nBest regards\nMia"))["address"] == STREET


class TestChangingOnesMind:
    @pytest.mark.parametrize("word", ["never mind", "stop", "cancel", "forget it", "算了", "取消", "不用了，謝謝"])
    @pytest.mark.parametrize("before", [("yes",), ("A-10342",), ("A-10342", STREET)])
    def test_it_can_be_left_at_any_step(self, word: str, before: tuple[str, ...]) -> None:
        move = play(ADDRESS, *before, word)
        assert (move.do, move.flow, move.say) == ("leave", None, "left")

    @pytest.mark.parametrize(
        "word", ["no, the order is A-10343", "A-10343", "sorry, I meant A-10343", "不对，订单是A-10343", "不是那個，是 A-10343"]
    )
    def test_a_number_is_corrected_at_any_step(self, word: str) -> None:
        assert known(play(ADDRESS, "A-10342", word))["order"] == "A-10343"
        assert known(play(ADDRESS, "A-10342", STREET, word)) == {"order": "A-10343", "address": STREET}

    def test_another_order_must_be_proven_again(self) -> None:
        move = play(ADDRESS, "A-10342", STREET)
        assert move.flow
        assert move.flow.proven
        corrected = flow.step(move.flow, ADDRESS, heard(move.flow, "no, A-10343"))
        assert corrected.do == "contact"
        assert corrected.flow
        assert not corrected.flow.proven

    @pytest.mark.parametrize("word", ["no", "not that one", "不对", "不是這個"])
    def test_no_asks_what_is_wrong(self, word: str) -> None:
        asked = play(ADDRESS, "A-10342", STREET, word)
        assert asked.say == "fix"
        fixed = play(ADDRESS, "2", "5 Mill Road, 20095 Hamburg", start=asked)
        assert (fixed.say, known(fixed)["address"]) == ("confirm", "5 Mill Road, 20095 Hamburg")
        assert known(play(ADDRESS, "订单号", start=asked)) == {"address": STREET}

    @pytest.mark.parametrize("word", ["not that one", "不是这个订单"])
    def test_what_was_given_before_is_taken_back(self, word: str) -> None:
        assert play(RETURN, "A-10342", word).say == "fix"
        assert known(play(RETURN, "A-10342", word, "1", "A-10343")) == {"order": "A-10343"}
        asked = code_step.waits_for_code(Flow("invoice-copy", values={"order": "A-10342"}), "email#mia@customer.example")
        back = play(INVOICE, word, start=asked)
        assert (back.say, known(back)) == ("ask", {})

    def test_after_an_answer_another_number_asks_again(self) -> None:
        done = flow.finished(Flow("order-status", "ask", "order", {"order": "A-10342"}), STATUS)
        assert done.flow
        assert play(STATUS, "no, the order is A-10343", start=done).do == "call"
        assert play(STATUS, "not that one", start=done).say == "ask"
        assert play(STATUS, "thanks", start=done).do == "pass"

    def test_what_was_changed_is_over_but_for_the_order(self) -> None:
        done = flow.finished(Flow("change-address", "confirm", values={"order": "A-10342", "address": STREET}), ADDRESS)
        assert known(done) == {"order": "A-10342"}
        assert play(ADDRESS, "A-10343", start=done).do == "pass", "which may ask for anything"
        assert known(play(ADDRESS, "no, I meant A-10343", start=done)) == {"order": "A-10343"}
        assert play(ADDRESS, "no", start=done).do == "pass"
        assert flow.finished(Flow("change-address"), ADDRESS).flow is None, "nothing is known of it"


class TestMisses:
    def test_a_second_miss_calls_a_person(self) -> None:
        assert play(STATUS, "yes", "hm").say == "retry"
        move = play(STATUS, "yes", "hm", "what now")
        assert (move.do, move.say) == ("person", "misses")

    def test_an_answer_forgets_the_miss(self) -> None:
        move = play(ADDRESS, "yes", "hm", "A-10342", "what now")
        assert (move.do, move.say) == ("say", "retry")

    def test_an_offer_binds_nobody(self) -> None:
        assert play(STATUS, "what tea is good in the evening").do == "pass"
        assert play(RETURN, "the tea set is broken").do == "pass"

    def test_a_question_in_the_middle_is_answered_and_the_flow_waits(self) -> None:
        asked = play(ADDRESS, "A-10342")
        assert asked.flow
        move = flow.step(asked.flow, ADDRESS, heard(asked.flow, "How long does delivery take?", answers=True))
        assert (move.do, move.flow) == ("aside", asked.flow)

    @pytest.mark.parametrize("number", ["A-99998", "A-99999"])
    def test_a_second_unknown_order_calls_a_person_with_all_numbers(self, number: str) -> None:
        first = flow.refused(Flow("order-status", "ask", "order", {"order": "A-99999"}), STATUS, "unknown_order")
        assert (first.do, first.say, known(first)) == ("say", "refusal unknown_order", {})
        again = play(STATUS, number, start=first)
        assert again.do == "call"
        assert again.flow
        second = flow.refused(again.flow, STATUS, "unknown_order")
        assert second.flow
        assert (second.do, second.say) == ("person", "again unknown_order")
        assert second.flow.tried == tuple(dict.fromkeys(["A-99999", number]))


class TestProof:
    def test_the_code_is_asked_for_before_anything_else_is(self) -> None:
        move = flow.begin(ADDRESS, "change the address of A-10342", "en")
        assert move.do == "contact"
        assert move.flow
        waiting = code_step.waits_for_code(move.flow, "email#mia@customer.example")
        assert waiting.flow
        assert flow.step(waiting.flow, ADDRESS, heard(waiting.flow, "123 456")).do == "check"
        assert flow.step(waiting.flow, ADDRESS, heard(waiting.flow, "The code is １２３４５６")).do == "check"
        assert flow.step(waiting.flow, ADDRESS, heard(waiting.flow, "1234567")).say == "code_retry"
        assert flow.proven(waiting.flow, ADDRESS).say == "ask"

    def test_three_wrong_codes_call_a_person_and_the_second_offers_one(self) -> None:
        waiting = code_step.waits_for_code(Flow("change-address", values={"order": "A-10342"}), "email#mia@customer.example").flow
        assert waiting
        wrong = code_step.wrong_code(waiting)
        assert wrong.say == "code_retry"
        assert wrong.flow
        second = code_step.wrong_code(wrong.flow).flow
        assert second
        assert second.person
        assert play(ADDRESS, "yes", start=Directive("say", second)).do == "person"
        assert code_step.wrong_code(second).do == "person"

    def test_another_code_forgets_no_wrong_one(self) -> None:
        waiting = code_step.waits_for_code(Flow("change-address", values={"order": "A-10342"}), "email#mia@customer.example").flow
        assert waiting
        wrong = code_step.wrong_code(waiting).flow
        assert wrong
        again = code_step.waits_for_code(wrong, wrong.to, "code_again").flow
        assert again
        assert again.refusals == 1

    def test_nothing_is_called_without_it(self) -> None:
        asked = Flow("change-address", "confirm", values={"order": "A-10342", "address": STREET})
        assert flow.step(asked, ADDRESS, heard(asked, "yes")).do == "contact"

    def test_the_address_is_shown_only_to_whoever_knows_it(self) -> None:
        assert values.masked("mia.long@customer.example") == "m•••@c•••.example"
        assert values.masked("+12025550143") == "+••••••0143"


class TestKeeping:
    def test_it_expires(self) -> None:
        kept = state.written(Flow("order-status", "ask", "order", until=1_000))
        assert state.read(kept, ACTIONS.by_id, 1_000)
        assert state.read(kept, ACTIONS.by_id, 1_001) is None

    def test_a_deployment_may_take_its_action_away(self) -> None:
        assert state.read(state.written(Flow("gone", until=9)), ACTIONS.by_id, 1) is None
        assert state.read(state.written(Flow("return", values={"gone": "1"}, until=9)), ACTIONS.by_id, 1) is None


STATES = [
    Flow("change-address", "ask", "order"),
    Flow("change-address", "ask", "address", {"order": "A-10342"}, proven=True),
    Flow("change-address", "code", values={"order": "A-10342"}, to="email#mia@customer.example"),
    Flow("change-address", "confirm", values={"order": "A-10342", "address": STREET}, proven=True),
    Flow("change-address", "fix", values={"order": "A-10342", "address": STREET}, proven=True),
    Flow("return", "ask", "reason", {"order": "A-10342"}, proven=True),
    Flow("order-status", "done", values={"order": "A-10342"}),
    Flow("order-status", "done", values={"order": "A-10342"}, less=True),
    Flow("cancel", "confirm", values={"order": "A-10342"}, proven=True),
    Flow("order-status", "ask", "order", refusals=2, person=True),
    Flow("order-status"),
]


@pytest.mark.parametrize("at", STATES, ids=lambda at: f"{at.action}-{at.step}-{at.slot}")
def test_no_injection_gets_into_a_flow(at: Flow) -> None:
    """None is taken for a value, a code or a yes, at any step."""
    strings = [str(entry["value"]) for entry in json.loads(INJECTIONS.read_text("utf-8"))["strings"]]
    assert len(strings) >= 20
    for text in strings:
        move = flow.step(at, ACTIONS.by_id[at.action], heard(at, text))
        assert move.do in ("say", "pass", "leave"), text
        assert not move.flow or move.flow.values == at.values, text


TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "yes",
            "no",
            "A-10342",
            "A-10343",
            "stop",
            "算了",
            "是的",
            "不对",
            STREET,
            "2",
            "123456",
            "not that one",
            "{order}",
            "\x00",
            "no, A-10344",
            "10342",
            "I do not have it",
            "send it again",
            "code",
            "what code?",
            "my old email",
            "do it for me",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(list(ACTIONS.by_id.values())),
    st.lists(st.tuples(TEXTS, st.booleans(), st.sampled_from(["ok", "wrong", "refused"])), max_size=25),
)
def test_whatever_is_written_it_goes_on_or_ends(action: declared.Action, story: list[tuple[str, bool, str]]) -> None:
    """Every text leads to a move, every move to a sentence, and what is kept stays small."""
    move, calls = flow.begin(action, story[0][0] if story else "", "zh"), 0
    for text, answers, outside in story:
        if move.do in ("contact", "resend", "elsewhere") and move.flow:
            to = "email#mia@customer.example"
            sent, none = code_step.waits_for_code(move.flow, to), code_step.no_code(move.flow, to, "code_later")
            move = {"ok": flow.proven(move.flow, action), "wrong": sent, "refused": none}[outside]
        if move.do == "check" and move.flow:
            move = flow.proven(move.flow, action) if outside == "ok" else code_step.wrong_code(move.flow)
        if move.do == "call" and move.flow:
            calls += 1
            assert set(move.flow.values) == {slot.name for slot in action.slots}, "only what is complete is called"
            assert action.proof == "none" or move.flow.proven
            refusal = next(iter(action.refusals))
            move = flow.finished(move.flow, action) if outside == "ok" else flow.refused(move.flow, action, refusal)
        if move.say:
            before = move.flow or Flow(action.id, values={}, language="zh")
            told = sentences.Told(by=next(iter(action.done)))
            assert sentences.said(move, before, action, ACTIONS, told) or move.say in ("done", "wanted")
        if not move.flow:
            return
        assert len(state.written(move.flow).encode()) < 1_000
        assert state.read(state.written(move.flow), ACTIONS.by_id, 0) == move.flow
        if move.do in ("person", "pass"):
            return
        move = flow.step(move.flow, action, heard(move.flow, text, answers))
