"""Conditions that a manager writes, such as `asked_for_person and tier == "vip"`: checked with types, then evaluated. Pure.

simpleeval evaluates; of its language only what stands in `_ALLOWED` is left: facts, texts, numbers, comparisons, and, or, not,
in, and calls of the given functions. No attributes, no arithmetic, no loops: a condition ends, soon, and changes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from simpleeval import DEFAULT_OPERATORS, EvalWithCompoundTypes

from chalicelib.errors import BadRequest

LONGEST = 500  # characters
Kind = Literal["yes or no", "number", "text", "list", "unknown"]

_ALLOWED = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Name, ast.Load, ast.Constant),
    *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.List, ast.Tuple, ast.Call),
)
_OPERATORS = {sign: work for sign, work in DEFAULT_OPERATORS.items() if sign in _ALLOWED}
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in"}


class BadExpression(BadRequest):
    """A condition with mistakes; the message lists them, a line each."""


@dataclass(frozen=True, slots=True)
class Function:
    """`takes`: the kind of its arguments, one to `most` of them; a number is a whole one from 1 to `top`."""

    takes: Kind
    gives: Kind
    most: int = 1
    top: int = 0


@dataclass(frozen=True, slots=True)
class Language:
    """What a condition may speak of: facts with their kinds, for some of them all values that there are, and functions."""

    facts: Mapping[str, Kind]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)


class Evaluation(EvalWithCompoundTypes):  # type: ignore[misc]
    """simpleeval without all that no condition needs; for the conditions of one message."""

    def __init__(self, facts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(operators=_OPERATORS, functions=dict(functions), names=facts)
        self.nodes: dict[type, Any] = {node: handler for node, handler in self.nodes.items() if node in _ALLOWED}


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked condition. `names`: the facts and functions in it, in their order."""

    text: str
    tree: Any
    names: tuple[str, ...]

    def holds(self, among: Evaluation) -> bool:
        return bool(among.eval(self.text, self.tree))


def because(expression: Expression, among: Evaluation) -> list[str]:
    """Why a condition holds, or why not: the smallest parts of it that made it so, each with what the fact is."""
    return list(dict.fromkeys(_because(expression.tree, among)))


