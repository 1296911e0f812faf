"""The API of what the bot knows: every agent may read it, supervisors write and publish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.errors import BadArticle, BadList, Conflict, NotFound, TooLarge
from chalicelib.governance.endpoints import Endpoints
from chalicelib.observability import now
from chalicelib.teaching import library_schemas as schemas

if TYPE_CHECKING:
    from chalicelib.governance.roster import Agent

api = Endpoints(__name__)
LONGEST_IMPORT = 4_000_000  # bytes of a request; the gateway takes little more


@api.get("/knowledge/articles", query=schemas.ArticlesQuery, response=schemas.Articles)
def articles(agent: Agent, query: schemas.ArticlesQuery) -> Any:
    """Articles that hold all the words; at most 200."""
    from chalicelib.teaching import library

    return library.find(query.words)


@api.get("/knowledge/articles/{article_id}", response=schemas.WholeArticle)
def article(agent: Agent, article_id: str) -> Any:
    """An article in each of its languages."""
    from chalicelib.teaching import library

    return library.read(article_id)


@api.put(
    "/knowledge/articles/{article_id}/{language}",
    who="supervisor",
    body=schemas.ArticleText,
    response=schemas.Article,
    errors=(Conflict, BadArticle),
)
def write(agent: Agent, article_id: str, language: str, body: schemas.ArticleText) -> Any:
    """Write an article in one language. 409: somebody was faster; 400 `bad_article` tells every mistake."""
    from chalicelib.teaching import library

    return library.write(agent, article_id, language, schemas.fields(body), now())


@api.delete("/knowledge/articles/{article_id}/{language}", who="supervisor", query=schemas.VersionQuery, status=204, errors=(Conflict,))
def delete(agent: Agent, article_id: str, language: str, query: schemas.VersionQuery) -> None:
    """Delete it in this language; its examples in that language go along, with the last language all."""
    from chalicelib.knowledge.articles import store

    store.delete_article(article_id, language, query.version)


@api.post("/knowledge/shown", who="supervisor", body=schemas.ArticleText, response=schemas.ShownArticle, errors=(BadArticle,))
def shown(agent: Agent, body: schemas.ArticleText) -> Any:
    """What customers would read; nothing is stored."""
    from chalicelib.teaching import library

    return library.show(schemas.fields(body))


@api.post(
    "/knowledge/articles/{article_id}/examples",
    who="supervisor",
    body=schemas.ExampleRequest,
    response=schemas.Example,
    status=201,
    errors=(Conflict,),
)
def add_example(agent: Agent, article_id: str, body: schemas.ExampleRequest) -> Any:
    """Add a wording. 409: the article has it already."""
    from chalicelib.teaching import library

    return library.add_example(agent, article_id, body.text, body.language, now())


@api.delete("/knowledge/examples/{example_id}", who="supervisor", status=204)
def remove_example(agent: Agent, example_id: str) -> None:
    """Take a wording away."""
    from chalicelib.knowledge.articles import store

    store.remove_example(example_id)


@api.post(
    "/knowledge/import",
    who="supervisor",
    body=schemas.ImportRequest,
    response=schemas.Imported,
    errors=(BadArticle, BadList, TooLarge),
    longest=LONGEST_IMPORT,
)
def import_list(agent: Agent, body: schemas.ImportRequest) -> Any:
    """Take over a list of articles. 400 `bad_list` tells every mistake with its line, and nothing is stored."""
    from chalicelib.teaching import library

    return library.import_list(agent, body.name, body.content, now(), preview=body.preview)


@api.post("/knowledge/publish", who="supervisor", body=schemas.PublishRequest, response=schemas.Release, status=202)
def publish(agent: Agent, body: schemas.PublishRequest) -> Any:
    """What is written becomes what the bot knows, or only what that would change is found out."""
    from chalicelib.knowledge.index import releases

    return releases.order("preview" if body.preview else "publish", agent.id, now())


@api.post("/knowledge/rollback", who="supervisor", body=schemas.RollbackRequest, response=schemas.Release, status=202)
def rollback(agent: Agent, body: schemas.RollbackRequest) -> Any:
    """An earlier version counts again."""
    from chalicelib.knowledge.index import releases

    return releases.order("rollback", agent.id, now(), version=body.version)


@api.get("/knowledge/versions", who="supervisor", response=schemas.Versions)
def versions(agent: Agent) -> Any:
    """What was published, previewed and rolled back."""
    from chalicelib.knowledge.index import bucket, releases

    return {"current": bucket.current(), "versions": releases.latest()}


@api.get("/knowledge/versions/{release_id}", who="supervisor", response=schemas.ReleaseOpened)
def version(agent: Agent, release_id: str) -> Any:
    """A release and what it changed."""
    from chalicelib.knowledge.index import bucket, releases

    release = releases.get(release_id)
    try:
        compared = bucket.load_json(releases.comparison(release.id)) if release.state == "done" else {}
    except NotFound:
        compared = {}  # forgotten after a month
    return releases.view(release, **compared)
