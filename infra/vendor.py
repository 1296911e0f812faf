"""The few foreign scripts that are kept in the repository: what they are, and how to fetch them again.

`python -m infra vendor` packs each pinned release with npm, refuses it unless its sha512 is the one noted here, and
copies the named files. Nothing of it is built or changed.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
NPM = Path(sys.executable).with_name("npm")  # of requirements-dev.txt


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned release; `files` maps paths inside it to paths inside the repository."""

    name: str
    version: str
    sha512: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "htm",
        "3.1.1",
        "983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
        {
            "package/preact/standalone.module.js": "chalicelib/web/vendor/preact.js",  # htm, preact and its hooks in one
            "package/LICENSE": "chalicelib/web/vendor/LICENSE-htm",
        },
    ),
    Package(
        "preact",
        "10.5.13",
        "q/vlKIGNwzTLu+jCcvywgGrt+H/1P/oIRSD6mV4ln3hmlC+Aa34C7yfPI4+5bzW8pONyVXYS7SvXosy2dKKtWQ==",
        {"package/LICENSE": "chalicelib/web/vendor/LICENSE-preact"},  # its code is inside htm's standalone file
    ),
    Package(
        "axe-core",
        "4.11.1",
        "BASOg+YwO2C+346x3LZOeoovTIoTrRqEsqMa6fmfAV0P+U9mFr9NsyOEpiYvFjbc64NMrSswhV50WdXzdb/Z5A==",
        {
            "package/axe.min.js": "tests/browser/vendor/axe.min.js",
            "package/LICENSE": "tests/browser/vendor/LICENSE-axe-core",
        },
    ),
)


@click.command()
def vendor() -> None:
    """Fetch the vendored scripts of browsers and tests again, each verified."""
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            _copy(package, _fetched(package, Path(folder)))
        click.echo(f"{package.name} {package.version}")


def _fetched(package: Package, folder: Path) -> Path:
    """The release's archive. Raises click.ClickException if it is not the one that was pinned."""
    wanted = f"{package.name}@{package.version}"
    subprocess.run([NPM, "pack", "--silent", wanted], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != package.sha512:
        raise click.ClickException(f"{wanted} is not what was pinned: its sha512 is {found}")
    return archive


def _copy(package: Package, archive: Path) -> None:
    with tarfile.open(archive) as tar:
        for inside, target in package.files.items():
            source = tar.extractfile(inside)
            if source is None:
                raise click.ClickException(f"{package.name} {package.version} has no file {inside}")
            (ROOT / target).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / target).write_bytes(source.read())


if __name__ == "__main__":
    vendor()
