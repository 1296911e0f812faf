"""Readers of traditional characters get them, also where an article has only simplified ones; without the library they get those."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from chalicelib.bot import traditional as room
from chalicelib.bot.traditional import traditional
from tests.unit.lantern import answered, ask, unsure


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    room._converter.cache_clear()
    yield
    room._converter.cache_clear()


@pytest.mark.parametrize(
    ("simplified", "expected"),
    [
        ("头发和发票", "頭髮和發票"),
        ("里面的面条，干净", "裡面的麵條，乾淨"),
        ("以后，皇后", "以後，皇后"),
        ("见 https://shop.example/退货", "見 https://shop.example/退貨"),
        ("Only English 123", "Only English 123"),
        ("", ""),
    ],
)
def test_words_and_not_characters_are_turned(simplified: str, expected: str) -> None:
    assert traditional(simplified) == expected


def test_an_article_in_simplified_characters_is_told_in_hers() -> None:
    decided = answered("怎麼退貨？")
    assert (decided.article, decided.language) == ("return-item", "zh-Hant")
    assert decided.text == traditional(answered("怎么退货？").text) != answered("怎么退货？").text


def test_titles_that_are_offered_are_in_her_script_and_picked_in_it() -> None:
    offer = ask("我的訂單禮品", unsure())
    titles = offer.choices[:-1]  # type: ignore[union-attr]
    assert titles == tuple(traditional(title) for title in titles)
    decided = answered(titles[1], misses=1, offered=offer.offered, language="zh-Hant")  # type: ignore[union-attr]
    assert (decided.article, decided.language) == (offer.offered[1], "zh-Hant")  # type: ignore[union-attr]


def test_a_short_reply_keeps_her_script() -> None:
    assert answered("退款多久到", language="zh-Hant").language == "zh-Hant"


def test_without_the_library_the_text_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)
    assert traditional("发票") == "发票"
    assert answered("怎麼退貨？").article == "return-item"
