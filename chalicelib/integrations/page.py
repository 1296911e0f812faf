"""The descriptions as a page to read: rendered on the server, without scripts. In English, as the names in it are. Pure."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

Json = dict[str, Any]
_HERE = Path(__file__).parent
_STYLE = (_HERE / "reference.css").read_text(encoding="utf-8")
_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def rendered(http: Json, sockets: Json) -> str:
    """HTML of an OpenAPI and an AsyncAPI description."""
    schemas = http["components"]["schemas"] | sockets["components"]["schemas"]
    style = Markup(_STYLE)  # noqa: S704 - our own file
    return _template().render(http=http, groups=_groups(http), sockets=sockets, schemas=dict(sorted(schemas.items())), style=style)


def shape(schema: Json) -> Markup:
    """A schema in a few words, with links to those that it names."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" or ").join(shape(one) for one in schema["anyOf"])
    if "enum" in schema:
        return Markup(" | ").join(Markup("<code>{}</code>").format(value or '""') for value in schema["enum"])
    if "const" in schema:
        return Markup("<code>{}</code>").format(schema["const"])
    if schema.get("type") == "array":
        return Markup("list of ") + (shape(schema["items"]) if schema.get("items") else "anything")
    return escape(_plain(schema))


_NAMES = {"string": "text", "integer": "whole number", "boolean": "true or false"}
_BOUNDS = {
    "minLength": "{} characters at least",
    "maxLength": "{} characters at most",
    "minimum": "from {}",
    "maximum": "to {}",
    "pattern": "as {}",
}


def _plain(schema: Json) -> str:
    kind = str(schema.get("type", "anything"))
    return ", ".join([_NAMES.get(kind, kind), *(words.format(schema[name]) for name, words in _BOUNDS.items() if name in schema)])


def marked(text: str) -> Markup:
    """Plain text whose `names` stand out."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts))


def named(reference: Json) -> str:
    """What a $ref ends with."""
    return str(reference["$ref"]).rpartition("/")[2]


def _groups(http: Json) -> dict[str, list[Json]]:
    """By tag: each operation with its method and path."""
    found: dict[str, list[Json]] = {tag["name"]: [] for tag in http["tags"]}
    for path, methods in http["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].append({"method": method.upper(), "path": path, **operation})
    return found


@cache
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(shape=shape, marked=marked, named=named)
    return environment.get_template("reference.html")
