"""Schemas of what the bot knows: articles, examples, lists to import, versions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType, structs

from chalicelib.schemas import Milliseconds, Request, View

Name = Annotated[str, Meta(max_length=200)]
Line = Annotated[str, Meta(max_length=4_000)]
Do = Literal["preview", "publish", "rollback", "learn"]
ReleaseState = Literal["ordered", "running", "done", "failed"]
Day = Annotated[str, Meta(max_length=40, description="An ISO date, or empty.")]


class ArticlesQuery(Request):
    """All the words must be in titles, texts or examples."""

    words: Annotated[str, Meta(max_length=1_000)] = ""


class ArticleRow(View):
    """An article in a list; `examples`: how many it has."""

    id: str
    title: str
    titles: dict[str, str]
    queue: str
    audience: str
    valid_from: str
    valid_until: str
    examples: int
    changed_at: Milliseconds
    changed_by: str


class Articles(View):
    """By title; `more`: how many were left out."""

    articles: list[ArticleRow]
    more: int


class Article(View):
    """In one language. `body`: Markdown as it was written; `text` and `shown_short`: what customers read."""

    id: str
    language: str
    title: str
    body: str
    short: str
    queue: str
    audience: str
    link: str
    valid_from: str
    valid_until: str
    text: str
    shown_short: str
    version: int
    changed_at: Milliseconds
    changed_by: str


class Example(View):
    """One way in which customers ask for the article."""

    id: str
    text: str
    language: str
    article: str
    source: Literal["file", "import", "agent", "customer"]
    by: str
    at: Milliseconds


class WholeArticle(View):
    """In each of its languages, with all its examples."""

    id: str
    versions: list[Article]
    examples: list[Example]


class ArticleText(Request):
    """`version`: the one that it was made from, 0 for a new one."""

    title: Line = ""
    body: Annotated[str, Meta(max_length=60_000)] = ""
    short: Line = ""
    queue: Name = ""
    audience: Name = ""
    link: Line = ""
    valid_from: Day = ""
    valid_until: Day = ""
    version: Annotated[int, Meta(ge=0, le=10**15)] = 0
    id: Name = ""
    language: Name = ""


def fields(text: ArticleText) -> dict[str, Any]:
    """By name."""
    return structs.asdict(text)


class VersionQuery(Request):
    """The version that is deleted: another one is refused."""

    version: Annotated[int, Meta(ge=0, le=10**15)] = 0


class ShownArticle(View):
    """What customers would read. `segments`: of `short`, as a text message; `problems`: each as "field: what to do"."""

    text: str
    short: str
    segments: int
    problems: list[str]


class ExampleRequest(Request):
    """A wording that asks for the article."""

    text: Annotated[str, Meta(min_length=1, max_length=4_000)]
    language: Name = ""


class ImportRequest(Request):
    """A list of articles as a file, in base64. With `preview` nothing is stored."""

    name: Line
    content: str
    preview: bool = False


class Imported(View):
    """`given`: articles of the list; `articles`: new or changed ones; `examples`: new ones."""

    given: int
    articles: int
    examples: int


class PublishRequest(Request):
    """With `preview` only what would change is found out."""

    preview: bool = False


class RollbackRequest(Request):
    """The version that counts again."""

    version: Name


class AnswerSeen(View):
    """`sure`: the bot would answer with it."""

    article: str
    title: str
    confidence: float
    sure: bool


class QuestionChanged(View):
    """A real question that is answered otherwise; `worse`: not as people said it is right."""

    question: str
    kind: Literal["gained", "changed", "reworded", "lost"]
    worse: bool
    before: AnswerSeen
    after: AnswerSeen


class ArticleChanged(View):
    """What happened to an article."""

    id: str
    language: str
    title: str
    kind: Literal["added", "removed", "changed"]


class Untold(View):
    """A wording asks for words that the article's text does not tell."""

    article: str
    language: str
    wording: str
    missing: list[str]


class ReleaseFacts(View):
    """`ordered`, then carried out. `version`: the index that was made, or is gone back to; `switched`: the bot uses it since."""

    id: str
    do: Do
    state: ReleaseState
    by: str
    at: Milliseconds
    ended_at: Milliseconds
    version: str
    before: str
    switched: bool
    examples: int
    counts: dict[str, int]
    error: str


class Release(ReleaseFacts):
    """A release in a list; `articles`: how many it has."""

    articles: int


class ReleaseOpened(ReleaseFacts):
    """A release and, once it is done and for thirty days, what it changed: then `articles` lists them."""

    articles: int | list[ArticleChanged]
    questions: list[QuestionChanged] | UnsetType = UNSET
    untold: list[Untold] | UnsetType = UNSET


class Versions(View):
    """`current`: the one that counts; the newest fifty releases."""

    current: str
    versions: list[Release]
