"""Words that a carrier's rules give a meaning of their own, in English, French and Chinese."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.channels.sms import keywords as sms_keywords
from chalicelib.channels.sms import twilio as sms_twilio
from tests.unit.test_sms import FORM, parameters

__all__ = ["parameters"]  # a fixture for each test here, too

WORDS = json.loads((Path(__file__).parents[1] / "fixtures/twilio/keywords.json").read_text("utf-8"))["cases"]
MEANINGS = {
    "opt_out": ("stop", False),
    "opt_out_recommended": ("stop", False),
    "opt_in": ("start", False),
    "opt_in_only_if_opted_out": ("yes", False),
    "help": ("help", False),
    "free_text_opt_out": ("", True),
    "none": ("", False),
}


@pytest.mark.parametrize("case", WORDS, ids=lambda case: repr(case["body"]))
def test_each_of_the_forty_texts_has_its_meaning(case: dict[str, str]) -> None:
    assert (sms_keywords.keyword(case["body"]), sms_keywords.opt_out_request(case["body"])) == MEANINGS[case["expect"]]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("退订", "stop"),
        ("TD", "stop"),
        ("退订。", "stop"),
        ("帮助", "help"),
        ("我想退订套餐", ""),
        ("停止發送", "stop"),
        ("订阅", "start"),
    ],
)
def test_chinese_words(text: str, meaning: str) -> None:
    assert sms_keywords.keyword(text) == meaning


def test_what_twilio_took_it_for_goes_before() -> None:
    assert sms_twilio.incoming(FORM | {"Body": "salir", "OptOutType": "STOP"}, 1).meta["keyword"] == "stop"
    assert "keyword" not in sms_twilio.incoming(FORM, 1).meta
