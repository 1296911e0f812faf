"""The notation of word lists: what a phrase finds, and which of several is found first."""

from __future__ import annotations

import pytest

from chalicelib.bot.interpretation.phrases import Phrasebook, plain


@pytest.mark.parametrize(
    ("phrase", "text", "is_found"),
    [
        ("late/slow again", "It is slow again!", True),
        ("late/slow again", "slowly again", False),
        ("frustrat*", "so frustrating", True),
        ("frustrat*", "it is a frus", False),
        ("go* away", "please go away", True),
        ("not ... again", "not a single time again", True),
        ("not ... again", "not one two three four again", False),
        ("do not care", "you don't care, you dont care", True),
        ("i am done", "i'm done", True),
        ("=thanks", "Thanks!", True),
        ("=thanks", "Thanks, but no", False),
        ("=好的", "好的。", True),
        ("=好的", "好的吗", False),
        ("再也不...买/来", "我再也不会在这里买了", True),
        ("再也不...买/来", "再也不想从今往后在这家店里买", False),
        ("太+差/烂", "服务太烂", True),
        ("太+差/烂", "太服务烂", False),
        ("投訴", "我要投诉", True),
        ("bug/故障", "a bug", True),
        ("bug/故障", "有故障", True),
        ("app+坏了", "app坏了", True),
        ("bad", "坏的 bad 东西", True),
        ("", "anything", False),
    ],
)
def test_a_phrase_finds_what_it_says_and_no_more(phrase: str, text: str, is_found: bool) -> None:
    assert bool(Phrasebook({"": [phrase]}).search(plain(text))) is is_found


def test_the_leftmost_counts_then_the_first_in_the_list_and_nothing_counts_twice() -> None:
    listed = Phrasebook({"en": ["very bad", "bad", "bad day", "day"], "zh": ["太差", "差"]})
    found = [match.group() for match in listed.finditer(plain("A bad day, a very bad day; 太差，差"))]
    assert found == ["bad", "day", "very bad", "day", "太差", "差"]
    assert listed.sub("_", "a very bad day 太差了") == "a _ _ _了"
    assert listed.sub("_", "nothing") == "nothing"


def test_a_phrase_that_finds_nothing_at_all_comes_to_an_end() -> None:
    assert len(list(Phrasebook({"en": ["late/", "=", "*", "..."]}).finditer("on time"))) < 10