def _because(node: ast.AST, among: Evaluation) -> Iterator[str]:
    """Of an `and` that fails the first part that fails, of an `or` that fails all of them; the other way round where they hold."""
    if isinstance(node, ast.BoolOp):
        holds = bool(among.eval("", node))
        parts = [part for part in node.values if bool(among.eval("", part)) == holds]
        one_is_enough = isinstance(node.op, ast.Or) == holds
        for part in parts[:1] if one_is_enough else parts:
            yield from _because(part, among)
    elif isinstance(node, ast.UnaryOp):
        yield from _because(node.operand, among)
    elif isinstance(node, ast.Compare):
        for part in (node.left, *node.comparators):
            if not isinstance(part, ast.Constant | ast.List | ast.Tuple):
                yield f"{_text(part)} is {_shown(among.eval('', part))}"
    else:
        yield f"{_text(node)} is {_shown(among.eval('', node))}" if not isinstance(node, ast.Constant) else _text(node)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def parse(text: str, language: Language) -> Expression:
    """Raises BadExpression with every mistake: what is wrong and what to write instead."""
    if not isinstance(text, str) or not text.strip():
        raise BadExpression("the condition is missing")
    if len(text) > LONGEST:
        raise BadExpression(f"is longer than {LONGEST} characters: split it into two rules")
    try:
        tree = ast.parse(" ".join(text.split()), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise BadExpression(_unreadable(text, error)) from error
    mistakes = list(_Checker(language).mistakes(tree))
    if mistakes:
        raise BadExpression("\n".join(dict.fromkeys(mistakes)))
    names = (node.id for node in _walk(tree) if isinstance(node, ast.Name))
    return Expression(text, tree, tuple(dict.fromkeys(names)))


def meant(word: str, known: Iterable[str]) -> str:
    """What whoever wrote `word` may have meant, as the end of a message: the close one, or all that there are."""
    names = list(known)
    close = get_close_matches(word, names, 1, 0.6)
    return f'; did you mean "{close[0]}"?' if close else f"; use one of {', '.join(name or chr(34) * 2 for name in names)}"


def _unreadable(text: str, error: Exception) -> str:
    flat = " ".join(text.split())
    if isinstance(error, SyntaxError):
        at = flat[error.offset - 1 :][:20] if error.offset else ""
        place = f'near "{at}"' if at else "at its end"
        return f"cannot be read {place}: {error.msg}"
    return f"cannot be read: {error}"


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Depth first, in the order of the text."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _walk(child)


class _Checker:
    """Finds each mistake of one condition; `_kind` tells what a part gives and notes what is wrong with it."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.found: list[str] = []

    def mistakes(self, tree: ast.AST) -> list[str]:
        strange = [node for node in _walk(tree) if not isinstance(node, _ALLOWED)]
        if strange:
            return [f"{_named(strange[0])} cannot be used here; use facts, and, or, not, in, and ==, !=, <, <=, >, >="]
        self._require(tree, "yes or no", "the condition")
        return self.found

    def _kind(self, node: ast.AST) -> Kind:
        checks: Mapping[type, Callable[[Any], Kind]] = {
            ast.Name: self._fact,
            ast.Constant: self._constant,
            ast.BoolOp: self._both,
            ast.UnaryOp: self._sign,
            ast.Compare: self._compare,
            ast.Call: self._call,
        }
        check = checks.get(type(node))
        return check(node) if check else "list"

    def _fact(self, node: ast.Name) -> Kind:
        known = self.language.facts
        if node.id not in known:
            self.found.append(f"{node.id}: no such fact{self._instead_of(node.id)}")
        return known.get(node.id, "unknown")

    def _instead_of(self, name: str) -> str:
        if name in self.language.functions:
            return f"; write {name}(…) with brackets"
        is_value = any(name in choices for choices in self.language.choices.values())
        return f'; write "{name}" in quotes' if is_value else meant(name, self.language.facts)

    def _constant(self, node: ast.Constant) -> Kind:
        if isinstance(node.value, bool):
            return "yes or no"
        if isinstance(node.value, int | float):
            return "number"
        return "text" if isinstance(node.value, str) else "unknown"

    def _both(self, node: ast.BoolOp) -> Kind:
        for value in node.values:
            self._require(value, "yes or no", "and" if isinstance(node.op, ast.And) else "or")
        return "yes or no"

    def _sign(self, node: ast.UnaryOp) -> Kind:
        wanted: Kind = "yes or no" if isinstance(node.op, ast.Not) else "number"
        self._require(node.operand, wanted, "not" if wanted == "yes or no" else "-")
        return wanted

    def _compare(self, node: ast.Compare) -> Kind:
        left = node.left
        for sign, right in zip(node.ops, node.comparators, strict=True):
            self._pair(left, sign, right)
            left = right
        return "yes or no"

    def _pair(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> None:
        if isinstance(sign, ast.In | ast.NotIn):
            self._member(left, right)
            return
        kinds = self._kind(left), self._kind(right)
        if "unknown" in kinds:
            return
        if kinds[0] != kinds[1] or "list" in kinds:
            self._note(left, f"is a {kinds[0]}, and {_text(right)} is a {kinds[1]}: they cannot be compared")
        elif isinstance(sign, _ORDER) and kinds[0] != "number":
            self._note(left, f"is a {kinds[0]}: {_SIGNS[type(sign)]} needs a number")
        self._choice(left, right)
        self._choice(right, left)

    def _member(self, left: ast.expr, right: ast.expr) -> None:
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            self._note(left, 'in needs a list, such as ["a", "b"]')
            return
        kind = self._kind(left)
        for one in right.elts:
            if kind not in ("unknown", self._kind(one)):
                self._note(left, f"is a {kind}, and {_text(one)} is not")
            self._choice(left, one)

    def _choice(self, fact: ast.expr, value: ast.expr) -> None:
        """Facts with few values: one that there is not is a typo."""
        choices = self.language.choices.get(fact.id, ()) if isinstance(fact, ast.Name) else ()
        if choices and isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value not in choices:
            self._note(fact, f'"{value.value}" is none of its values{meant(value.value, choices)}')

    def _call(self, node: ast.Call) -> Kind:
        known = self.language.functions
        name = node.func.id if isinstance(node.func, ast.Name) else _text(node.func)
        if name not in known:
            self.found.append(f"{name}(): no such function{meant(name, known)}")
            return "unknown"
        function = known[name]
        if node.keywords or not 1 <= len(node.args) <= function.most:
            wanted = f"one {function.takes}" if function.most == 1 else f"one {function.takes} or more"
            self.found.append(f"{name}(): takes {wanted} in its brackets")
        for argument in node.args:
            if not isinstance(argument, ast.Constant) or self._kind(argument) != function.takes:
                self.found.append(f"{name}(): {_text(argument)} is no {function.takes}")
            elif function.top and argument.value not in range(1, function.top + 1):
                self.found.append(f"{name}(): {_text(argument)} is not a whole number from 1 to {function.top}")
        return function.gives

    def _require(self, node: ast.AST, wanted: Kind, by: str) -> None:
        kind = self._kind(node)
        if kind not in (wanted, "unknown"):
            want = "something that holds or not" if wanted == "yes or no" else f"a {wanted}"
            self._note(node, f"is a {kind}, but {by} needs {want}" + _instead(node, kind))

    def _note(self, node: ast.AST, what: str) -> None:
        self.found.append(f"{_text(node)}: {what}")


def _instead(node: ast.AST, kind: Kind) -> str:
    if not isinstance(node, ast.Name):
        return ""
    return f'; write {node.id} != ""' if kind == "text" else f"; write {node.id} >= 1" if kind == "number" else ""


def _text(node: ast.AST) -> str:
    return ast.unparse(node).replace("'", '"')


def _named(node: ast.AST) -> str:
    plain = {ast.Attribute: "a dot", ast.BinOp: "arithmetic", ast.Subscript: "[]", ast.IfExp: "if", ast.Lambda: "lambda"}
    what = plain.get(type(node), type(node).__name__)
    return f'{what} in "{_text(node)}"' if isinstance(node, ast.expr) else what
