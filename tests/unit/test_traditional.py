"""Readers of traditional characters get them, in the words of where they live, also where an article has only simplified ones; without
the library they get those."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.bot.interpretation import traditional as room
from chalicelib.bot.interpretation.traditional import traditional
from tests.unit.lantern import answered, ask, lantern, unsure


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


@pytest.mark.parametrize(
    ("simplified", "taiwan", "hong_kong"),
    [
        ("链接", "連結", "連結"),
        ("打印退货标签", "列印退貨標籤", "打印退貨標籤"),
        ("订单号", "訂單編號", "訂單編號"),
        ("订单号码", "訂單編號", "訂單編號"),
        ("退款", "退款", "退款"),
        ("优惠码", "優惠碼", "優惠碼"),
        ("支付宝和微信支付", "支付寶和微信支付", "支付寶和微信支付"),
        ("茶叶怎么保存", "茶葉怎麼保存", "茶葉怎麼保存"),
        ("注销账户", "註銷帳戶", "註銷賬戶"),
        ("用短信或邮件", "用簡訊或電子郵件", "用短訊或電郵"),
        ("输入您的邮箱", "輸入您的電子郵件地址", "輸入您的電郵地址"),
        ("电子邮箱地址", "電子郵件地址", "電郵地址"),
        ("看一下垃圾邮件箱", "看一下垃圾信件匣", "看一下垃圾電郵箱"),
        ("我们在同一车间包装", "我們在同一廠房包裝", "我們在同一車間包裝"),
        ("可以在列表里选择", "可以在清單裡選擇", "可以在列表裏選擇"),
        ("节假日前没有加急快递", "假日前沒有急件", "節假日前沒有加急速遞"),
        ("照片或视频，窗口，打印机", "照片或影片，視窗，印表機", "照片或短片，視窗，打印機"),
        ("转人工客服", "轉真人客服", "轉真人客服"),
        ("快递", "快遞", "速遞"),
        ("每个订单只能用一个", "每個訂單只能用一個", "每個訂單只能用一個"),
        ("点击“查看物流”", "點選「查看物流」", "點擊「查看物流」"),
        ("“他说‘好’”", "「他說『好』」", "「他説『好』」"),
        ("Lantern’s 茶", "Lantern’s 茶", "Lantern’s 茶"),
        ("你好, 请问: 多久?", "你好，請問：多久？", "你好，請問：多久？"),
        ("共 14:00, 10,50 欧元", "共 14:00, 10,50 歐元", "共 14:00, 10,50 歐元"),
        ("这里，面条", "這裡，麵條", "這裏，麪條"),
    ],
)
def test_each_region_gets_its_own_words_and_marks(simplified: str, taiwan: str, hong_kong: str) -> None:
    assert traditional(simplified) == taiwan
    assert traditional(simplified, "HK") == hong_kong


@pytest.mark.parametrize("region", ["TW", "HK"])
def test_the_articles_of_the_demo_read_as_they_would_be_written_there(region: str) -> None:
    files = sorted((Path(__file__).parents[2] / "infra" / "demo" / "knowledge").glob("*.zh.md"))
    texts = [traditional(path.read_text("utf-8").split("---", 2)[2], region) for path in files]
    assert len(texts) == 28
    of_taiwan = "|賬|短信|登錄|質量|打印|車間|列表|點擊|節假日|加急|(?<!電子|垃圾)郵件|信箱"
    of_hong_kong = "|短信|登錄|快遞|列印|印表|影片|郵件|信箱"
    odd = re.compile("[“”‘’]|訂單隻|訂單號|登出|儲存|鏈接|智慧助手" + (of_taiwan if region == "TW" else of_hong_kong))
    assert [found[0] for text in texts if (found := odd.search(text))] == []
    assert [found[0] for text in texts if (found := re.search(r"[一-鿿][,;?!](?![\w/])", text))] == []


def test_the_bots_own_sentences_have_one_word_for_one_thing() -> None:
    """Both regions read them."""
    odd = re.compile("訂單號|信箱|(?<!電子|垃圾)郵件|人工客服|列表|點擊|節假日|加急|打印|列印|短信|鏈接|智能助手")
    sentences = [texts["zh-Hant"] for texts in lantern().rules.sentences.values()]
    sentences += [told.texts["zh-Hant"] for told in lantern().rules.tell]
    sentences += re.findall(r"zh-Hant: (.*)", (Path(room.__file__).parents[1] / "actions" / "actions.yaml").read_text("utf-8"))
    assert len(sentences) > 200
    assert [(found[0], text) for text in sentences if (found := odd.search(text))] == []


def test_an_article_in_simplified_characters_is_told_in_hers() -> None:
    decided = answered("怎麼退貨？")
    assert (decided.article, decided.language) == ("return-item", "zh-Hant")
    assert decided.text == traditional(answered("怎么退货？").text) != answered("怎么退货？").text


def test_titles_that_are_offered_are_in_her_script_and_picked_in_it() -> None:
    offer = ask("付款訂單", unsure())
    titles = offer.choices[:-2]  # type: ignore[union-attr]
    assert titles == tuple(traditional(title) for title in titles)
    decided = answered(titles[1], misses=1, offered=offer.offered, language="zh-Hant")  # type: ignore[union-attr]
    assert (decided.article, decided.language) == (offer.offered[1], "zh-Hant")  # type: ignore[union-attr]


def test_a_short_reply_keeps_her_script() -> None:
    assert answered("退款多久到", language="zh-Hant").language == "zh-Hant"


def test_without_the_library_the_text_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)
    assert traditional("发票") == "发票"
    assert answered("怎麼退貨？").article == "return-item"
