"""Byte code without docstrings, for the dependencies: nobody asks them for help in a function, and their manuals are a good part of what
goes up and is loaded. Asserts stay. Run as a program of its own, under a fixed hash seed: the order of sets is part of the code.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[attr-defined]
from pathlib import Path

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def compile_bare(folder: Path, runs_in: str) -> None:
    """Beside each module what Python loads instead of it, never checked against its source again. Raises SyntaxError."""
    for path in sorted(folder.rglob("*.py")):
        source = path.read_bytes()
        name = f"{runs_in}/{path.relative_to(folder).as_posix()}"
        code = compile(without_docstrings(source), name, "exec", dont_inherit=True)
        target = Path(importlib.util.cache_from_source(str(path)))
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))


def without_docstrings(source: bytes) -> ast.Module:
    """An empty text stays in the place of each, as some code looks whether there is one."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            if isinstance(first, ast.Expr):
                first.value = ast.copy_location(ast.Constant(""), first.value)
    return tree


if __name__ == "__main__":
    compile_bare(Path(sys.argv[1]), sys.argv[2])
