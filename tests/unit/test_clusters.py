"""The same question in many ways is one gap, and keeps its name over the nights."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.knowledge.learning import clusters, gap_finding
from chalicelib.knowledge.learning import gap as gap_of
from chalicelib.knowledge.learning.gap import Gap, Question

DAY = 86_400_000
CUSTOMS = ["Who pays the customs duty?", "Do I have to pay customs duties?", "customs duty, who pays", "Is there any customs duty to pay"]
ENGRAVING = ["Can you engrave a name on the teapot?", "Do you engrave teapots with a name?", "teapot engraving with my name possible?"]


def asked(texts: list[str], at: int = DAY, reply: str = "", language: str = "en") -> list[Question]:
    return [Question(f"{text[:4]}{n}.1", at + n, text, language, reply) for n, text in enumerate(texts)]


def placed(questions: list[Question], known: list[Gap]) -> list[Gap]:
    return gap_finding.placed(questions, known, clusters.word_vectors, clusters.ALIKE_WORDS)


def test_questions_in_other_words_are_one_gap_by_their_words() -> None:
    found = placed(asked(CUSTOMS) + asked(ENGRAVING), [])
    assert sorted(gap.count for gap in found) == [3, 4]
    [customs] = [gap for gap in found if gap.count == 4]
    assert {s["text"] for s in customs.samples} == set(CUSTOMS)
    assert customs.title in CUSTOMS


def test_a_gap_keeps_its_name_and_draft_history_over_the_nights() -> None:
    first = placed(asked(CUSTOMS[:2], reply="The receiver pays it."), [])
    [gap] = [g for g in first if g.count == 2]
    assert gap.body == "The receiver pays it."
    [grown] = placed(asked(CUSTOMS[2:], at=2 * DAY), [gap])
    assert (grown.id, grown.count, grown.first_at, grown.last_at) == (gap.id, 4, DAY, 2 * DAY + 1)


def test_the_same_question_is_counted_once() -> None:
    [gap] = [g for g in placed(asked(CUSTOMS), []) if g.count > 1]
    assert placed(asked(CUSTOMS), [gap]) == []


def test_a_supervisors_words_are_not_drafted_over() -> None:
    [gap] = [g for g in placed(asked(CUSTOMS[:2]), []) if g.count == 2]
    from dataclasses import replace

    edited = replace(gap, title="Customs", body="You do.", edited="agent-ann")
    [grown] = placed(asked(CUSTOMS[2:], at=2 * DAY, reply="Never mind"), [edited])
    assert (grown.title, grown.body) == ("Customs", "You do.")


def test_what_was_rejected_stays_away_unless_it_grows_a_lot() -> None:
    [gap] = [g for g in placed(asked(CUSTOMS), []) if g.count == 4]
    rejected = gap_of.decided(gap, "rejected", "agent-ann", 5)
    some = [Question(f"n{n}.1", 3 * DAY + n, CUSTOMS[0], "en") for n in range(9)]
    assert gap_of.grown(rejected, some).state == "rejected"
    back = gap_of.grown(rejected, [*some, Question("m.1", 4 * DAY, CUSTOMS[0], "en")])
    assert (back.state, back.count) == ("open", 14)
    approved = gap_of.decided(gap, "approved", "agent-ann", 5, "customs")
    assert gap_of.grown(approved, some).state == "approved"


def test_a_gap_stays_small_however_often_it_is_asked() -> None:
    many = [Question(f"c{n}.1", DAY + n, f"customs duty number {n}", "en", f"reply {n}") for n in range(500)]
    gap = gap_of.found(many)
    assert gap.count == 500
    assert (len(gap.samples), len(gap.replies), len(gap.recent)) == (gap_of.SAMPLES, gap_of.REPLIES, gap_of.RECENT)


def test_texts_without_words_are_like_nothing() -> None:
    found = placed(asked(["???", "!!!", "•••"]), [])
    assert [gap.count for gap in found] == [1, 1, 1]
    assert placed([], []) == []


@pytest.mark.parametrize("count", [1, 2, 30])
def test_average_link_joins_what_is_alike_on_average_and_nothing_else(count: int) -> None:
    rng = np.random.default_rng(4)
    centres = clusters.normalised(rng.normal(size=(3, 64)).astype(np.float32))
    rows = clusters.normalised(np.repeat(centres, count, axis=0) + 0.05 * rng.normal(size=(3 * count, 64)).astype(np.float32))
    groups = clusters.grouped(rows, 0.5)
    assert groups == [list(range(n * count, (n + 1) * count)) for n in range(3)]
    assert clusters.grouped(rows[:0], 0.5) == []


def test_two_thousand_questions_are_grouped_in_a_moment() -> None:
    import time

    rng = np.random.default_rng(5)
    rows = clusters.normalised(rng.normal(size=(1500, 64)).astype(np.float32))
    start = time.process_time()
    clusters.grouped(rows, 0.35)
    assert time.process_time() - start < 20


def test_one_question_in_two_languages_is_one_gap() -> None:
    from chalicelib.knowledge.encoder import encoder

    meanings = encoder.load()
    assert meanings
    texts = [*CUSTOMS[:2], "关税由谁来付？", "要我自己付关税吗", *ENGRAVING[:2], "茶壶上可以刻名字吗？"]
    found = gap_finding.placed(asked(texts), [], meanings.embed, clusters.ALIKE)
    assert sorted(sorted(str(s["text"]) for s in gap.samples) for gap in found) == [sorted(texts[4:]), sorted(texts[:4])]
