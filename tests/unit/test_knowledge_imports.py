"""Lists from spreadsheets and other systems: any naming, any charset, Chinese only too; and nothing is taken of a bad one."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import BadList, BadRequest
from chalicelib.knowledge.articles import imports
from chalicelib.knowledge.articles.imports import own_id, read

QUEUES = ("general", "orders")
EN = "question,answer\nHow do I return it?,You have 30 days.\nWhere is my parcel?,See your account.\n"
ZH = "问题,答案\n怎么退货？,30 天内可以退。\n运费多少？,满 99 元包邮。\n"


@pytest.mark.parametrize(
    "head", ["Question,Answer", "q,a", "FAQ Question,Response", "Frage,Antwort", "问题,回答", "標題,內容", "标准问,答复"]
)
def test_columns_have_many_names(head: str) -> None:
    (article,) = read("faq.csv", f"{head}\nWhy?,Because.".encode(), QUEUES)
    assert (article.title, article.text) == ("Why?", "Because.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [EN, ZH])
def test_a_file_is_read_in_whatever_a_spreadsheet_saved(encoding: str, text: str) -> None:
    articles = read("faq.csv", text.encode(encoding), QUEUES)
    assert len(articles) == 2
    assert articles[0].title in ("How do I return it?", "怎么退货？")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_cells_are_parted_by_semicolons_and_tabs_too(delimiter: str) -> None:
    text = f'question{delimiter}answer\n"a, b?"{delimiter}"first{delimiter} second\nthird"\n'
    (article,) = read("faq.csv", text.encode(), QUEUES)
    assert article.title == "a, b?"
    assert "third" in article.body


def test_chinese_only_questions_have_ids_that_stay() -> None:
    ids = [article.id for article in read("x.csv", ZH.encode(), QUEUES)]
    assert (
        ids == [article.id for article in read("y.csv", ("问题,答案\n" + "\n".join(ZH.split("\n")[:0:-1])).encode("gb18030"), QUEUES)][::-1]
    )
    assert len(set(ids)) == 2
    assert {article.language for article in read("x.csv", ZH.encode(), QUEUES)} == {"zh"}
    assert read("x.csv", "問題,答案\n怎麼退貨？,三十天內可以退。".encode(), QUEUES)[0].language == "zh-Hant"


def test_rows_of_one_answer_are_one_article_and_its_examples() -> None:
    text = "question,answer,similar questions\nReturn?,30 days.,Send back|Give back;\nHow to return,30 days.,\nOther,Else.,\n"
    first, second = read("faq.csv", text.encode(), QUEUES)
    assert (first.title, first.examples) == ("Return?", ("Send back", "Give back", "How to return"))
    assert second.examples == ()


def test_what_else_a_row_says_counts_and_foreign_categories_do_not() -> None:
    text = (
        "id,question,answer,category,language,url,audience\nret,A?,B,Orders,en-US,https://a.example/,vip\nx,C?,D,Shipping & more,zh-TW,,\n"
    )
    first, second = read("faq.csv", text.encode(), QUEUES)
    assert (first.id, first.queue, first.language, first.link, first.audience) == ("ret", "orders", "en", "https://a.example/", "vip")
    assert (second.id, second.queue, second.language, second.audience) == ("x", "", "zh-Hant", "everyone")


@pytest.mark.parametrize(
    "value",
    [
        [{"question": "Why?", "answer": "Because."}],
        {"faqs": [{"Q": "Why?", "A": "Because."}], "version": 2},
        {"Why?": "Because."},
        [{"title": "Why?", "body": "Because.", "examples": ["How come?"]}],
    ],
)
def test_json_comes_in_several_shapes(value: object) -> None:
    (article,) = read("faq.json", json.dumps(value).encode(), QUEUES)
    assert (article.title, article.text) == ("Why?", "Because.")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the list is empty"),
        ("question,answer\n", "the list is empty"),
        ("foo,bar\n1,2", "line 1: no columns for question and answer among: foo, bar"),
        ("question,answer\nWhy?,\n,Because.\nGood?,Yes.", "line 2: answer is empty\nline 3: question is empty"),
        ('question,answer\n"two\nlines",ok\nWhy?,', "line 4: answer is empty"),
        ("question,answer\na,b,c", "line 2: 3 cells, but 2 columns"),
        ('question,answer\n"open,never closed', "line 2: unexpected end of data"),
        ("question,answer,link\na,b,javascript:1", "line 2: link: must start with http"),
        ("question,answer,language\na,b,xx", 'line 2: language: "xx" is not known'),
        ("question,answer\nWhy?,Because.\nWhy?,Otherwise.", "line 3: the question stands in line 2 with another answer"),
        ('[{"question": "a"}]', "entry 1: answer is empty"),
        ('[1, {"question": "a"}]', "entry 1: is no object"),
        ('{"a": 1}', "line 1: must be a list of objects"),
        ('[\n{"question": }', "line 2: is not JSON"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_mistakes_name_their_lines_and_nothing_is_taken(text: str, told: str) -> None:
    with pytest.raises(BadList) as refused:
        read("faq.csv", text.encode(), QUEUES)
    assert told in str(refused.value)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(BadList, match="no text in UTF-8"):
        read("faq.xlsx", b"PK\x03\x04" + bytes(range(128, 256)) * 4, QUEUES)
    with pytest.raises(BadRequest, match="at most 5000"):
        read("faq.csv", ("question,answer\n" + "".join(f"q{n},a{n}\n" for n in range(5_001))).encode(), QUEUES)


def test_many_mistakes_are_told_in_a_few_lines() -> None:
    with pytest.raises(BadList) as refused:
        read("faq.csv", ("question,answer\n" + "a,\n" * 500).encode(), QUEUES)
    assert len(refused.value.mistakes) == 500
    assert str(refused.value).endswith("… and 480 more")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(BadRequest):
        imports.read("any", content, QUEUES)


@given(st.text(min_size=1, max_size=200))
def test_any_question_has_an_id_that_articles_may_have(question: str) -> None:
    assert own_id(question) == own_id(question)
    (article,) = read("any.json", json.dumps([{"question": f"x{question}", "answer": "a"}]).encode(), QUEUES)
    assert article.id
