"""Customers turn away from a topic, take leave with other words, begin a sentence and end it later, write a number: in each language."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.choices.picks import is_bare
from chalicelib.bot.interpretation.contextual.turning import Turned, turned
from chalicelib.bot.interpretation.courtesies import parting
from chalicelib.bot.messages.pieces import is_fragment, joined

TOLD = "How long?\nGermany: 1-2 working days. Green tea: 75 °C.\n德国：一到两个工作日。绿茶：75 度，两分钟。"


@pytest.mark.parametrize(
    ("said", "meant", "denied"),
    [
        ("I meant the cup, not the pot", "the cup", "the pot"),
        ("sorry, I asked about vouchers and not newsletters. How do I use one?", "vouchers: How do I use one?", "newsletters"),
        ("I'm not asking about the price. I want to know how it gets here", "how it gets here", "the price"),
        ("no i didn't ask about invoices, i want to change my address", "to change my address", "invoices"),
        ("not the matcha, I meant the whisk", "the whisk", "the matcha"),
        ("我不是问价格，我问的是多久能到", "多久能到", "价格"),
        ("我問的是換貨，不是退貨", "換貨", "退貨"),
        ("唔係問運費，係想知幾時到", "想知幾時到", "運費"),
        ("普洱啦，不是紅茶", "普洱", "紅茶"),
        ("nvm, can I pay with paypal?", "can I pay with paypal?", ""),
        ("oh forget it. when are you open", "when are you open", ""),
        ("算了不退了，你们几点下班", "你们几点下班", ""),
        ("不用了，請問可以開發票嗎", "請問可以開發票嗎", ""),
    ],
)
def test_who_turns_away_from_a_topic_means_something_else(said: str, meant: str, denied: str) -> None:
    assert turned(said) == Turned(meant, denied)


@pytest.mark.parametrize(
    "said",
    [
        "I did not get my parcel, where is it",
        "It is not working, what can I do?",
        "no answer yet, not even a mail",
        "this is not what I ordered, I want my money back",
        "how long does delivery take?",
        "never mind",
        "我没收到货，怎么办",
        "包裹没到，不是说三天吗",
        "没有收到，是不是丢了",
        "算了",
    ],
)
def test_a_denial_alone_turns_away_from_nothing(said: str) -> None:
    assert turned(said) is None


# What was told will do, or makes sense; and what sounds like it.
HOPES = (
    *("ok that should be fine then, thanks", "should be in time, cheers", "that works for me, thank you", "good to know, thanks"),
    *("fair enough. thanks", "makes sense, thank you!", "ah i see, thanks a lot", "it will be ok i think. thx"),
    *("好吧應該來得及 謝謝", "那应该够了，谢谢", "應該趕得上吧 感謝", "估计没问题 谢谢啦", "咁應該得喇 唔該", "還好來得及，謝謝"),
    *("所以應該可以，謝了", "可能會到吧 多謝", "那我放心了 谢谢", "好，不急，谢谢", "咁應該趕得切喇，唔該晒"),
)
DOUBTS = (
    *("that should be refunded, thanks", "that is not ok, thanks", "it will not arrive in time, thanks", "that would be perfect, thanks"),
    *("it does not fit, thanks", "is that in time? thanks", "that should do it if you send a new one, thanks"),
    *("应该可以退吧 谢谢", "应该坏了 谢谢", "不够了 谢谢", "应该来不及 谢谢", "應該趕不上 謝謝", "應該少了一包，謝謝", "可能会晚到 谢谢"),
)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("2 working days then, great, thank you", "thanks"),
        ("I'll just wait then, thanks a lot", "thanks"),
        ("ok merci", "thanks"),
        ("alright, i will ask my sister. bye", "goodbye"),
        ("thanks, nice weekend", "thanks"),
        ("那我自己再找找，谢谢", "thanks"),
        ("两分钟是吧 谢啦师傅", "thanks"),
        ("咁我等埋先啦，唔該", "thanks"),
        ("那算了，我找朋友帶。多謝", "thanks"),
        *((text, "thanks") for text in HOPES),
        *((text, "") for text in DOUBTS),
        ("my parcel never came, thanks", ""),
        ("I'll call the police then, thanks", ""),
        ("I will return it then, thanks", ""),
        ("thanks, and to Austria?", ""),
        ("ok, cancel it please. thanks", ""),
        ("茶壶碎了，谢谢", ""),
        ("那我要投诉你们 谢谢", ""),
        ("好，那我退货，谢谢", ""),
        ("谢谢，那普洱呢", ""),
        ("I'll wait then", ""),
    ],
)
def test_thanks_with_other_words_ask_for_nothing(said: str, kind: str) -> None:
    assert parting.kind(said, lambda: TOLD) == kind


@pytest.mark.parametrize(
    "said", ["3", "no. 2", "nr 1", "option 2 please", "the second one", "#3", "12", "第二个", "选3", "第三個吧", "揀2", "2号"]
)
def test_a_bare_number_refers_to_something(said: str) -> None:
    assert is_bare(said)


@pytest.mark.parametrize(
    "said", ["10342", "A-10342", "2 cups", "2 days?", "yes", "this one", "the second parcel is missing", "一下", "第二天到"]
)
def test_what_says_more_than_a_number_is_none(said: str) -> None:
    assert not is_bare(said)


@pytest.mark.parametrize("said", ["my glass jug", "the kettle", "and my parcel", "我的杯子", "那个茶罐", "我的包裹"])
def test_a_thing_alone_begins_a_sentence(said: str) -> None:
    assert is_fragment(said)


@pytest.mark.parametrize(
    "said", ["Hi", "this", "the second one", "my order A-10342", "my cup is broken", "我要退货", "我的杯子碎了", "那个"]
)
def test_what_is_whole_begins_none(said: str) -> None:
    assert not is_fragment(said)


def test_the_rest_of_a_sentence_stands_in_its_line() -> None:
    assert joined("Hi\nmy glass jug", "has no lid") == "Hi\nmy glass jug has no lid"
    assert joined("我的杯子", "没有盖子") == "我的杯子没有盖子"
    assert joined("Hi", "where is my order") == "Hi\nwhere is my order"
