"""`python -m infra client`: a typed Python client of the API, made from its own description by openapi-python-client into build/client.

It is made anew when the description has changed. Whoever uses it calls `ready` first; type checkers and tests find it by pyproject.toml.
"""

from __future__ import annotations

import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path
from subprocess import CalledProcessError, run
from tempfile import TemporaryDirectory

import click

from infra.errors import DeployError

FOLDER = Path("build") / "client"
PACKAGE = "baton_client"
_CONFIG = {"package_name_override": PACKAGE, "post_hooks": [], "literal_enums": True}


def ready(folder: Path = FOLDER) -> Path:
    """The folder that holds the package, which can be imported from now on. Raises DeployError if it cannot be made."""
    description = described()
    mark = folder / "description.sha256"
    wanted = sha256(description.encode()).hexdigest()
    if not mark.is_file() or mark.read_text() != wanted:
        _generate(description, folder)
        mark.write_text(wanted)
    if str(folder.resolve()) not in sys.path:
        sys.path.insert(0, str(folder.resolve()))
    return folder


def described() -> str:
    """The OpenAPI document, as JSON."""
    import app
    from chalicelib.integrations import openapi
    from chalicelib.web.routes import VERSION

    return json.dumps(openapi.document(openapi.routes(app.app.routes), VERSION), sort_keys=True)


def _generate(description: str, folder: Path) -> None:
    """Warnings are failures: what the generator leaves out, a caller would miss."""
    with TemporaryDirectory() as scratch:
        source, config = Path(scratch, "openapi.json"), Path(scratch, "config.json")
        source.write_text(description)
        config.write_text(json.dumps(_CONFIG))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        generator = Path(sys.executable).with_name("openapi-python-client")
        where = ["--path", str(source), "--config", str(config), "--output-path", str(folder / PACKAGE)]
        try:
            run([str(generator), "generate", *where, "--meta", "none", "--fail-on-warning"], check=True, capture_output=True, text=True)
        except (CalledProcessError, FileNotFoundError) as error:
            why = f"{error.stdout}{error.stderr}" if isinstance(error, CalledProcessError) else str(error)
            raise DeployError(f"no client could be made of the description: {why[-600:]}", "mend the schema that it names") from error
    (folder / PACKAGE / "py.typed").touch()


@click.command()
def command() -> None:
    """Make the typed client of the API in build/client."""
    click.echo(f"{ready()}: {sum(1 for _ in FOLDER.rglob('*.py'))} modules")
