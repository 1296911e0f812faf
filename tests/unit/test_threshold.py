"""The threshold goes where the business's precision is met, slowly, and only on evidence that stands for all messages."""

import math
import random

from chalicelib.knowledge.learning import threshold
from chalicelib.knowledge.learning.threshold import Outcome, adapted, estimate, is_sampled, review_chance


def chance_right(confidence, a, b):
    return 1 / (1 + math.exp(-(a + b * math.log(confidence / (1 - confidence)))))


def world(a, b, messages=4000, seed=1):
    """A bot whose true calibration is off by a and b: (its thresholds, the answers it gave, the outcomes that people saw)."""
    rng, at, thresholds, given, seen = random.Random(seed), 0.7, [], [], []
    for number in range(messages):
        c = min(max(rng.betavariate(1.6, 0.7) if rng.random() < 0.75 else rng.betavariate(1, 3), 0.01), 0.99)
        right = rng.random() < chance_right(c, a, b)
        if c < at:
            seen.append(Outcome(c, right, answered=False))
        else:
            given.append((number, right))
            if is_sampled(str(number), c):
                seen.append(Outcome(c, right, review_chance(c)))
        if number % 250 == 249:
            at = adapted(seen, at).answer
            thresholds.append(at)
    return thresholds, given, seen


def late(a, b):
    """Of four such bots: the mean threshold at the end, and the share of right answers in the second half."""
    runs = [world(a, b, seed=seed) for seed in range(1, 5)]
    ends = [thresholds[-1] for thresholds, _, _ in runs]
    right = [is_right for _, given, _ in runs for number, is_right in given if number >= 2000]
    return sum(ends) / len(ends), sum(right) / len(right)


def test_a_bot_that_is_too_sure_of_itself_learns_to_be_silent():
    threshold_then, precision = late(-1, 1)
    assert threshold_then > 0.9
    assert precision >= 0.94


def test_a_bot_that_is_too_modest_learns_to_speak():
    threshold_then, precision = late(1.2, 1)
    assert threshold_then < 0.75
    assert precision >= 0.94


def test_without_evidence_the_threshold_stays():
    few = [Outcome(0.9, False)] * (threshold.ENOUGH - 1)
    move = adapted(few, 0.7)
    assert (move.answer, move.why) == (0.7, "too little evidence")
    assert adapted([], 0.7).answer == 0.7


def test_no_run_moves_further_than_a_step():
    wrong, right = [Outcome(0.9, False)] * 500, [Outcome(0.6, True)] * 500
    assert adapted(wrong, 0.7).answer == 0.8
    assert adapted(right, 0.7).answer == 0.65
    assert adapted(wrong, 0.7).why == "one step at a time"
    at = 0.7
    for _ in range(4):
        at = adapted(wrong, at).answer
    assert at == threshold.HIGHEST
    for _ in range(14):
        at = adapted(right, at).answer
    assert at == threshold.LOWEST


def test_what_a_bot_got_wrong_while_it_knew_little_is_forgotten():
    wrong, right = [Outcome(0.8, False)] * threshold.RECENT, [Outcome(0.8, True)] * threshold.RECENT
    assert adapted([*wrong, *right], 0.7) == adapted(right, 0.7)
    assert adapted([*right, *wrong], 0.7).answer > 0.7


def test_a_stricter_target_never_asks_for_less():
    _, _, seen = world(0, 1, messages=1500)
    at = [adapted(seen, 0.7, target, up=1, down=1).answer for target in (0.8, 0.9, 0.95, 0.99)]
    assert at == sorted(at)
    assert at[0] < at[-1]


def test_complaints_alone_do_not_look_like_the_whole():
    """A hundred answers are right and four reviewed ones say so; the three that agents marked unasked are wrong."""
    reviewed = [Outcome(0.9, True, 0.04)] * 4
    unasked = [Outcome(0.9, False)] * 3
    found = estimate([*reviewed, *unasked])
    assert found.precision == round(100 / 103, 4)
    assert found.lower < 0.9 < found.upper
    assert found.reviewed == 7
    assert estimate([Outcome(0.9, True, answered=False)]) is None


def test_the_estimate_covers_the_truth():
    covered = 0
    for seed in range(40):
        _, given, seen = world(0, 1, messages=1500, seed=seed)
        found = estimate([o for o in seen if o.answered])
        truth = sum(right for _, right in given) / len(given)
        covered += found.lower <= truth <= found.upper
    assert covered >= 36


def test_the_sample_is_about_its_share_and_always_the_same():
    ids = [f"a+{n}" for n in range(20_000)]
    chosen = {confidence: [i for i in ids if is_sampled(i, confidence)] for confidence in (0.8, 0.95, 1.0)}
    for confidence, some in chosen.items():
        assert abs(len(some) / len(ids) - review_chance(confidence)) < 0.005
        assert some == [i for i in ids if is_sampled(i, confidence)]
    assert set(chosen[1.0]) < set(chosen[0.95]) < set(chosen[0.8])


def test_what_may_well_be_wrong_is_reviewed_more_often_and_nothing_never():
    at = [review_chance(confidence) for confidence in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)]
    assert at == sorted(at, reverse=True)
    assert 0.1 < at[2] < 0.12
    assert review_chance(0.0) == at[-1] == threshold.RAREST


def test_confidences_at_the_edges_do_no_harm():
    move = adapted([Outcome(1.0, True)] * 40 + [Outcome(0.0, False, answered=False)] * 40, 0.7)
    assert 0 < move.answer <= 0.7
