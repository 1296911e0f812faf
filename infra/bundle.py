"""The archive that every function runs from: our code, Chalice's runtime and the pinned dependencies, cut and compiled.

Lambda's code folder is read-only, so whatever is not compiled here is compiled again by every cold start; and the
first AWS client parses botocore's list of all services' addresses. Both are settled here, once. The same sources make
the same bytes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Literal

import chalice
from packaging.requirements import Requirement

from infra import services, slim, yaml_data
from infra.errors import DeployError

Target = Literal["aws", "local"]

# What Lambda's python3.11 (Amazon Linux 2, glibc 2.26) on arm64 can load.
AWS_PLATFORMS = ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_26_aarch64")

ROOT = Path(__file__).resolve().parent.parent
RUNS_IN = "/var/task"
EPOCH = (1980, 1, 1, 0, 0, 0)
STRAY = re.compile(r"(^|/)(__pycache__|tests?|\.[^/]*)(/|$)|\.(pyc|pyo|orig|rej|swp|d\.ts)$|~$")
INSTALL_NOTES = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def sources(root: Path) -> Iterator[tuple[str, Path]]:
    """Our own files as (name in the archive, path), sorted; without caches, tests, editors' leftovers and what only checkers read."""
    yield "app.py", root / "app.py"
    for path in sorted((root / "chalicelib").rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not STRAY.search(name):
            yield name, path


def write_archive(root: Path, target: Target, cache: Path, work: Path, archive: Path) -> None:
    """Makes the archive; `cache` keeps compiled dependencies, `work` is an empty folder. Raises DeployError."""
    dependencies = _dependencies(root / "requirements.txt", target, cache)
    for name, path in sources(root):
        _place(path, work / name)
    yaml_data.pack(work / "chalicelib")
    for name in ("__init__.py", "app.py"):  # the two files that Chalice itself would add
        _place(Path(chalice.__file__).parent / name, work / "chalice" / name)
    compile_all(work)
    pack([dependencies, work], archive)


def _dependencies(requirements: Path, target: Target, cache: Path) -> Path:
    """The folder with installed, cut and compiled dependencies; made once per list, target and recipe."""
    files = (requirements, Path(__file__), Path(services.__file__), Path(slim.__file__))
    recipe = (*(file.read_bytes() for file in files), target.encode(), sys.version.encode())
    folder = cache / f"dependencies-{sha256(b'|'.join(recipe)).hexdigest()[:24]}"
    if not folder.exists():
        made = folder.with_suffix(f".{os.getpid()}")
        shutil.rmtree(made, ignore_errors=True)
        install(requirements, target, made)
        _require_complete(made)
        _cut(made)
        compile_all(made)
        without_sources(made)
        try:
            made.rename(folder)
        except OSError:  # somebody else was faster
            shutil.rmtree(made)
        forget_old(cache, "dependencies-*", 6)
    os.utime(folder)
    return folder


def forget_old(cache: Path, pattern: str, kept: int) -> None:
    """Removes what was made by recipes of before, but for what was used last."""
    with suppress(FileNotFoundError):  # somebody else is forgetting them, too
        for old in sorted(cache.glob(pattern), key=lambda path: path.lstat().st_mtime)[:-kept]:
            if old.is_dir() and not old.is_symlink():
                shutil.rmtree(old, ignore_errors=True)
            else:
                old.unlink()


def install(requirements: Path, target: Target, folder: Path) -> None:
    """Wheels only, and only those named: a list that is not complete is an error and never a surprise. Raises DeployError."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    platform = ["--python-version", version, "--implementation", "cp", *(f"--platform={p}" for p in AWS_PLATFORMS)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"]
    command += ["--only-binary=:all:", "--target", str(folder), "-r", str(requirements), *(platform if target == "aws" else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(
            f"the dependencies cannot be installed for {target}:\n{done.stderr.strip()[-1500:]}",
            f"check {requirements.name} (pinned, with wheels for this target) and the connection to the package index",
        )


def _require_complete(folder: Path) -> None:
    found = {_plain(d.metadata["Name"]): d for d in map(PathDistribution, folder.glob("*.dist-info"))}
    wanted = (Requirement(text) for d in found.values() for text in d.requires or ())
    missing = sorted({str(r) for r in wanted if _applies(r) and not _satisfied(r, found)})
    if missing:
        raise DeployError(f"requirements.txt lacks {', '.join(missing)}", "add them with their versions")


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _satisfied(requirement: Requirement, found: dict[str, PathDistribution]) -> bool:
    has = found.get(_plain(requirement.name))
    return has is not None and requirement.specifier.contains(has.version, prereleases=True)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _cut(folder: Path) -> None:
    """Takes away what no function needs; licences stay."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.name in INSTALL_NOTES or STRAY.search(path.relative_to(folder).as_posix()):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    shutil.rmtree(folder / "bin", ignore_errors=True)
    services.cut(folder / "botocore" / "data")
    slim.slim(folder)


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def without_sources(folder: Path) -> None:
    """Python reads byte code that lies in its module's place; others' lines in a traceback are not worth megabytes of every cold start."""
    for source in folder.rglob("*.py"):
        (compiled,) = source.parent.glob(f"__pycache__/{source.stem}.*.pyc")
        compiled.rename(source.with_suffix(".pyc"))
        source.unlink()
    for caches in sorted(folder.rglob("__pycache__")):
        shutil.rmtree(caches)


def compile_all(folder: Path, runs_in: str = RUNS_IN) -> None:
    """Byte code that is never checked against its source again. The fixed hash seed makes it the same each time. Raises DeployError."""
    options = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", runs_in]
    _compiled(["-m", "compileall", *options, str(folder)])


def _compiled(command: list[str]) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONHASHSEED": "0"}
    done = subprocess.run([sys.executable, *command], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeployError(f"the code does not compile:\n{(done.stdout + done.stderr).strip()[-1500:]}")


def pack(folders: list[Path], archive: Path, level: int = 9) -> None:
    """Sorted, with one fixed time and mode: same content, same bytes."""
    files = {path.relative_to(folder).as_posix(): path for folder in folders for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as made:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            made.writestr(info, files[name].read_bytes())
