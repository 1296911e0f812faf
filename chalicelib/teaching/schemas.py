"""Schemas of how people teach the bot: verdicts, reviews, gaps, what was learned."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from chalicelib.schemas import Milliseconds, Request, SparseView, View

Text = Annotated[str, Meta(max_length=20_000)]
Name = Annotated[str, Meta(max_length=200)]
Examples = Annotated[list[Text], Meta(max_length=100)]


class VerdictRequest(Request):
    """`article` with `better`; `review`: it was on the list of reviews."""

    verdict: Literal["right", "wrong", "escalate", "better"]
    article: Name = ""
    review: bool = False


class VerdictTaken(SparseView):
    """`learned`: the wording that became an example, or empty."""

    verdict: str
    by: str
    at: Milliseconds
    article: str = ""
    learned: str | None = None


class SearchQuery(Request):
    """`q`: what was typed. `message`: the answer of the bot that is judged; without it what came to people is meant."""

    q: Annotated[str, Meta(max_length=1_000)] = ""
    message: Annotated[str, Meta(max_length=1_000)] = ""


class ArticleTitles(View):
    """An article by its titles, in each language."""

    id: str
    titles: dict[str, str]


class ArticleChoices(View):
    """`question`: what would be learned; `near`: the three that come nearest to it; `found`: by title."""

    question: str
    near: list[ArticleTitles]
    found: list[ArticleTitles]


class Review(View):
    """An answer that is to be judged: drawn at random, or picked by a customer among offers. `question` is masked."""

    id: str
    conversation: str
    message: str
    at: Milliseconds
    kind: Literal["sample", "pick"]
    question: str
    answer: str
    article: str
    confidence: float
    language: str


class Estimate(View):
    """The share of right answers, from `lower` to `upper` with 95 % certainty."""

    precision: float
    lower: float
    upper: float
    reviewed: int


class ThresholdChange(View):
    """How sure the bot must be from then on, and why."""

    at: Milliseconds
    answer: float
    before: float
    why: str
    precision: float = 0.0
    lower: float = 0.0
    outcomes: int = 0


class Reviews(View):
    """What waits to be judged, what the reviews so far say of all answers, and how sure the bot must be."""

    reviews: list[Review]
    estimate: Estimate | None
    target: float
    thresholds: list[ThresholdChange]


class GapsQuery(Request):
    """ "" for all of them."""

    state: Literal["open", "approved", "assigned", "rejected", ""] = "open"


class GapSample(View):
    """How it was asked once, masked."""

    text: str
    language: str
    at: Milliseconds
    conversation: str


class Gap(View):
    """A question that keeps coming and that no article answers, with the draft of one. `edited`: who took the draft over."""

    id: str
    count: int
    first_at: Milliseconds
    last_at: Milliseconds
    samples: list[GapSample]
    replies: list[str]
    language: str
    title: str
    body: str
    edited: str
    state: Literal["open", "approved", "assigned", "rejected"]
    article: str
    decided_by: str
    decided_at: Milliseconds
    decided_count: int
    version: int


class Gaps(View):
    """What is asked most first. `once`: how many were asked only once; `more`: how many are not shown."""

    gaps: list[Gap]
    once: int
    more: int


class GapChange(Request):
    """The draft is theirs from now on."""

    title: Text = ""
    body: Annotated[str, Meta(max_length=60_000)] = ""
    language: Name = ""


class GapApproval(Request):
    """`article` has the fields of an article, with `id` and `language`."""

    article: dict[str, Any]
    examples: Examples = field(default_factory=list)


class GapAssignment(Request):
    """The article that answers it already."""

    article: Name
    examples: Examples = field(default_factory=list)


class LearningOrdered(View):
    """It takes seconds to minutes; then the report stands in the list."""

    release: str
    at: Milliseconds


class Lesson(SparseView):
    """What was learned at a time. `failed`: steps that did not succeed. `examples`: {"count", "list"}; `gaps`: {"questions", "found",
    "grown", "once"}; `threshold`: as in reviews; `release`: the index that was built, with `changes`; `quarantined`: examples that made
    answers worse."""

    id: str
    at: Milliseconds
    by: str = ""
    ended_at: Milliseconds = 0
    examples: dict[str, Any] | None = None
    gaps: dict[str, Any] | None = None
    threshold: dict[str, Any] | None = None
    release: dict[str, Any] | None = None
    quarantined: list[dict[str, Any]] | None = None
    failed: list[str] | None = None


class Lessons(View):
    """The newest first."""

    reports: list[Lesson]
