"""How often the right article comes first, and how surely what no article answers is left to people: the test parts of the shared data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.bot.messages import brain
from chalicelib.knowledge.index import confidence, scoring, wordings
from chalicelib.knowledge.index.scoring import Found
from chalicelib.knowledge.index.wordings import Wordings
from tests.bench.bot_data import Pair, pairs, rows

OWN = Path(__file__).parents[1] / "fixtures" / "intents" / "own_shop_en_zh"


@dataclass(frozen=True)
class Line:
    """One figure: what was measured, on what, and what it must reach and aims at (in the figure's own unit)."""

    name: str
    figure: str
    least: str = ""
    aim: str = ""


def known(base: Sequence[Pair], encoder: Any) -> Wordings:
    return wordings.build(list(dict.fromkeys(base)), encoder)


def asked(base: Wordings, texts: Sequence[str], limit: int = 3) -> list[list[Found]]:
    """As the bot asks: words first, meaning where they are not sure."""
    return [scoring.rank(base, [text], limit=limit) for text in texts]


def top(found: Sequence[Sequence[Found]], wanted: Sequence[str], limit: int = 1) -> float:
    """Percent of those in scope whose article is among the first."""
    inside = [(f, w) for f, w in zip(found, wanted, strict=True) if w]
    return 100 * sum(w in [one.article for one in f[:limit]] for f, w in inside) / len(inside)


def sure(found: Sequence[Sequence[Found]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([f[0].confidence if f else 0.0 for f in found])


def test_part(name: str, base: Sequence[Pair], test: Sequence[Pair], encoder: Any) -> float:
    return top(asked(known(base, encoder), [text for _, text in test], 1), [article for article, _ in test])


def banking(encoder: Any) -> list[Line]:
    test = pairs("banking77/test")
    parts = (("5-shot", "train_5", "75", "79"), ("10-shot", "train_10", "83.5", "86"), ("full", "train", "93", "94"))
    return [
        Line(f"BANKING77 {name}: top-1", f"{test_part(name, pairs(f'banking77/{part}'), test, encoder):.1f}", least, aim)
        for name, part, least, aim in parts
    ]


def clinc(encoder: Any) -> list[Line]:
    """The threshold is the one that keeps most of the valid part's questions in scope right; it has seen nothing out of scope."""
    base = known([p for p in pairs("clinc150/train") if p[0]], encoder)
    valid, test = [p for p in pairs("clinc150/val") if p[0]], pairs("clinc150/test")
    at = _threshold(asked(base, [text for _, text in valid], 1), [article for article, _ in valid], 0.915)
    found, wanted = asked(base, [text for _, text in test], 1), [article for article, _ in test]
    lines = [Line("CLINC150 full: top-1", f"{top(found, wanted):.1f}")]
    for name, threshold, least, aim in (("", at, "90 / 88", "94 / 88"), (" at the default threshold", default(), "", "")):
        inside, outside = _kept(found, wanted, threshold)
        figure = f"{inside:.1f} / {outside:.1f}"
        lines.append(Line(f"CLINC150 in scope / out-of-scope recall{name} ({threshold:.2f})", figure, least, aim))
    return lines


def default() -> float:
    """The confidence from which the bot answers, as shipped."""
    return float(brain.shipped().rules.answer)


def _threshold(found: Sequence[Sequence[Found]], wanted: Sequence[str], share: float) -> float:
    """The highest one at which this share is answered and right."""
    right = np.array([bool(f) and f[0].article == w for f, w in zip(found, wanted, strict=True)])
    held = np.sort(sure(found)[right])
    return float(held[max(0, len(held) - round(share * len(found)))])


def _kept(found: Sequence[Sequence[Found]], wanted: Sequence[str], at: float) -> tuple[float, float]:
    """Percent in scope that is answered and right; percent out of scope that is not answered."""
    held = sure(found) >= at
    inside = np.array([bool(w) for w in wanted])
    right = np.array([bool(f) and f[0].article == w for f, w in zip(found, wanted, strict=True)])
    return 100 * float((held & right)[inside].mean()), 100 * float((~held)[~inside].mean())


def banking_oos(encoder: Any) -> list[Line]:
    base = known(pairs("banking77_oos/train"), encoder)
    test = pairs("banking77_oos/test")
    found, wanted = asked(base, [text for _, text in test], 1), [article for article, _ in test]
    far, near = (sure(asked(base, [text for _, text in pairs(f"banking77_oos/{kind}_oos_test")], 1)) for kind in ("ood", "id"))
    figure = f"{100 * float((far < default()).mean()):.1f} / {100 * float((near < default()).mean()):.1f}"
    inside, _ = _kept([*found, []], [*wanted, ""], default())
    return [
        Line(f"BANKING77-OOS far / sibling rejected at the default threshold ({default():.2f})", figure, "99 / 78", "99.5 / 85"),
        Line("  … and in scope: top-1, answered and right", f"{top(found, wanted):.1f}, {inside:.1f}"),
    ]


def smp(encoder: Any) -> list[Line]:
    base, test = ([p for p in pairs(f"smp2017_zh/{part}") if p[0] not in ("", "chat")] for part in ("train", "test"))
    return [Line("SMP2017 (zh) closed set: top-1", f"{test_part('smp', base, test, encoder):.1f}", "93.5", "95")]


def own_shop(encoder: Any) -> list[Line]:
    base = [(row["intent"], row["text"]) for language in ("en", "zh") for row in rows(OWN / f"train_{language}.jsonl")]
    titles = [(row["intent"], row[f"title_{language}"]) for language in ("en", "zh") for row in rows(OWN / "articles.jsonl")]
    lines = []
    for name, made in (("", base), (", with the articles' titles", [*titles, *base])):
        for language, least, aim in (("en", "51 (79)", "65 (88)"), ("zh", "57 (84)", "68 (90)")):
            test = rows(OWN / f"test_{language}.jsonl")
            found = asked(known(made, encoder), [row["text"] for row in test])
            wanted = [row["intent"] or "" for row in test]
            figure = f"{top(found, wanted):.1f} ({top(found, wanted, 3):.1f})"
            lines.append(Line(f"own_shop, both languages -> {language}: top-1 (top-3){name}", figure, least, aim))
    return lines


def alone(_: Any) -> list[Line]:
    """Without an encoder."""
    test = pairs("banking77/test")
    return [
        Line(f"words alone, BANKING77 {shots}-shot: top-1", f"{test_part('', pairs(f'banking77/train_{shots}'), test, None):.1f}")
        for shots in (5, 10)
    ]


def certainty() -> list[Line]:
    made = json.loads(confidence.FILE.read_text("utf-8"))["made"]
    return [
        Line(f'AUROC of "the top answer is right" on {name}, never seen', f"{found['both']:.3f} (words alone {found['alone']:.3f})")
        for name, found in made["auroc_on_data_never_seen"].items()
    ]
