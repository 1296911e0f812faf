"""After an alarm the bot says whom to call, what only a doctor can say and where the thing is safe; no article stands in their place."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.hazards import emergency
from chalicelib.bot.messages import alarm
from tests.unit.dialogue_world import World, make_world, seen

__all__ = ["make_world"]

ITCHES = "I drank your tea and my lips are swelling"
SPARKS = "my kettle just sparked and the base smells of burning"
SICK = "孩子喝了你们电水壶烧的水，一直在吐"
BURNS = "電水煲插座冒火花，有燒焦味"


@pytest.mark.parametrize(
    ("first", "then", "holds"),
    [
        (ITCHES, "now my tongue is puffy and it itches more and more", "call the emergency number"),
        (ITCHES, "it is worse than before", "call the emergency number"),
        (ITCHES, "im in toronto so 911 yeah?", "the emergency number is 911"),
        (ITCHES, "which number do I call? I am in Vienna", "the emergency number is 112"),
        (ITCHES, "which number do I call?", "112 in the European Union, 911 in the United States"),
        (ITCHES, "I'm in Hong Kong", "the emergency number is 999"),
        (ITCHES, "should I go to the hospital", "A doctor can, or the emergency number"),
        (ITCHES, "I am in Leeds, can I take an antihistamine? I am pregnant", "the emergency number (999)"),
        (ITCHES, "what herb could be in it?", "A doctor can"),
        (ITCHES, "is it normal?", "A doctor can"),
        (ITCHES, "the ambulance is on its way", "do what they tell you"),
        (ITCHES, "can I still drink the rest?", "do not use, drink or eat"),
        (ITCHES, "does the tea come in a bigger tin?", "call your local emergency number"),
        (SICK, "要去医院吗", "医生或急救电话"),
        (SICK, "我在奥地利，维也纳，救护车打哪个", "112"),
        (SICK, "我人在高雄，要打幾號", "119"),
        (SICK, "又吐了，越来越没精神", "请现在就拨打急救电话"),
        (SICK, "已经叫救护车了", "请听他们的安排"),
        (SPARKS, "is it dangerous to keep it in the house overnight?", "outside or on stone"),
        (SPARKS, "where do I put it?", "away from anything that burns"),
        (SPARKS, "can I still use it?", "do not use it again"),
        (SPARKS, "it is smoking again", "call the fire brigade"),
        (SPARKS, "I pulled the plug and it stopped smoking. where shall I put it?", "outside or on stone"),
        (SPARKS, "火警打幾號？我喺香港", "999"),
        (BURNS, "放屋企過夜危唔危險", "石材"),
        (BURNS, "在上海，消防电话多少", "119"),
        (BURNS, "在上海，救护车电话多少", "120"),
    ],
)
def test_whom_to_call_and_what_to_do_is_answered(world: World, first: str, then: str, holds: str) -> None:
    raised, answered = seen(world, first, then)
    assert (raised.outcome, answered.outcome) == ("urgent", "urgent")
    assert holds in answered.text
    assert answered.articles == ()


@pytest.mark.parametrize(
    ("first", "then", "holds", "article"),
    [
        (ITCHES, "What? Nobody is hurt. I meant customs duty for the UK", "I took that for an emergency|all duties paid", "ship-abroad"),
        (ITCHES, "im fine its only a question", "I took that for an emergency|What would you like to know", ""),
        (ITCHES, "you misunderstood, nobody is ill. how much is the postage?", "I took that for an emergency|3.90", "shipping-cost"),
        (SICK, "没事没事 孩子现在没喝 我就是提前问问", "误以为是紧急情况|您想了解什么", ""),
        (SICK, "你没听懂 没人不舒服 我只是想问有没有完全不含坚果的茶", "误以为是紧急情况|微量坚果", "ingredients-allergens"),
        (BURNS, "誤會了 我說的是運費太貴 運費怎麼算", "誤以為是緊急情況|3.90", "shipping-cost"),
    ],
)
def test_an_alarm_that_never_was_one_is_taken_back(world: World, first: str, then: str, holds: str, article: str) -> None:
    raised, said = seen(world, first, then)
    assert (raised.urgency, said.urgency, said.owner) == ("urgent", "normal", "queue")
    assert all(part in said.text for part in holds.split("|")), said.text
    assert said.articles == ((article,) if article else ())
    assert not any(word in said.text for word in ("112", "emergency number", "keep it", "急救"))


def test_after_it_is_taken_back_a_real_one_is_raised_in_full(world: World) -> None:
    *_, last = seen(world, ITCHES, "im fine its only a question", "how much is postage to Austria?", "now my throat is closing, I drank it")
    assert (last.outcome, last.urgency) == ("urgent", "urgent")
    assert "trouble breathing" in last.text


@pytest.mark.parametrize(
    ("first", "then", "holds", "never"),
    [
        (ITCHES, "ok ill ring the doctor. does almond chai contain almond or cashew", "traces of nuts|A doctor can", "only be guessing"),
        (ITCHES, "no trouble breathing, just a fast heart. is it the caffeine", "matcha contain it|A doctor can", "now and do not wait"),
        (SICK, "没有呼吸困难 就是有点拉肚子 那个茶叶要扔掉吗 还是留着", "请先保留|如有加重", "请现在就拨打"),
        (SICK, "沒那麼嚴重啦 我只是想知道茶葉要不要留著 可以退錢嗎", "請先保留|能否退款由同事決定", "兩杯"),
        (ITCHES, "can I get my money back? I drank more than two cups", "a colleague decides", "two cups are missing"),
        (ITCHES, "my chest hurts too, do I throw the tea away?", "call the emergency number|Please keep it", "glad"),
    ],
)  # fmt: skip
def test_a_plain_question_is_answered_beside_the_advice(world: World, first: str, then: str, holds: str, never: str) -> None:
    said = seen(world, first, then)[-1]
    assert said.outcome == "urgent"
    assert all(part in said.text for part in holds.split("|")), said.text
    assert never not in said.text


@pytest.mark.parametrize("text", ["fine", "ok whatever", "好吧"])
def test_nobody_is_glad_about_a_sulk(world: World, text: str) -> None:
    said = seen(world, ITCHES, "can you tell me which herb is in it", text)[-1]
    assert "glad" not in said.text
    assert "放心" not in said.text
    assert said.urgency == "urgent"


def test_a_sick_child_is_not_told_about_fire(world: World) -> None:
    (raised,) = seen(world, SICK)
    assert "呼吸困难" in raised.text
    assert "火" not in raised.text


def test_an_alarm_stands_as_long_as_she_waits(world: World) -> None:
    *_, last = seen(
        world, SPARKS, "do I get my money back?", "how much is the postage?", "is it under warranty?", "how long does delivery take?",
        "i asked is it safe to keep it in the house overnight",
    )  # fmt: skip
    assert "outside or on stone" in last.text
    assert last.articles == ()


def test_what_is_asked_of_the_order_is_still_answered(world: World) -> None:
    _, refund, *_ = seen(world, ITCHES, "how long does a refund take?")
    assert refund.articles == ("refund-time",)


def test_no_second_answer_in_a_row_is_the_same(world: World) -> None:
    _, first, second = seen(world, ITCHES, "should I see a doctor?", "do I need to go to the ER?")
    assert first.text != second.text


@pytest.mark.parametrize(
    ("text", "medical", "fire"),
    [
        ("we are in Munich", "112", "112"),
        ("I live in new york", "911", "911"),
        ("call us back", "", ""),
        ("the china teapot", "", ""),
        ("we live in Japan and in London", "", ""),
        ("I bought it in Japan and I'm in London", "999", "999"),
        ("from Dublin to Rome", "112", "112"),
        ("my daughter Sydney drank the phoenix oolong", "", ""),
        ("the tea from Japan made me sick", "", ""),
        ("it was sent from Berlin, I am in Sydney", "000", "000"),
        ("我喝了台灣烏龍，人在維也納", "112", "112"),
        ("日本抹茶喝了想吐", "", ""),
        ("我在北京", "120", "119"),
        ("我住台中", "119", "119"),
        ("人喺九龍", "999", "999"),
        ("Brisbane", "000", "000"),
        ("", "", ""),
    ],
)
def test_the_number_of_a_place(text: str, medical: str, fire: str) -> None:
    assert (emergency.number(text, "help"), emergency.number(text, "fire")) == (medical, fire)


def test_the_alarm_that_is_kept_is_the_last_one_that_was_raised() -> None:
    told = ("place", "answer", "tell.urgent-safety-electrical-out-of-hours", "tell.urgent-safety")
    assert alarm.standing(told) == "electrical"
    assert alarm.kept(("taken",), told) == ("taken",)
    assert alarm.kept(("answer", "place"), ("a", "b", "c", "d", "e", "tell.urgent-safety")) == ("answer", "place", "alarm:body")
    assert alarm.kept(("taken",), ()) == ("taken",)
