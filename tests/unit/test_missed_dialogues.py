"""What customers met in play, as dialogues: misunderstood and asking again, handed over without wishing it, two questions, repeats."""

from __future__ import annotations

import pytest

from tests.unit.dialogue_world import World, make_world, seen

__all__ = ["make_world"]

HOURS = ("Monday, 30 November", "11月30日")


@pytest.mark.parametrize(
    ("before", "text", "holds"),
    [
        ("how do i get my money back", "that's not my question. do you ship to Norway?", "60 countries"),
        ("how long does delivery take?", "i know that. do you take paypal", "PayPal"),
        ("how long does tea keep?", "you misunderstood me, how do i brew it", "Green tea: 75"),
        ("how do i use a discount code", "forget it, what does shipping cost to austria", "7.90"),
        ("how long does tea keep?", "youre repeating yourself. forget it, how do i return an item", "30 days"),
        ("多久能到德国", "答非所问 能用支付宝吗", "支付宝"),
        ("茶叶怎么保存", "算了 你们几点关门", "9:00"),
        ("怎麼用優惠碼", "不是 我問的是運費", "運費"),
        ("茶叶怎么保存", "不说这个了 怎么申请发票", "发票"),
        ("退款多久到賬", "這個我知道了 我是問怎麼改地址", "修改地址"),
    ],
)
def test_what_is_asked_beside_a_complaint_is_answered(world: World, before: str, text: str, holds: str) -> None:
    told = seen(world, before, text)[-1]
    assert (told.owner, told.outcome) == ("bot", "answer")
    assert holds in told.text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("how do i brew green tea", "no, i asked where the cups are made"),
        ("how long does tea keep?", "that's not what I asked. who painted the logo on the lid?"),
        ("那抹茶是哪裡產的 日本嗎", "不是 我問產地"),
        ("怎么泡茶", "不是 我问你们老板哪里人"),
    ],
)
def test_whoever_was_misunderstood_and_asks_for_more_than_is_known_is_offered_a_person_and_keeps_the_bot(
    world: World, before: str, text: str
) -> None:
    told = seen(world, before, text)[-1]
    assert told.owner == "bot"
    assert told.outcome in ("question", "offer", "answer", "about")


@pytest.mark.parametrize("text", ["um do u guys have like", "so I was wondering if", "你们有没有那种", "呃那個", "請問那個"])
@pytest.mark.parametrize("before", [(), ("person",)])
def test_a_sentence_that_was_begun_is_waited_for(world: World, before: tuple[str, ...], text: str) -> None:
    told = seen(world, *before, text)[-1]
    assert (told.owner, told.outcome) == ("queue" if before else "bot", "courtesy")


@pytest.mark.parametrize(
    "text", ["do you know a nice scone recipe?", "Never mind, I shall find it. Do you know a good cake recipe?", "司康怎么做"]
)
def test_what_is_no_business_of_the_shop_is_said_in_a_sentence(world: World, text: str) -> None:
    assert seen(world, "can one visit your shop?", text)[-1].outcome == "about"


@pytest.mark.parametrize(
    ("call", "text", "holds"),
    [
        ("person", "i didnt ask for a person, i only want to know how hot for green tea", "75"),
        ("person", "why are you sending me to a person? how long does tea keep", "18 months"),
        ("转人工", "转啥人工啊 我就问能用支付宝吗", "支付宝"),
        ("轉真人客服", "點解轉人工呀 我係問幾耐送到德國", "1–2"),
    ],
)
def test_who_wants_no_person_is_back_with_her_question_answered(world: World, call: str, text: str, holds: str) -> None:
    told = seen(world, call, text)[-1]
    assert (told.owner, told.outcome) == ("bot", "back")
    assert holds in told.text
    assert not any(day in told.text for day in HOURS)


