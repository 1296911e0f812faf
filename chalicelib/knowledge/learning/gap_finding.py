"""New questions without an article join the gaps that they belong to, or are the beginning of new ones. Pure, with numpy."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.knowledge.learning import clusters
from chalicelib.knowledge.learning import gap as gap_of
from chalicelib.knowledge.learning.clusters import Embed, Vectors
from chalicelib.knowledge.learning.gap import Gap, Question

AT_ONCE = 1_500  # questions; what is more waits for the next time


def placed(questions: Sequence[Question], known: Sequence[Gap], embed: Embed, alike: float) -> list[Gap]:
    """The gaps that grew or are new, with drafts of their articles. A gap keeps its id over the nights, whatever it grows to."""
    texts = [q.text for q in questions]
    samples = [[str(s["text"]) for s in gap.samples] for gap in known]
    rows = embed([*texts, *(text for of_gap in samples for text in of_gap)])
    new, groups = rows[: len(texts)], _cut(rows[len(texts) :], [len(of_gap) for of_gap in samples])
    homes = clusters.joined(new, groups, alike)
    changed = []
    for number, gap in enumerate(known):
        joining = [q for q, home in zip(questions, homes, strict=True) if home == number]
        bigger = gap_of.grown(gap, joining)
        if bigger is not gap:
            changed.append(_drafted(bigger, embed))
    homeless = [i for i, home in enumerate(homes) if home < 0]
    fresh = [gap_of.found([questions[homeless[i]] for i in group]) for group in clusters.grouped(new[homeless], alike)]
    return [*changed, *(_drafted(gap, embed) for gap in fresh)]


def _cut(rows: Vectors, sizes: Sequence[int]) -> list[Vectors]:
    found, start = [], 0
    for size in sizes:
        found.append(rows[start : start + size])
        start += size
    return found


def _drafted(gap: Gap, embed: Embed) -> Gap:
    """Titled as it is asked most typically; the text is the agents' most typical reply, "" as long as there is none."""
    asked = gap.samples[clusters.most_central(embed([str(s["text"]) for s in gap.samples]))]
    body = gap.replies[clusters.most_central(embed(gap.replies))] if gap.replies else ""
    return gap_of.drafted(gap, str(asked["text"]), body, str(asked["language"]))
