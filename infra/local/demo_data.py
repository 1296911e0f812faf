"""What a new local installation begins with: articles that the bot knows, and two people who can sign in."""

import json
import secrets
from pathlib import Path
from typing import TypedDict

from infra.cloud import Cloud
from infra.users import add_user

ARTICLES = Path(__file__).parent.parent / "demo" / "knowledge"
PEOPLE = (
    ("agent@demo.example", "Ann Agent", "agents", "agent"),
    ("supervisor@demo.example", "Sam Supervisor", "supervisors", "supervisor"),
)


class Login(TypedDict):
    """How one of the people signs in to the console."""

    email: str
    password: str
    role: str


def load(cloud: Cloud, folder: Path, outputs: dict[str, str]) -> list[Login]:
    """Publish the articles and let the people in, with passwords made at random once."""
    from infra import knowledge

    if not knowledge.published(cloud, outputs):  # later, what was edited here counts
        knowledge.push(cloud, outputs, ARTICLES)
    logins = _logins(folder / "logins.json")
    for login, (email, name, group, _) in zip(logins, PEOPLE, strict=True):
        add_user(cloud, outputs["UserPool"], email, group, name=name, password=login["password"])
    return logins


def _logins(memory: Path) -> list[Login]:
    if memory.exists():
        kept: list[Login] = json.loads(memory.read_text())
        return kept
    made: list[Login] = [{"email": email, "password": _password(), "role": role} for email, _, _, role in PEOPLE]
    memory.touch(0o600)
    memory.write_text(json.dumps(made, indent=1))
    return made


def _password() -> str:
    """Good enough for any policy of the user pool, and possible to type."""
    return "-".join(secrets.token_hex(2) for _ in range(4)) + "-Aa1"
