"""What a text costs as SMS, and how a long one is cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.conversations import segments
from chalicelib.errors import TooLarge


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "gsm7", 0, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("€" * 153, "gsm7", 306, 3),  # 76 in each: none is cut in two
        ("@£ßΩ{}\\\n", "gsm7", 11, 1),
        ("中" * 70, "ucs2", 70, 1),
        ("中" * 71, "ucs2", 71, 2),
        ("a" * 69 + "中", "ucs2", 70, 1),
        ("😀" * 35, "ucs2", 70, 1),
        ("😀" * 36, "ucs2", 72, 2),
        ("😀" * 67, "ucs2", 134, 3),  # 33 in each
        ("ç", "ucs2", 1, 1),  # only its capital is in the default alphabet
    ],
)
def test_segments_are_counted_as_carriers_do(text: str, encoding: str, units: int, count: int) -> None:
    assert segments.size(text) == segments.Size(encoding, units, count)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("It’s “on its way” – tomorrow…", 'It\'s "on its way" - tomorrow...'),
        ("a\u00a0b\u200bc", "a bc"),
        ("价格“好”", "价格“好”"),  # the rest needs UCS-2 anyway: nothing is gained
        ("“😀”", "“😀”"),
    ],
)
def test_signs_that_only_look_better_do_not_double_the_price(text: str, sent: str) -> None:
    assert segments.split(text) == [sent]


def test_a_text_that_fits_has_no_mark() -> None:
    assert segments.split("a" * 1530) == ["a" * 1530]
    assert len(segments.split("a" * 1531)) == 2


def test_a_long_text_is_cut_at_sentences_then_words_and_numbered() -> None:
    sentences = segments.split("It leaves our store today. " * 120)
    assert [part.partition(" ")[0] for part in sentences] == ["(1/3)", "(2/3)", "(3/3)"]
    assert all(part.endswith("today.") for part in sentences)
    words = segments.split("word " * 500)
    assert all(part.endswith("word") for part in words)
    chinese = segments.split("您的订单今天发货。" * 200)
    assert all(part.endswith("。") for part in chinese)


def test_whatever_belongs_to_a_character_stays_with_it() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    for part in segments.split(family * 300):
        assert not part.endswith("\u200d")
        assert part.partition(" ")[2].replace(family, "") == ""


def test_ten_messages_at_most() -> None:
    assert len(segments.split("x" * 15_000)) == 10
    with pytest.raises(TooLarge, match="more than 10 messages"):
        segments.split("x" * 16_000)
    with pytest.raises(TooLarge):
        segments.split("中" * 7_000)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=60), st.integers(1, 120))
def test_every_part_fits_and_nothing_is_lost(piece: str, times: int) -> None:
    text = piece * times
    try:
        parts = segments.split(text)
    except TooLarge:
        return
    assert all(len(part) <= segments.LONGEST and segments.size(part).segments <= segments.PART_SEGMENTS for part in parts)
    bodies = parts if len(parts) == 1 else [part.partition(") ")[2] for part in parts]
    assert "".join("".join(bodies).split()) == "".join(segments.plain(text).split())
