"""After an alarm the bot says whom to call, what only a doctor can say and where the thing is safe; no article stands in their place."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.hazards import emergency
from chalicelib.bot.messages import alarm
from tests.unit.dialogue_player import Play, Seen, look
from tests.unit.dialogue_world import World, make_world

__all__ = ["make_world"]

ITCHES = "I drank your tea and my lips are swelling"
SPARKS = "my kettle just sparked and the base smells of burning"
SICK = "孩子喝了你们电水壶烧的水，一直在吐"
BURNS = "電水煲插座冒火花，有燒焦味"


def seen(world: World, *said: str) -> list[Seen]:
    play = Play("alarm", world.clock, when="sunday")
    world.play = play
    found = []
    for text in said:
        message = play.say(text, 8)
        play.wait(play.clock.now + 9_000)
        found.append(look(play, message))
    return found


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
