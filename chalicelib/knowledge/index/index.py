"""The searchable form of all articles: built once when they are published, never changed, named by its content.

Stored as the files of `FILES` under `versions/<version>/`; the object `current.json` = {"version": …} says which one counts.
Numpy is imported only where an index is built or read: those who only move pointers do without.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from chalicelib.errors import BadRequest
from chalicelib.knowledge.articles.article import Article
from chalicelib.knowledge.articles.example import Example
from chalicelib.knowledge.encoder.encoder import Encoder
from chalicelib.knowledge.encoder.passage_encoder import PassageEncoder

if TYPE_CHECKING:
    from chalicelib.knowledge.index.passages import Passages
    from chalicelib.knowledge.index.wordings import Wordings

FORMAT = 4  # raise it with every change of words.py or of the layout below
WITHOUT_PASSAGES = 3  # the format before: it is read until something is published, as it only lacks the passages
POINTER = "current.json"
ARTICLES, ARRAYS = FILES = ("articles.json.gz", "wordings.safetensors")


class BadIndex(BadRequest):
    """The stored index cannot be read or has another format: publish again with this version of Baton."""

    code = "bad_index"


@dataclass(frozen=True, slots=True)
class Index:
    """`articles`: id -> language -> article. `wordings`: all ways to ask for them; `passages`: of their texts. `until`: when (Unix ms) the
    newest of the examples was made; whatever is newer is fresh."""

    version: str
    articles: dict[str, dict[str, Article]]
    wordings: Wordings
    passages: Passages
    until: int = 0

    def with_fresh(self, examples: Iterable[Example]) -> Index:
        """The same with examples that are newer than it: they take part at once, as neighbours."""
        from chalicelib.knowledge.index import wordings

        return replace(self, wordings=wordings.with_fresh(self.wordings, [(one.article, one.text) for one in examples]))


class Built(NamedTuple):
    """`files`: by name, to be stored under the version."""

    version: str
    files: dict[str, bytes]


def key(version: str, name: str) -> str:
    """Where a version's file lies in the knowledge bucket."""
    return f"versions/{version}/{name}"


def build(
    articles: Sequence[Article],
    examples: Sequence[Example] = (),
    encoder: Encoder | None = None,
    passage_encoder: PassageEncoder | None = None,
    before: Passages | None = None,
) -> Built:
    """Of articles without problems and of examples, some of which may have article "" (none fits); the same ones in any order have
    the same version. Without encoders words alone decide. `before`: what was published last; its passages' vectors are used again."""
    from chalicelib.knowledge.index import arrays, passages, wordings

    ordered = sorted(articles, key=lambda a: (a.id, a.language))
    known = {a.id for a in ordered} | {""}
    asked = [(a.id, text) for a in ordered for text in (a.title, *a.examples)]
    asked += sorted((one.article, one.text) for one in examples if one.article in known)
    asked = [pair for pair in dict.fromkeys(asked) if pair[1].strip()]
    content = {
        "format": FORMAT,
        "articles": [asdict(a) for a in ordered],
        "encoder": [encoder.name, encoder.version] if encoder else None,
        "passages": [passages.named(encoder), passages.named(passage_encoder)],
    }
    version = sha256(_packed({**content, "asked": asked})).hexdigest()[:16]
    made = wordings.build(asked, encoder)
    content["until"] = max((one.at for one in examples), default=0)
    content |= {"ids": made.ids, "vocabulary": made.words.spelling.words, "unknown": made.words.unknown}
    told = passages.build(ordered, encoder, passage_encoder, before)
    stored = arrays.packed(wordings.to_arrays(made) | passages.to_arrays(told))
    return Built(version, {ARTICLES: gzip.compress(_packed(content), mtime=0), ARRAYS: stored})


def _packed(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(version: str, files: Mapping[str, bytes], encoder: Encoder | None = None, passage_encoder: PassageEncoder | None = None) -> Index:
    """An encoder that did not make the index is left aside. Raises BadIndex for anything that `build` of this FORMAT, or of the one before,
    did not make."""
    from chalicelib.knowledge.index import arrays, passages, wordings

    try:
        content = json.loads(gzip.decompress(files[ARTICLES]))
        if content["format"] not in (FORMAT, WITHOUT_PASSAGES):
            raise BadIndex(f"index {version} has format {content['format']}, this bot reads {FORMAT}")
        ordered = [Article(**{**fields, "examples": tuple(fields["examples"])}) for fields in content["articles"]]
        articles: dict[str, dict[str, Article]] = {}
        for article in ordered:
            articles.setdefault(article.id, {})[article.language] = article
        stored = arrays.unpacked(files[ARRAYS])
        made = wordings.from_arrays(content["ids"], content["vocabulary"], content["unknown"], stored)
        if content["format"] == WITHOUT_PASSAGES:
            told = passages.build(ordered, None, None)
        else:
            told = passages.from_arrays(ordered, content["passages"], stored, encoder, passage_encoder)
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadIndex(f"index {version} cannot be read: {type(error).__name__}: {error}") from error
    return Index(version, articles, replace(made, encoder=_fitting(encoder, content["encoder"], version)), told, content["until"])


def _fitting(encoder: Encoder | None, made_by: Sequence[str] | None, version: str) -> Encoder | None:
    if made_by and (encoder is None or [encoder.name, encoder.version] != list(made_by)):
        from chalicelib.observability import log

        log.warning("index of another encoder: words alone", version=version, made_by=" ".join(made_by))
        return None
    return encoder if made_by else None


def pointer(version: str) -> bytes:
    """The content of the pointer object."""
    return json.dumps({"version": version}).encode()


def pointed(content: bytes) -> str:
    """The version that a pointer object names. Raises BadIndex."""
    try:
        version: Any = json.loads(content)["version"]
    except (ValueError, LookupError, TypeError) as error:
        raise BadIndex(f"{POINTER} is not readable: {error}") from error
    if not isinstance(version, str) or not version.isalnum():
        raise BadIndex(f"{POINTER} names no version")
    return version