@pytest.mark.parametrize("text", ["人工 茉莉花茶一罐 帮我加", "人工 再加一盒绿茶", "person. add one jasmine", "真人 幫我加一罐烏龍"])
def test_a_person_is_called_whatever_stands_beside_and_what_does_is_noted(world: World, text: str) -> None:
    first, again = seen(world, text, text)
    assert (first.owner, first.outcome) == ("queue", "person")
    assert again.outcome == "taken"
    assert not any(day in again.text for day in HOURS)


@pytest.mark.parametrize(
    ("said", "outcomes"),
    [
        (("转人工", "茶壶盖子磕了个口 能换吗", "是刚收到就磕坏的 不是用坏的"), ("taken", "answer")),
        (("轉真人客服", "壺嘴裂了可以換嗎", "剛收到就裂的 不是我弄的"), ("taken", "answer")),
        (("person", "my pot has a crack", "it arrived chipped, not my fault"), ("taken", "answer")),
        (("person", "when are you open", "fine. make it early"), ("taken",)),
        (("person", "her birthday is tomorrow. what am i supposed to give her"), ("taken",)),
    ],
)
def test_who_waits_and_tells_more_is_not_asked_to_leave_and_hears_no_hours(
    world: World, said: tuple[str, ...], outcomes: tuple[str, ...]
) -> None:
    told = seen(world, *said)[-1]
    assert told.owner == "queue"
    assert told.outcome in outcomes
    assert not any(part in told.text for part in ("9:00", *HOURS))


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ("多久可以到德国", "星期三就能到 那太好了 谢谢"),
        ("how long does delivery to Germany take?", "so it comes on Wednesday, that's great, thank you"),
        ("怎麼退貨", "免費退貨啊 真棒 謝謝"),
    ],
)
def test_joy_and_thanks_are_met_by_a_word(world: World, before: str, text: str) -> None:
    assert seen(world, before, text)[-1].outcome == "courtesy"


@pytest.mark.parametrize("text", ["好的 那会耽误送货吗 啥时候能到", "ok, will that delay the delivery?"])
def test_a_worry_is_no_trouble(world: World, text: str) -> None:
    assert not any(word in seen(world, "怎么改地址", text)[-1].text for word in ("抱歉", "sorry"))


@pytest.mark.parametrize(
    ("before", "text", "holds"),
    [
        (
            "can i keep matcha in the freezer",
            "so fridge yes, freezer no? and once its opened how long",
            "not in the fridge|best-before date",
        ),
        ("i run a cafe, do you sell wholesale", "where do I send my enquiry? and can I have an invoice without VAT", "invoice"),
        ("怎么退货", "运费不用我出吧 钱多久退给我", "运费|三个工作日"),
    ],
)
def test_of_two_questions_none_is_dropped(world: World, before: str, text: str, holds: str) -> None:
    told = seen(world, before, text)[-1].text
    assert all(part in told for part in holds.split("|")), told


@pytest.mark.parametrize(
    "said",
    [
        ("discount code says not valid", "its SPRING10 and it doesnt say any last day", "yes it says not valid. basket is 52 euro"),
        ("can i keep matcha in the freezer", "and once its opened how long", "yes but once OPENED how long does matcha keep"),
        (
            "kettle is leaking is that still warranty",
            "ok and how long does a repair take",
            "thats the same again. how many weeks does a repair take",
        ),
        ("怎么用优惠码", "显示无效", "是显示无效啊 52欧"),
    ],
)
def test_the_same_words_are_never_sent_twice_in_a_row(world: World, said: tuple[str, ...]) -> None:
    texts = [one.text for one in seen(world, *said)]
    assert len(set(texts)) == len(texts)
    assert texts[-1] not in texts[-2]


def test_a_second_question_brings_no_line_that_she_has_just_read(world: World) -> None:
    said = ("my sencha always gets bitter what am i doing wrong", "i dont have a thermometer tho how do i get 75")
    last = seen(world, *said, "yes but how do i know its 75 with a normal kettle. wait some minutes?")[-1].text
    lines = [line for line in last.split("\n") if line]
    assert len(set(lines)) == len(lines)
    assert "Green tea: 75" not in last
