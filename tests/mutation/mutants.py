"""The small wrong changes that a test ought to notice.

Knows Python's syntax tree. Must not know tests, processes or Tenderloop.

What is changed: comparisons (boundary and sense), arithmetic, `and` and `or` (swapped, and each part left out), `not` and minus signs,
whole numbers by one, true and false, codes and other words without a space, values inside sentences, `min` and `max`, `any` and `all`,
conditions (denied), named arguments (left out), cases of a match (left out), what is returned (None), and statements (removed).
What is not: wording, docstrings, assertions, annotations, decorators, imports.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
}
_TWINS = {"min": "max", "max": "min", "any": "all", "all": "any", "fmin": "fmax", "fmax": "fmin"}
_WORD = re.compile(r"[!-~]+")  # a code, a key or a sign; text with a space is wording
_SKIPPED = {"annotation", "returns", "ctx", "format_spec", "decorator_list"}
_MOST = 90  # characters of context that name a change


@dataclass(frozen=True)
class Mutant:
    """One change. ``function`` is the outermost function around it, empty when it is outside of any; ``name`` is stable under moving.

    ``top`` is the place of its statement in the module; ``loaded`` says whether it can be put into a module that is loaded already.
    """

    number: int
    line: int
    where: str
    function: str
    change: str
    name: str
    top: int
    loaded: bool


@dataclass
class Mutator:
    """Applies each change to one tree in turn; the tree holds it while the caller looks, and is whole again afterwards."""

    tree: ast.Module
    _above: list[ast.AST] = field(default_factory=list)
    _scope: list[tuple[str, bool]] = field(default_factory=list)  # name, whether it is a function
    _seen: dict[str, int] = field(default_factory=dict)
    _count: int = 0
    _top: int = 0

    def __iter__(self) -> Iterator[Mutant]:
        self._seen.clear()
        self._count = 0
        for place, statement in enumerate(self.tree.body):
            self._top = place
            yield from self._node(statement, partial(self.tree.body.__setitem__, place))

    def _body(self, body: list[ast.stmt]) -> Iterator[Mutant]:
        for place, statement in enumerate(body):
            yield from self._node(statement, partial(body.__setitem__, place))

    def _node(self, node: ast.AST, put: Callable[[Any], None]) -> Iterator[Mutant]:
        if _is_left_alone(node, self._above):
            return
        self._above.append(node)
        for new in _changes(node, self._above):
            ast.copy_location(new, node)
            ast.fix_missing_locations(new)
            around = _around(node, self._above)
            before = "" if around is None else _one_line(around)
            put(new)
            yield self._mutant(_change(node, new, before, "" if around is None else _one_line(around)))
            put(node)
        self._above.pop()
        yield from self._inside(node)

    def _inside(self, node: ast.AST) -> Iterator[Mutant]:
        self._above.append(node)
        if isinstance(node, ast.FunctionDef):
            yield from self._slots(node.args, ("defaults", "kw_defaults"))
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            self._scope.append((node.name, isinstance(node, ast.FunctionDef)))
            yield from self._body(node.body)
            self._scope.pop()
        else:
            yield from self._slots(node, [name for name in node._fields if name not in _SKIPPED])
        self._above.pop()

    def _slots(self, node: ast.AST, names: Sequence[str]) -> Iterator[Mutant]:
        for name in names:
            value = getattr(node, name, None)
            if isinstance(value, list):
                for place, each in enumerate(value):
                    if isinstance(each, ast.AST):
                        yield from self._node(each, partial(value.__setitem__, place))
            elif isinstance(value, ast.AST):
                yield from self._node(value, partial(setattr, node, name))

    def _assigned(self) -> str:
        """The name that a statement outside of functions and classes gives a value."""
        match self.tree.body[self._top]:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                return name
        return "module"

    def _mutant(self, change: str) -> Mutant:
        where = ".".join(name for name, _ in self._scope) or self._assigned()
        name = f"{where}: {change}"
        self._seen[name] = self._seen.get(name, 0) + 1
        if self._seen[name] > 1:
            name += f" (no. {self._seen[name]})"
        self._count += 1
        function: list[str] = []
        for part, is_function in self._scope:
            function.append(part)
            if is_function:
                break
        else:
            function = []
        line = next(getattr(each, "lineno") for each in reversed(self._above) if isinstance(each, ast.stmt | ast.expr))  # noqa: B009
        top = self._top
        loaded = bool(function) or isinstance(self.tree.body[top], ast.Assign | ast.AnnAssign)
        return Mutant(self._count - 1, line, where, ".".join(function), change, name, top, loaded)


def _is_left_alone(node: ast.AST, above: Sequence[ast.AST]) -> bool:
    match node:
        case (
            ast.Assert()
            | ast.Import()
            | ast.ImportFrom()
            | ast.expr_context()
            | ast.operator()
            | ast.cmpop()
            | ast.boolop()
            | ast.unaryop()
        ):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.ClassDef(bases=bases) if any("Protocol" in ast.unparse(base) for base in bases):
            return True
        case ast.Subscript(value=ast.Name(id="Literal")) | ast.Call(func=ast.Name(id="TypeVar")):
            return True
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Constant() if above and isinstance(above[-1], ast.JoinedStr):
            return True
    return False


def _changes(node: ast.AST, above: Sequence[ast.AST]) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=right):
            for place, sign in enumerate(ops):
                for other in _COMPARISONS[type(sign)]:
                    yield ast.Compare(left, [*ops[:place], other(), *ops[place + 1 :]], right)
        case ast.BinOp(left=left, op=sign, right=other) if type(sign) in _ARITHMETIC:
            yield ast.BinOp(left, _ARITHMETIC[type(sign)](), other)
        case ast.BoolOp(op=sign, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(sign, ast.And) else ast.And(), values)
            for place in range(len(values)):
                rest = [*values[:place], *values[place + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(sign, rest)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=inner):
            yield inner
        case ast.Constant(value=bool() as truth):
            yield ast.Constant(not truth)
        case ast.Constant(value=int() | float() as number):
            yield ast.Constant(number + 1)
            yield ast.Constant(number - 1)
        case ast.Constant(value=str() as text) if _WORD.fullmatch(text):
            yield ast.Constant(text + "?")
        case ast.FormattedValue():
            yield ast.Constant("?")
        case ast.Name(id=name) if name in _TWINS and isinstance(above[-2], ast.Call | ast.IfExp):
            yield ast.Name(_TWINS[name], ast.Load())
        case ast.Attribute(value=value, attr=name) if name in _TWINS:
            yield ast.Attribute(value, _TWINS[name], ast.Load())
        case ast.IfExp(test=test, body=body, orelse=orelse):
            if not _has_own_denial(test):
                yield ast.IfExp(_denied(test), body, orelse)
        case ast.If(test=test, body=body, orelse=orelse_body):
            if not _has_own_denial(test):
                yield ast.If(_denied(test), body, orelse_body)
        case ast.comprehension(target=target, iter=source, ifs=conditions, is_async=awaited):
            for place in range(len(conditions)):
                yield ast.comprehension(target, source, [*conditions[:place], *conditions[place + 1 :]], awaited)
        case ast.Call(func=function, args=arguments, keywords=named):
            for place in range(len(named)):
                yield ast.Call(function, arguments, [*named[:place], *named[place + 1 :]])
        case ast.Match(subject=subject, cases=cases):
            for place in range(len(cases)):
                if len(cases) > 1:
                    yield ast.Match(subject, [*cases[:place], *cases[place + 1 :]])
        case ast.Return(value=value) if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Assign(targets=[ast.Name(id=name)]) if _is_bound_before(name, node, above):
            yield ast.Pass()


def _has_own_denial(test: ast.expr) -> bool:
    """Whether the changes of the condition itself already turn it round."""
    return (isinstance(test, ast.Compare) and len(test.ops) == 1) or isinstance(test, ast.UnaryOp)


def _denied(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), test), test)


def _is_bound_before(name: str, node: ast.stmt, above: Sequence[ast.AST]) -> bool:
    function = next((each for each in reversed(above) if isinstance(each, ast.FunctionDef)), None)
    if function is None:
        return False
    if any(argument.arg == name for argument in (*function.args.args, *function.args.kwonlyargs)):
        return True
    bound = (each for each in ast.walk(function) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store) and each.id == name)
    return any(each.lineno < node.lineno for each in bound)


def _around(node: ast.AST, above: Sequence[ast.AST]) -> ast.AST | None:
    """The widest expression around a node that is still short; None for a statement. ``above`` ends with the node."""
    if isinstance(node, ast.stmt) and not isinstance(node, ast.Return):
        return None
    found = node
    for parent in reversed(above[:-1]):
        if isinstance(parent, ast.comprehension | ast.keyword | ast.FormattedValue | ast.match_case | ast.MatchValue | ast.arguments):
            continue
        if not isinstance(parent, ast.expr | ast.Return | ast.Assign) or len(ast.unparse(parent)) > _MOST:
            break
        found = parent
    return found


def _change(old: ast.AST, new: ast.AST, before: str, after: str) -> str:
    """``before → after``, or what is left out."""
    match old, new:
        case ast.Match(cases=cases), ast.Match(cases=left):
            gone = next(each for each in cases if each not in left)
            return f"case {ast.unparse(gone.pattern)} → left out"
        case ast.Call(keywords=named, func=function), ast.Call(keywords=less) if len(less) < len(named):
            lost = next(each for each in named if each not in less)
            return f"{_one_line(function)}(… {_one_line(lost)}) → left out"
        case ast.If(test=was), ast.If(test=becomes):
            return f"if {_one_line(was)} → if {_one_line(becomes)}"
        case ast.stmt(), ast.Pass():
            return f"{_one_line(old)} → removed"
        case ast.Return(), ast.Return():
            return f"{_one_line(old)} → return None"
    if before == after or after.startswith(before[:_MOST]):  # the short text around it hides the change
        return f"{_plain(old)} → {_plain(new)}"
    return f"{before} → {after}"


def _plain(node: ast.AST) -> str:
    return "{" + ast.unparse(node.value) + "}" if isinstance(node, ast.FormattedValue) else _one_line(node)


def _one_line(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 2 * _MOST else text[: 2 * _MOST] + "…"
