"""Lists of choices, pieces of a sentence, corrections and thanks, played through the whole bot with the demo shop's knowledge."""

from __future__ import annotations

import pytest

from tests.unit.dialogue_player import Play, Seen, played
from tests.unit.dialogue_world import World, make_world

__all__ = ["make_world"]


def talked(world: World, *turns: tuple[str, float]) -> tuple[list[Seen], Play]:
    """Who says what, after which pause."""
    play = Play(f"menu-{world.next()}", world.clock)
    world.play = play
    return played(play, {"turns": [{"say": said, "after_s": after} for said, after in turns]}), play


MENU = ("My order is strange", 0.0)  # is answered with a list


@pytest.mark.parametrize("between", ["How long does delivery take?", "thanks", "运费多少钱"])
@pytest.mark.parametrize("pick", ["2", "no. 2 please", "选2"])
def test_a_list_stays_valid_until_another_is_offered(world: World, between: str, pick: str) -> None:
    (_, _, last), play = talked(world, MENU, (between, 30), (pick, 30))
    offered = play.head().offered
    assert len(offered) > 1
    assert (last.outcome, last.articles) == ("answer", offered[1:2])


@pytest.mark.parametrize(
    ("first", "number"), [("hello", "2"), ("How long does delivery take?", "no. 3"), ("运费多少钱", "选3"), ("你好", "第二个")]
)
def test_a_number_of_no_list_is_asked_about(world: World, first: str, number: str) -> None:
    (_, last), _ = talked(world, (first, 0), (number, 30))
    assert (last.outcome, last.articles) == ("question", ())


def test_a_number_that_the_list_has_not_is_asked_about(world: World) -> None:
    (_, last), play = talked(world, MENU, ("9", 30))
    assert last.outcome == "question"
    assert len(play.head().offered) > 1


@pytest.mark.parametrize("pause", [1, 3, 8])
@pytest.mark.parametrize(("begin", "rest"), [("my glass teapot", "came without the lid"), ("我的茶壶", "少了个盖子")])
def test_pieces_of_a_sentence_are_read_together(world: World, pause: int, begin: str, rest: str) -> None:
    seen, _ = talked(world, (begin, 0), (rest, pause))
    last = seen[-1]
    assert {"damaged-item", "wrong-item"} & {*last.articles, *last.offered}  # the second is about what is missing, too
    assert "brew-tea" not in last.articles


@pytest.mark.parametrize(
    ("first", "then", "article"),
    [
        ("I want to cancel my order", "oh never mind. how long does delivery take?", "delivery-time"),
        ("我想取消订单", "算了不取消了，送货要多久", "delivery-time"),
        ("How do I send something back?", "I meant gift cards, not returns", "gift-card"),
        ("运费多少钱", "我不是问运费，我问多久能到", "delivery-time"),
        ("可以用信用卡付款嗎", "不是信用卡啦，是禮品卡", "gift-card"),
    ],
)
def test_who_turns_away_gets_an_answer_to_the_rest(world: World, first: str, then: str, article: str) -> None:
    (_, last), _ = talked(world, (first, 0), (then, 30))
    assert (last.outcome, last.articles) == ("answer", (article,))


def test_a_row_of_the_same_article_is_told_alone(world: World) -> None:
    (_, last), _ = talked(world, ("綠茶用幾度的水泡", 0), ("烏龍啦，不是綠茶", 30))
    assert "90 °C" in last.text
    assert "75 °C" not in last.text


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("退款要多久", "三个工作日是吧 好 谢谢"),
        ("how long does delivery take?", "ok, I'll wait then. thanks, nice sunday"),
        ("運費多少", "好，那我等，謝謝"),
    ],
)
def test_thanks_with_other_words_are_answered_by_a_word(world: World, first: str, then: str) -> None:
    (_, last), _ = talked(world, (first, 0), (then, 30))
    assert (last.outcome, last.articles) == ("courtesy", ())


def test_what_is_far_less_likely_is_not_offered_beside(world: World) -> None:
    (last,), _ = talked(world, ("is there anything with nuts in your tea", 0))
    assert last.articles == ("ingredients-allergens",)
    assert last.offered == ("ingredients-allergens",)
