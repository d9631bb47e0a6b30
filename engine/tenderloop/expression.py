"""The rule language: text of a rule -> a closed tree -> a value, one meaning for one case and for columns of many.

Knows how rules are written, which kinds and units go together, and how unknown spreads. Must not know packs, cases, files or scores.

A rule is parsed in two passes. The first, ours, cuts the text into tokens and turns `6 MJ/kg` and `55 %` into constants, so that every
fault in a number, unit or quotation gets its own message. The second is Python's `ast`, whose tree is copied into the few node classes
below; whatever has no class here is refused. Nothing is ever evaluated by Python.
"""

from __future__ import annotations

import ast
import datetime
import difflib
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, Protocol, TypeVar

from tenderloop.quantity import (
    ONE,
    UNITS,
    Dimension,
    QuantityError,
    Unit,
    exact_text,
    parse_number,
    parse_unit,
    shown_with_unit,
    unit_meant,
    unit_of,
)

MOST_CHARACTERS = 500
MOST_NESTED = 50

Kind = Literal["number", "truth", "text", "choice", "choices", "date", "level", "table"]
FUNCTIONS = ("min", "max", "abs", "known", "sum", "count")
RESERVED = frozenset({"and", "or", "not", "in", "true", "false", "none", "null", *FUNCTIONS})


class ExpressionError(ValueError):
    """One fault in a rule. ``column`` counts characters from 1; ``errors`` lists this fault alone."""

    def __init__(self, code: str, message: str, column: int, hint: str = "") -> None:
        super().__init__(f"column {column}: {message}" + (f" ({hint})" if hint else ""))
        self.code = code
        self.message = message
        self.column = column
        self.hint = hint

    @property
    def errors(self) -> tuple[ExpressionError, ...]:
        """All faults; here, this one."""
        return (self,)


class ExpressionErrors(ExpressionError):  # noqa: N818 - the plural says what it holds
    """Several faults of one rule; code, message, column and hint are those of the first."""

    def __init__(self, errors: Sequence[ExpressionError]) -> None:
        first = errors[0]
        super().__init__(first.code, first.message, first.column, first.hint)
        self._all = tuple(errors)
        self.args = ("; ".join(str(each) for each in errors),)

    @property
    def errors(self) -> tuple[ExpressionError, ...]:
        """All faults, from left to right."""
        return self._all


@dataclass(frozen=True)
class Type:
    """What a name may hold. ``dimension`` is for numbers, ``options`` for choices; ``unit`` is only the symbol used in messages."""

    kind: Kind
    dimension: Dimension = ()
    options: tuple[str, ...] | None = None
    unit: str = field(default="", compare=False)

    @property
    def is_number(self) -> bool:
        """Whether arithmetic is allowed; a level counts as a number without unit."""
        return self.kind in ("number", "level")


TRUTH = Type("truth")
NUMBER = Type("number")


# ---------------------------------------------------------------------------------------------------------------- the tree


@dataclass(frozen=True)
class Constant:
    """A number with the unit in which it is written."""

    value: Fraction
    unit: Unit
    column: int = field(default=1, compare=False)

    @property
    def base(self) -> Fraction:
        """The number in base units."""
        return self.value * self.unit.factor


@dataclass(frozen=True)
class Text:
    """Quoted text."""

    value: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Day:
    """A quoted ISO date."""

    value: datetime.date
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Name:
    """A fact, parameter or derived value."""

    id: str
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Negative:
    """Minus an expression."""

    operand: Expression
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Arithmetic:
    """Two expressions joined by ``+ - * /``."""

    operator: str
    left: Expression
    right: Expression
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Comparison:
    """A chain: ``operands[0] operators[0] operands[1] operators[1] …``."""

    operands: tuple[Expression, ...]
    operators: tuple[str, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Both:
    """Conditions joined by ``and``."""

    parts: tuple[Expression, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Either:
    """Conditions joined by ``or``."""

    parts: tuple[Expression, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Not:
    """A condition denied."""

    part: Expression
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Member:
    """``name in ['a', 'b']``"""

    name: Name
    options: tuple[str, ...]
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Contains:
    """``'a' in some_choices``"""

    option: str
    name: Name
    column: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Call:
    """One of the six functions."""

    function: str
    arguments: tuple[Expression, ...]
    column: int = field(default=1, compare=False)


Expression = (
    Constant | Text | Day | Name | Negative | Arithmetic | Comparison | Both | Either | Not | Member | Contains | Call
)  # fmt: skip


def children(tree: Expression) -> tuple[Expression, ...]:
    """The parts of a node, from left to right; a leaf has none."""
    match tree:
        case Negative(operand=part) | Not(part=part):
            return (part,)
        case Arithmetic(left=left, right=right):
            return (left, right)
        case Comparison(operands=parts) | Both(parts=parts) | Either(parts=parts) | Call(arguments=parts):
            return parts
        case Member(name=name) | Contains(name=name):
            return (name,)
        case _:
            return ()


def walk(tree: Expression) -> Iterator[Expression]:
    """Every node, a parent before its parts, from left to right."""
    yield tree
    for part in children(tree):
        yield from walk(part)


def names_in(tree: Expression) -> frozenset[str]:
    """Every name that the rule reads.

    >>> sorted(names_in(parse("plant_capacity <= 0.8 * residual_waste")))
    ['plant_capacity', 'residual_waste']
    """
    return frozenset(node.id for node in walk(tree) if isinstance(node, Name))


# ------------------------------------------------------------------------------------------------------------ first pass: tokens

_SPACE = re.compile(r" +")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_PLAIN = re.compile(r"\.?[0-9][0-9_.]*(?:[eE][+-]?[0-9]+(?![A-Za-z0-9_])|[xXoObB][0-9A-Fa-f_]+(?![A-Za-z0-9_])|[jJ]\b)?")
_UNIT_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9]*|%")
_OPERATOR = re.compile(r"<=|>=|==|!=|[-+*/<>()\[\],]")
_CALL_FOLLOWS = re.compile(r" *\(")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = frozenset({"and", "or", "not", "in"})
_VALUES = ("name", "number", "quantity", "text", "close")  # tokens after which an operator must come
_NO_REMAINDER = "'%' is a unit and follows a number: 55 %; there is no remainder"

# sign -> what to write instead; longer signs first
_REFUSED: tuple[tuple[str, str, str], ...] = (
    ("**", "operator-not-allowed", "there is no power; use a method"),
    ("//", "operator-not-allowed", "there is no whole-number division"),
    (":=", "operator-not-allowed", "give the value a name under 'derived'"),
    ("&&", "operator-not-allowed", "write 'and'"),
    ("||", "operator-not-allowed", "write 'or'"),
    ("=>", "operator-not-allowed", "write '>='"),
    ("=<", "operator-not-allowed", "write '<='"),
    ("<>", "operator-not-allowed", "write '!='"),
    ("<<", "operator-not-allowed", "there is no shift"),
    (">>", "operator-not-allowed", "there is no shift"),
    ("->", "operator-not-allowed", "nothing points in a rule"),
    ("=", "operator-not-allowed", "write '==' to compare"),
    ("!", "operator-not-allowed", "write 'not' or '!='"),
    ("&", "operator-not-allowed", "write 'and'"),
    ("|", "operator-not-allowed", "write 'or'"),
    ("^", "operator-not-allowed", "there is no power; use a method"),
    ("~", "operator-not-allowed", "write 'not'"),
    ("@", "operator-not-allowed", "only + - * / are known"),
    ("%", "operator-not-allowed", _NO_REMAINDER),
    ("?", "operator-not-allowed", "write two conditions with 'and', 'or'"),
    (":", "operator-not-allowed", "there are no slices or lambdas"),
    (";", "operator-not-allowed", "a rule is one expression"),
    ("#", "comment", "write comments in the YAML file, outside the rule"),
    ("\\", "character-not-allowed", "nothing is escaped in a rule"),
    ("{", "character-not-allowed", "there are no templates or sets"),
    ("}", "character-not-allowed", "there are no templates or sets"),
    ("$", "character-not-allowed", "write the bare name"),
    ("`", "character-not-allowed", "quote text with ' or \""),
    (".", "attribute", "names have no parts; use another fact"),
)

_LOOKALIKES = {
    "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "‘": "'", "’": "'", "“": '"', "”": '"',
    "\u00a0": "a plain space", "\u202f": "a plain space", "²": "2, as in m2", "³": "3, as in m3", "€": "money", "∧": "and", "∨": "or",
    "¬": "not", "°": "deg, as in degC", "µ": "u, as in ug", "μ": "u, as in ug",
}  # fmt: skip


@dataclass(frozen=True)
class _Literal:
    value: Fraction
    unit: Unit


def _fault(code: str, message: str, at: int, hint: str = "") -> ExpressionError:
    return ExpressionError(code, message, at + 1, hint)


def _check_characters(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        message = f"a rule has at most {MOST_CHARACTERS} characters, this one has {len(text)}"
        raise _fault("too-long", message, MOST_CHARACTERS, "name parts under 'derived'")
    for at, sign in enumerate(text):
        if not sign.isascii():
            if sign in _LOOKALIKES:
                hint = f"write {_LOOKALIKES[sign]}"
            else:
                hint = "use the digits 0 to 9" if sign.isdigit() else "use plain ASCII letters, digits and signs"
            raise _fault("not-ascii", f"the character {sign!a} is not allowed in a rule", at, hint)
        if sign < " " or sign == "\x7f":
            message = f"the character {sign!a} is not allowed in a rule"
            raise _fault("control-character", message, at, "write the rule on one line, with spaces")
    if not text.strip(" "):
        raise _fault("empty-rule", "the rule is empty", 0, "write a condition or a value")


def _tokens(text: str) -> tuple[str, dict[int, _Literal]]:
    """The text with every `number unit` blanked to `0` at the same place, and what stood there."""
    literals: dict[int, _Literal] = {}
    python: list[str] = []
    nested = prefixes = 0
    before = ""  # the token before: "value" after a number, name, quotation or closing bracket
    at = 0

    def put(token: str, width: int) -> None:
        python.append(token.ljust(width))

    while at < len(text):
        if space := _SPACE.match(text, at):
            put("", len(space[0]))
            at = space.end()
            continue
        sign, begun = text[at], at
        if sign in "'\"":
            end = _end_of_quotation(text, at)
            if before == "text":
                raise _fault("adjacent-text", "two quotations follow each other", at, "text cannot be joined")
            if before == "name" and text[at - 1] != " ":
                raise _fault("prefixed-text", f"a letter stands before the quotation {text[at:end]}", at - 1, "write plain quoted text")
            put(text[at:end], end - at)
            before, at = "text", end
        elif sign.isdigit() or (sign == "." and text[at + 1 : at + 2].isdigit()):
            end, literal = _number(text, at)
            literals[at] = literal
            put("0", end - at)
            before, at = ("number" if literal.unit == ONE else "quantity"), end
        elif name := _NAME.match(text, at):
            word = name[0]
            _refuse_word(word, at)
            if before == "number" and word not in _WORDS:
                _refuse_unit(text, word, at)
            if before in _VALUES and word not in _WORDS:
                hint = _NO_REMAINDER if text[at - 2] == "%" else "write an operator between them"
                hint = "a unit stands once, without spaces inside: 6 MJ/kg" if word in UNITS else hint
                hint = _word_hint(word) if word in ("between", "xor") else hint
                raise _fault("missing-operator", f"'{word}' follows without an operator", at, hint)
            prefixes = prefixes + 1 if word == "not" else 0
            put(word, len(word))
            before, at = ("word" if word in _WORDS else "name"), name.end()
        else:
            written = _operator(text, at)
            nested += (written in "([") - (written in ")]")
            prefixes = prefixes + 1 if written in "+-" and before not in _VALUES else 0
            if nested < 0:
                raise _fault("unbalanced", f"'{written}' closes nothing", at, "remove it or open a bracket before")
            if written == "+" and before not in _VALUES:
                raise _fault("operator-not-allowed", "a plus sign before a value", at, "leave it out")
            if written == "[" and before in _VALUES:
                raise _fault("index", "nothing can be looked up with '[…]'", at, "brackets only hold options: x in ['a', 'b']")
            if written == "(" and before in _VALUES and before != "name":
                raise _fault("missing-operator", "a bracket follows without an operator", at, "write '*' to multiply")
            put(written, len(written))
            before, at = ("close" if written in ")]" else "operator"), at + len(written)
        if before in ("text", "number", "quantity") and _value_before(python):
            raise _fault("missing-operator", "two values follow each other without an operator", begun, _between_hint(text))
        if nested > MOST_NESTED or prefixes > MOST_NESTED:
            raise _fault("too-deep", f"brackets or signs are nested more than {MOST_NESTED} deep", at - 1, "name parts under 'derived'")
    if nested:
        raise _fault("unbalanced", "a bracket is not closed", len(text) - 1, "add ')' or ']'")
    return "".join(python), literals


def _operator(text: str, at: int) -> str:
    """The operator or bracket at this place; what is not ours is refused, the longer sign first."""
    found = _OPERATOR.match(text, at)
    for refused, code, hint in _REFUSED:
        if text.startswith(refused, at) and (found is None or len(refused) > len(found[0])):
            raise _fault(code, f"'{refused}' is not part of the rule language", at, hint)
    if found is None:
        raise _fault("character-not-allowed", f"'{text[at]}' is not part of the rule language", at)
    return found[0]


def _value_before(python: Sequence[str]) -> bool:
    """Whether the token before the last one is also a value, so that an operator is missing between them."""
    tokens = [token.strip() for token in python if token.strip()]
    if len(tokens) < 2:
        return False
    last = tokens[-2]
    return last in (")", "]") or last == "0" or last[0] in "'\"" or (_NAME.fullmatch(last) is not None and last not in _WORDS)


def _between_hint(text: str) -> str:
    if re.search(r"[0-9] ?% +[0-9]", text):
        return _NO_REMAINDER
    return "no grouping of thousands: 300000" if re.search(r"[0-9] [0-9]{3}\b", text) else "write + - * / or a comparison between them"


def _word_hint(word: str) -> str:
    hints = {
        "if": "write two conditions with 'and', 'or'", "else": "write two conditions with 'and', 'or'", "is": "write '=='",
        "for": "there are no loops; use sum, count, min, max",
        "between": "write a <= x <= b", "xor": "write 'and', 'or', 'not'",
    }  # fmt: skip
    return hints.get(word, "use names, numbers, and or not in, min max abs known sum count")


_PYTHON_WORDS = frozenset({
    "lambda", "if", "else", "elif", "for", "while", "break", "continue", "is", "await", "async", "yield", "del", "pass", "class", "def",
    "return", "import", "from", "as", "with", "try", "except", "finally", "raise", "global", "nonlocal", "assert",
})  # fmt: skip


def _refuse_word(word: str, at: int) -> None:
    if word.casefold() in ("true", "false"):
        raise _fault("truth-literal", f"'{word}' is not written in a rule", at, "write the bare fact: x, or: not x")
    if word.casefold() in ("none", "null", "nan", "inf", "infinity", "undefined"):
        raise _fault("unknown-literal", f"'{word}' is not written in a rule", at, "unknown spreads by itself; known(x) asks for an answer")
    if word in _PYTHON_WORDS:
        raise _fault("word-not-allowed", f"'{word}' is not part of the rule language", at, _word_hint(word))
    if word.startswith("_"):
        raise _fault("bad-name", f"'{word}' cannot be a name", at, "names begin with a lower-case letter")
    if word in ("AND", "OR", "NOT", "IN"):
        raise _fault("word-not-allowed", f"'{word}' is not part of the rule language", at, f"write '{word.lower()}'")


def _end_of_quotation(text: str, at: int) -> int:
    end = text.find(text[at], at + 1)
    if end < 0:
        raise _fault("open-quotation", "a quotation is not closed", at, f"add {text[at]}")
    if "\\" in text[at:end]:
        raise _fault("character-not-allowed", "'\\' is not part of the rule language", text.index("\\", at), "nothing is escaped in a rule")
    return end + 1


def _number(text: str, at: int) -> tuple[int, _Literal]:
    written = _NOT_PLAIN.match(text, at)
    assert written is not None
    whole = written[0]
    try:
        value = parse_number(whole)
    except QuantityError as error:
        hint = error.hint
        if whole.startswith("0") and re.search(r"[0-9][ ,]$", text[:at]):
            hint = "no grouping of thousands: 300000"
        elif whole.startswith("0") and re.search(r"[0-9]{4}-([0-9]+-)?$", text[:at]):
            hint = "write a date in quotation marks: '2026-01-31'"
        raise _fault(error.code, error.message, at, hint) from None
    end = at + len(whole)
    unit, end = _unit(text, end)
    return end, _Literal(value, unit)


def _unit(text: str, end: int) -> tuple[Unit, int]:
    """The longest unit after a number; `5 t/x` is five tonnes divided by x, since a fact never has the name of a unit."""
    space = _SPACE.match(text, end)
    start = at = space.end() if space else end
    stop = start
    while True:
        symbol = _UNIT_SYMBOL.match(text, at)
        glued = space is None and at == start and symbol is not None and symbol[0] != "%"
        if symbol is None or glued or symbol[0] not in UNITS or re.match(r"[A-Za-z0-9_]", text[symbol.end() : symbol.end() + 1]):
            break
        if _CALL_FOLLOWS.match(text, symbol.end()) and symbol[0] in FUNCTIONS:
            break
        stop = symbol.end()
        if text[stop : stop + 1] not in ("/", "*") or text[stop : stop + 2] in ("//", "**"):
            break
        at = stop + 1
    if stop == start:
        return ONE, end
    return parse_unit(text[start:stop]), stop


def _refuse_unit(text: str, word: str, at: int) -> None:
    """A word that follows a number and is not a unit: a misspelt unit, or a forgotten operator."""
    if _CALL_FOLLOWS.match(text, at + len(word)) and word in FUNCTIONS:
        raise _fault("missing-operator", f"'{word}' follows a number without an operator", at, "write '*' to multiply")
    if word in UNITS:
        raise _fault("bad-number", f"the unit '{word}' stands at its number", at, "put a space between number and unit: 6 MJ/kg")
    try:
        parse_unit(word)
    except QuantityError as error:
        code = "unknown-unit" if error.code == "currency-not-known" else error.code
        hint = f"write an operator before a name; {error.hint}" if error.hint.startswith("the units") else error.hint
        raise _fault(code, f"unit '{word}' is not known", at, hint) from None
    raise AssertionError(word)  # every unit of one symbol is in UNITS


# ------------------------------------------------------------------------------------------------------ second pass: Python's ast


def parse(text: str) -> Expression:
    """Read a rule. Kinds, units and names are not looked at; see `check`.

    The first fault is raised as ExpressionError with a stable code, the column and what to write instead.

    >>> text_of(parse("plant_capacity<=(0.80*residual_waste)"))
    'plant_capacity <= 0.8 * residual_waste'
    """
    text = text.rstrip(" \n")
    _check_characters(text)
    python, literals = _tokens(text)
    lead = len(python) - len(python.lstrip(" "))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = ast.parse(python[lead:], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None) or 1
        raise _syntax_fault(text, lead + column - 1) from None
    _check_depth(found)
    return _Reader(text, literals, lead).read(found)


def _syntax_fault(text: str, at: int) -> ExpressionError:
    at = max(0, min(at, len(text) - 1))
    if re.search(r"(?:[-+*/<>=,(]|\b(?:and|or|not|in)) *$", text):
        return _fault("incomplete", "the rule ends too early", len(text) - 1, "write a value after the last sign")
    return _fault("syntax", f"the rule cannot be read near '{text[at : at + 12]}'", at, "look for a missing value, sign or comma")


def _check_depth(tree: ast.expr) -> None:
    """Long chains such as a + b + c … nest to the left; they are measured without recursion."""
    level: list[ast.AST] = [tree]
    for _ in range(MOST_NESTED):
        level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if not level:
            return
    raise _fault("too-deep", "the rule has too many parts in a row", 0, "use sum(a, b, …) or name parts under 'derived'")


_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARISON: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_NAMES_OF_NODES = {
    "Tuple": ("tuple", "a row of values with commas", "no grouping of thousands; lists stand in [...] after 'in'"),
    "List": ("list", "a list", "a list stands only after 'in': x in ['a', 'b']"),
    "Starred": ("star", "'*' before a value", "write the values out"),
}


_FUNCTION_HINTS = {
    "avg": "write sum(a, b) / 2", "mean": "write sum(a, b) / 2", "average": "write sum(a, b) / 2", "len": "use count(…)",
    "round": "nothing is rounded in a rule", "is_known": "write known(x)", "exp": "use a method", "sqrt": "use a method",
    "pow": "use a method",
}  # fmt: skip


@dataclass(frozen=True)
class _Reader:
    """Copies Python's tree into ours."""

    text: str
    literals: Mapping[int, _Literal]
    lead: int

    def at(self, node: ast.expr) -> int:
        return node.col_offset + self.lead

    def fault(self, code: str, message: str, node: ast.expr, hint: str) -> ExpressionError:
        return _fault(code, message, self.at(node), hint)

    def read(self, node: ast.expr) -> Expression:
        column = self.at(node) + 1
        match node:
            case ast.Constant(value=str()):
                return self.quotation(node)
            case ast.Constant():
                literal = self.literals[self.at(node)]
                return Constant(literal.value, literal.unit, column)
            case ast.Name(id=name):
                if name in FUNCTIONS:
                    raise self.fault("bad-call", f"'{name}' needs brackets", node, f"write {name}(…)")
                return Name(name, column)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Negative(self.read(operand), column)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.read(operand), column)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
                return Arithmetic(_ARITHMETIC[type(operator)], self.read(left), self.read(right), column)
            case ast.BoolOp(op=joint, values=values):
                parts = tuple(self.read(value) for value in values)
                return Both(parts, column) if isinstance(joint, ast.And) else Either(parts, column)
            case ast.Compare():
                return self.comparison(node)
            case ast.Call():
                return self.call(node)
        if isinstance(node, ast.Tuple) and not node.elts:
            raise self.fault("syntax", "the brackets hold nothing", node, "write a value in them or remove them")
        code, what, hint = _NAMES_OF_NODES.get(type(node).__name__, ("not-allowed", f"'{type(node).__name__}'", "see the rule language"))
        raise self.fault(code, f"{what} is not part of the rule language", node, hint)

    def quotation(self, node: ast.Constant) -> Text | Day:
        value = str(node.value)
        if not _ISO_DATE.fullmatch(value):
            return Text(value, self.at(node) + 1)
        try:
            return Day(datetime.date.fromisoformat(value), self.at(node) + 1)
        except ValueError:
            raise self.fault("bad-date", f"there is no day '{value}'", node, "write year-month-day, such as 2026-01-31") from None

    def comparison(self, node: ast.Compare) -> Expression:
        column = self.at(node) + 1
        if any(isinstance(operator, ast.In | ast.NotIn) for operator in node.ops):
            if len(node.ops) > 1:
                raise self.fault("chained-in", "'in' cannot stand in a chain", node, "join two conditions with 'and'")
            tree = self.membership(node.left, node.comparators[0])
            return Not(tree, column) if isinstance(node.ops[0], ast.NotIn) else tree
        operators = tuple(_COMPARISON.get(type(operator), "") for operator in node.ops)
        if "" in operators:
            raise self.fault("operator-not-allowed", "'is' is not part of the rule language", node, "write '=='")
        return Comparison(tuple(self.read(each) for each in (node.left, *node.comparators)), operators, column)

    def membership(self, left: ast.expr, right: ast.expr) -> Expression:
        column = self.at(left) + 1
        if isinstance(right, ast.List):
            if not isinstance(left, ast.Name):
                raise self.fault("bad-in", "before 'in […]' stands the name of a fact", left, "write x in ['a', 'b']")
            options: list[str] = []
            for each in right.elts:
                if not (isinstance(each, ast.Constant) and isinstance(each.value, str)):
                    raise self.fault("bad-in", "the list after 'in' holds quoted options only", each, "write x in ['a', 'b']")
                if each.value in options:
                    raise self.fault("bad-in", f"the option '{each.value}' is listed twice", each, "list it once")
                options.append(each.value)
            if not options:
                raise self.fault("bad-in", "the list after 'in' is empty", right, "write x in ['a', 'b']")
            return Member(Name(left.id, column), tuple(options), column)
        if isinstance(right, ast.Name) and right.id not in FUNCTIONS:
            if not (isinstance(left, ast.Constant) and isinstance(left.value, str)):
                raise self.fault("bad-in", "before 'in' stands one quoted option", left, f"write 'a' in {right.id}")
            return Contains(left.value, Name(right.id, self.at(right) + 1), column)
        raise self.fault("bad-in", "after 'in' stands a list of options or the name of a choices fact", right, "write x in ['a', 'b']")

    def call(self, node: ast.Call) -> Call:
        if not isinstance(node.func, ast.Name):
            raise self.fault("bad-call", "only the six functions can be called", node, "use min max abs known sum count")
        name = node.func.id
        if name not in FUNCTIONS:
            near = difflib.get_close_matches(name, FUNCTIONS, n=1)
            hint = _FUNCTION_HINTS.get(name) or (f"did you mean '{near[0]}'?" if near else "use min max abs known sum count, or a method")
            raise self.fault("unknown-function", f"there is no function '{name}'", node, hint)
        if node.keywords:
            raise self.fault("bad-call", f"'{name}' takes no named arguments", node, f"write {name}(a, b)")
        if name in ("abs", "known") and len(node.args) != 1:
            raise self.fault("bad-call", f"'{name}' takes one argument, here are {len(node.args)}", node, f"write {name}(x)")
        if not node.args:
            raise self.fault("bad-call", f"'{name}' needs at least one argument", node, f"write {name}(a, b)")
        if name == "known" and not isinstance(node.args[0], ast.Name):
            raise self.fault("bad-call", "'known' asks about one name", node, "write known(x) and known(y)")
        return Call(name, tuple(self.read(each) for each in node.args), self.at(node) + 1)


# ------------------------------------------------------------------------------------------------------------- kinds and units


def check(tree: Expression, names: Mapping[str, Type]) -> Type:
    """Look at kinds, units, names and options, and say what the rule gives.

    Raises ExpressionErrors with the first fault of each part of the tree, from left to right.

    >>> check(parse("1000 kg == 1 t"), {}).kind
    'truth'
    >>> check(parse("lhv + 1 t"), {"lhv": Type("number", parse_unit("MJ/kg").dimension, unit="MJ/kg")})
    Traceback (most recent call last):
    tenderloop.expression.ExpressionErrors: column 1: 'lhv' (MJ/kg) and '1 t' cannot be added (both must have the same unit)
    """
    checker = _Checker(names)
    result = checker.of(tree)
    if checker.faults:
        raise ExpressionErrors(sorted(checker.faults, key=lambda fault: fault.column))
    assert result is not None
    return result


_KIND_WORDS = {
    "number": "a number", "level": "a level", "truth": "yes or no", "text": "text", "choice": "a choice", "choices": "a set of choices",
    "date": "a date", "table": "a table",
}  # fmt: skip
_VERBS = {"+": "added", "-": "subtracted"}


@dataclass
class _Checker:
    """Types from the leaves up; a part that is already at fault has type None and causes no second fault above it."""

    names: Mapping[str, Type]
    faults: list[ExpressionError] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)

    def fault(self, code: str, message: str, node: Expression, hint: str = "") -> None:
        self.faults.append(ExpressionError(code, message, node.column, hint))

    def of(self, tree: Expression) -> Type | None:
        match tree:
            case Constant(unit=unit):
                return Type("number", unit.dimension, unit=unit.symbol)
            case Text():
                return Type("text")
            case Day():
                return Type("date")
            case Name():
                return self.name(tree)
            case Negative(operand=operand):
                inner = self.number(operand)
                return None if inner is None else Type("number", inner.dimension, unit=inner.unit)
            case Arithmetic():
                return self.arithmetic(tree)
            case Comparison():
                return self.comparison(tree)
            case Both(parts=parts) | Either(parts=parts):
                return self.truths(parts)
            case Not(part=part):
                return self.truths((part,))
            case Member():
                return self.member(tree)
            case Contains():
                return self.contains(tree)
            case Call():
                return self.call(tree)

    def name(self, node: Name) -> Type | None:
        found = self.names.get(node.id)
        if found is None and node.id in self.missing:
            return None  # said once already
        if found is None:
            self.missing.add(node.id)
            self.fault("unknown-name", f"there is no fact, parameter or derived value '{node.id}'", node, self.name_hint(node.id))
        elif found.kind == "table":
            self.fault("table-in-rule", f"'{node.id}' is a table", node, "give it to a method under 'derived'")
            return None
        return found

    def name_hint(self, name: str) -> str:
        if name in UNITS:
            return f"a unit follows a number, without spaces inside: 1 {name}, 6 MJ/kg"
        near = difflib.get_close_matches(name, self.names, n=1, cutoff=0.6)
        if not near and (ours := unit_meant(name)).startswith("write"):
            return f"for the unit {ours}, without spaces inside: 6 MJ/kg"
        return f"did you mean '{near[0]}'?" if near else "declare it under 'facts', 'parameters' or 'derived'"

    def what(self, tree: Expression, found: Type) -> str:
        """A part with its unit or kind, for a message."""
        text = text_of(tree)
        text = text if len(text) <= 60 else text[:60] + "…"
        if isinstance(tree, Text | Day):
            return f"{text} ({_KIND_WORDS[found.kind]})"
        if found.kind != "number":
            return f"'{text}' ({_KIND_WORDS[found.kind]})"
        if isinstance(tree, Constant) and tree.unit != ONE:
            return f"'{text}'"
        return f"'{text}' ({_unit_text(found)})"

    def number(self, tree: Expression) -> Type | None:
        found = self.of(tree)
        if found is None or found.is_number:
            return found
        hint = "write count(…) to count conditions" if found.kind == "truth" else ""
        self.fault("not-a-number", f"{self.what(tree, found)} is used as a number", tree, hint)
        return None

    def truths(self, parts: Sequence[Expression]) -> Type | None:
        good = True
        for part in parts:
            found = self.of(part)
            if found is not None and found.kind != "truth":
                hint = "compare it: x > 0" if found.is_number else "compare it: x == 'a'"
                self.fault("not-a-condition", f"{self.what(part, found)} is used as a condition", part, hint)
                found = None
            good = good and found is not None
        return TRUTH if good else None

    def arithmetic(self, tree: Arithmetic) -> Type | None:
        left, right = self.of(tree.left), self.of(tree.right)
        for part, found in ((tree.left, left), (tree.right, right)):
            if found is not None and not found.is_number:
                joined = tree.operator == "+" and found.kind in ("text", "choice")
                hint = "text cannot be joined" if joined else "write count(…) to count conditions" if found.kind == "truth" else ""
                self.fault("not-a-number", f"{self.what(part, found)} is used as a number", part, hint)
        if left is None or right is None or not (left.is_number and right.is_number):
            return None
        if tree.operator in _VERBS:
            return self.same_unit((tree.left, tree.right), (left, right), _VERBS[tree.operator], tree)
        sign = 1 if tree.operator == "*" else -1
        powers = dict(left.dimension)
        for name, power in right.dimension:
            powers[name] = powers.get(name, 0) + sign * power
        return Type("number", tuple(sorted((name, power) for name, power in powers.items() if power)))

    def same_unit(self, parts: Sequence[Expression], found: Sequence[Type], verb: str, at: Expression) -> Type | None:
        """One dimension for all; a bare 0 takes any unit, since zero is zero in all of them (but not on a scale of degrees)."""
        pairs = list(zip(parts, found, strict=True))
        lead_part, lead = next(((part, each) for part, each in pairs if not _is_bare_zero(part)), pairs[0])
        for part, each in pairs:
            bare_zero = _is_bare_zero(part) and ("temperature", 1) not in lead.dimension
            if each.dimension != lead.dimension and not bare_zero:
                first, second = ((lead_part, lead), (part, each)) if lead_part.column <= part.column else ((part, each), (lead_part, lead))
                message = f"{self.what(*first)} and {self.what(*second)} cannot be {verb}"
                self.fault("unit-mismatch", message, at, _unit_hint(lead.dimension, each.dimension))
                return None
        return Type("number", lead.dimension, unit=lead.unit)

    def comparison(self, tree: Comparison) -> Type | None:
        found = [self.of(each) for each in tree.operands]
        good = all(each is not None for each in found)
        for index, operator in enumerate(tree.operators):
            left, right = found[index], found[index + 1]
            if left is not None and right is not None:
                good = self.pair(operator, tree.operands[index], left, tree.operands[index + 1], right) and good
        return TRUTH if good else None

    def pair(self, operator: str, left: Expression, left_type: Type, right: Expression, right_type: Type) -> bool:
        if left_type.is_number and right_type.is_number:
            return self.same_unit((left, right), (left_type, right_type), "compared", left) is not None
        kinds = {left_type.kind, right_type.kind}
        if kinds == {"date"}:
            return True
        message = f"{self.what(left, left_type)} and {self.what(right, right_type)} cannot be compared"
        if "truth" in kinds:
            self.fault("kind-mismatch", message, left, "yes or no is not compared: write x, or: not x")
        elif "choices" in kinds:
            self.fault("kind-mismatch", message, left, "write 'a' in x")
        elif kinds == {"date", "text"}:
            self.fault("bad-date", message, left, "write the date as year-month-day, such as '2026-01-31'")
        elif not kinds <= {"text", "choice"}:
            self.fault("kind-mismatch", message, left, "compare values of the same kind")
        elif operator not in ("==", "!="):
            self.fault("kind-mismatch", f"text has no order, '{operator}' cannot be used", left, "write ==, != or in [...]")
        else:
            return self.same_words(left, left_type, right, right_type)
        return False

    def same_words(self, left: Expression, left_type: Type, right: Expression, right_type: Type) -> bool:
        if left_type.kind == right_type.kind == "choice":
            if left_type.options != right_type.options:
                message = f"'{text_of(left)}' and '{text_of(right)}' have different options"
                self.fault("kind-mismatch", message, left, "compare each with one option")
                return False
            return True
        for part, declared in ((left, right_type), (right, left_type)):
            if declared.kind == "choice":
                if not isinstance(part, Text):
                    self.fault("kind-mismatch", f"'{text_of(part)}' is compared with a choice", part, "compare with a quoted option")
                    return False
                return self.option(part.value, declared, part)
        return True

    def option(self, option: str, declared: Type, node: Expression) -> bool:
        if declared.options is None or option in declared.options:
            return True
        near = difflib.get_close_matches(option, declared.options, n=1, cutoff=0.6)
        hint = f"did you mean '{near[0]}'?" if near else "options: " + ", ".join(declared.options)
        self.fault("unknown-option", f"there is no option '{option}'", node, hint)
        return False

    def member(self, tree: Member) -> Type | None:
        found = self.of(tree.name)
        if found is None:
            return None
        if found.kind not in ("choice", "text"):
            hint = f"write 'a' in {tree.name.id}" if found.kind == "choices" else "'in […]' is for choices; compare with == or <="
            self.fault("kind-mismatch", f"{self.what(tree.name, found)} cannot stand before 'in […]'", tree, hint)
            return None
        good = [self.option(option, found, tree) for option in tree.options]
        return TRUTH if all(good) else None

    def contains(self, tree: Contains) -> Type | None:
        found = self.of(tree.name)
        if found is None:
            return None
        if found.kind != "choices":
            hint = f"write {tree.name.id} == '{tree.option}'" if found.kind in ("choice", "text") else "'in' is for choices"
            self.fault("kind-mismatch", f"{self.what(tree.name, found)} holds no set of choices", tree, hint)
            return None
        return TRUTH if self.option(tree.option, found, tree) else None

    def call(self, tree: Call) -> Type | None:
        if tree.function == "known":
            argument = tree.arguments[0]
            assert isinstance(argument, Name)
            if argument.id in self.names:  # a table may be asked about
                return TRUTH
            self.of(argument)
            return None
        if tree.function == "count":
            return NUMBER if self.truths(tree.arguments) is not None else None
        found = [self.number(each) for each in tree.arguments]
        good = [each for each in found if each is not None]
        if len(good) < len(found):
            return None
        verb = {"sum": "added"}.get(tree.function, "compared")
        return self.same_unit(tree.arguments, good, verb, tree)


def _is_bare_zero(tree: Expression) -> bool:
    return isinstance(tree, Constant) and tree.value == 0 and tree.unit == ONE


def _unit_text(found: Type) -> str:
    if found.unit and found.unit != "1":
        return found.unit
    return unit_of(found.dimension).symbol if found.dimension else "no unit"


def _unit_hint(first: Dimension, second: Dimension) -> str:
    if not first or not second:
        return "write the number with its unit"
    names = {name for name, _ in first} ^ {name for name, _ in second}
    if names == {"time", "year"} or names == {"year"}:
        return "a year is its own unit: multiply by the days or hours of operation per year (day/year, h/year)"
    if names == {"mass", "co2e"}:
        return "tonnes of CO2e are not tonnes of material"
    return "both must have the same unit"


# -------------------------------------------------------------------------------------------------------------------- writing

_RANK = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "negative": 7, "leaf": 8}


def text_of(tree: Expression) -> str:
    """The rule in its canonical form; parsing it again gives an equal tree.

    >>> text_of(parse("not (a  and b) or 1.50 t>x"))
    'not (a and b) or 1.5 t > x'
    """
    return _write(tree, lambda name: name, _constant_text)


def say(tree: Expression, show: Callable[[str], str]) -> str:
    """The rule with the value of every name in brackets after it. ``show`` gives the text for a name: its value with unit, or 'unknown'.

    >>> say(parse("plant_capacity <= 0.8 * residual_waste"), {"plant_capacity": "300 t/year", "residual_waste": "unknown"}.__getitem__)
    'plant_capacity (300 t/year) <= 0.8 * residual_waste (unknown)'
    """
    return _write(tree, lambda name: f"{name} ({show(name)})", lambda node: shown_with_unit(node.value, node.unit))


def _constant_text(node: Constant) -> str:
    number = exact_text(node.value)
    return number if node.unit == ONE else f"{number} {node.unit.symbol}"


def _quoted(text: str) -> str:
    return f'"{text}"' if "'" in text else f"'{text}'"


def _rank(tree: Expression) -> int:
    match tree:
        case Either():
            return _RANK["or"]
        case Both():
            return _RANK["and"]
        case Not():
            return _RANK["not"]
        case Comparison() | Member() | Contains():
            return _RANK["compare"]
        case Arithmetic(operator=operator):
            return _RANK[operator]
        case Negative():
            return _RANK["negative"]
        case _:
            return _RANK["leaf"]


def _write(tree: Expression, name: Callable[[str], str], constant: Callable[[Constant], str]) -> str:
    def inner(part: Expression, least: int) -> str:
        text = _write(part, name, constant)
        return f"({text})" if _rank(part) < least else text

    match tree:
        case Constant():
            return constant(tree)
        case Text(value=value):
            return _quoted(value)
        case Day(value=day):
            return _quoted(day.isoformat())
        case Name(id=id_):
            return name(id_)
        case Negative(operand=operand):
            return f"-{inner(operand, _RANK['negative'])}"
        case Arithmetic(operator=operator, left=left, right=right):
            rank = _RANK[operator]
            return f"{inner(left, rank)} {operator} {inner(right, rank + 1)}"
        case Comparison(operands=operands, operators=operators):
            words = [inner(operands[0], _RANK["compare"] + 1)]
            for operator, operand in zip(operators, operands[1:], strict=True):
                words += [operator, inner(operand, _RANK["compare"] + 1)]
            return " ".join(words)
        case Both(parts=parts):
            return " and ".join(inner(part, _RANK["and"] + 1) for part in parts)
        case Either(parts=parts):
            return " or ".join(inner(part, _RANK["or"] + 1) for part in parts)
        case Not(part=part):
            return f"not {inner(part, _RANK['not'])}"
        case Member(name=member, options=options):
            return f"{name(member.id)} in [{', '.join(_quoted(option) for option in options)}]"
        case Contains(option=option, name=holder):
            return f"{_quoted(option)} in {name(holder.id)}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(_write(argument, name, constant) for argument in arguments)})"


# -------------------------------------------------------------------------------------------------------------------- running

V = TypeVar("V")


class Kernel(Protocol[V]):
    """What the signs mean for one kind of value: an exact scalar, or a column. Numbers are in base units; ``None`` or its like is unknown.

    ``compare`` gets one of ``< <= > >= == !=``; `constant` gets a number in base units, text, or a date.
    """

    def constant(self, value: Fraction | str | datetime.date) -> V: ...
    def add(self, a: V, b: V) -> V: ...
    def subtract(self, a: V, b: V) -> V: ...
    def multiply(self, a: V, b: V) -> V: ...
    def divide(self, a: V, b: V) -> V: ...
    def negate(self, a: V) -> V: ...
    def compare(self, operator: str, a: V, b: V) -> V: ...
    def both(self, a: V, b: V) -> V: ...
    def either(self, a: V, b: V) -> V: ...
    def negation(self, a: V) -> V: ...
    def member(self, value: V, options: tuple[str, ...]) -> V: ...
    def contains(self, option: str, value: V) -> V: ...
    def known(self, value: V) -> V: ...
    def minimum(self, values: Sequence[V]) -> V: ...
    def maximum(self, values: Sequence[V]) -> V: ...
    def absolute(self, value: V) -> V: ...
    def total(self, values: Sequence[V]) -> V: ...
    def count(self, values: Sequence[V]) -> V: ...


def run(tree: Expression, value_of: Callable[[str], V], kernel: Kernel[V]) -> V:
    """The value of a checked rule. ``value_of`` gives each name's value, numbers in base units.

    Every part is run, whatever the others give, so that both kernels do the same work. On an unchecked rule the result means nothing.

    >>> run(parse("0.8 * residual_waste"), {"residual_waste": Fraction(500_000)}.get, Exact())
    Fraction(400000, 1)
    """

    def go(part: Expression) -> V:
        match part:
            case Constant():
                return kernel.constant(part.base)
            case Text(value=text):
                return kernel.constant(text)
            case Day(value=day):
                return kernel.constant(day)
            case Name(id=name):
                return value_of(name)
            case Negative(operand=operand):
                return kernel.negate(go(operand))
            case Arithmetic(operator=operator, left=left, right=right):
                a, b = go(left), go(right)
                match operator:
                    case "+":
                        return kernel.add(a, b)
                    case "-":
                        return kernel.subtract(a, b)
                    case "*":
                        return kernel.multiply(a, b)
                    case _:
                        return kernel.divide(a, b)
            case Comparison(operands=operands, operators=operators):
                values = [go(operand) for operand in operands]
                result = kernel.compare(operators[0], values[0], values[1])
                for index in range(1, len(operators)):
                    result = kernel.both(result, kernel.compare(operators[index], values[index], values[index + 1]))
                return result
            case Both(parts=parts):
                return _fold(kernel.both, [go(each) for each in parts])
            case Either(parts=parts):
                return _fold(kernel.either, [go(each) for each in parts])
            case Not(part=denied):
                return kernel.negation(go(denied))
            case Member(name=name_node, options=options):
                return kernel.member(go(name_node), options)
            case Contains(option=option, name=name_node):
                return kernel.contains(option, go(name_node))
            case Call(function=function, arguments=arguments):
                values = [go(argument) for argument in arguments]
                match function:
                    case "known":
                        return kernel.known(values[0])
                    case "abs":
                        return kernel.absolute(values[0])
                    case "min":
                        return kernel.minimum(values)
                    case "max":
                        return kernel.maximum(values)
                    case "sum":
                        return kernel.total(values)
                    case _:
                        return kernel.count(values)

    return go(tree)


def _fold(join: Callable[[V, V], V], values: Sequence[V]) -> V:
    result = values[0]
    for value in values[1:]:
        result = join(result, value)
    return result


ExactValue = Fraction | bool | str | datetime.date | frozenset[str] | None


class Exact:
    """One case, exactly: fractions in base units, bool, text, dates, sets of options; None is unknown.

    ``notes`` says why a value became unknown although its facts are known, once per reason.

    >>> kernel = Exact()
    >>> run(parse("cost / households"), {"cost": Fraction(10), "households": Fraction(0)}.get, kernel), kernel.notes
    (None, ['division by zero'])
    """

    def __init__(self) -> None:
        self.notes: list[str] = []

    def constant(self, value: Fraction | str | datetime.date) -> ExactValue:
        return value

    def add(self, a: ExactValue, b: ExactValue) -> ExactValue:
        return None if a is None or b is None else _number_of(a) + _number_of(b)

    def subtract(self, a: ExactValue, b: ExactValue) -> ExactValue:
        return None if a is None or b is None else _number_of(a) - _number_of(b)

    def multiply(self, a: ExactValue, b: ExactValue) -> ExactValue:
        return None if a is None or b is None else _number_of(a) * _number_of(b)

    def divide(self, a: ExactValue, b: ExactValue) -> ExactValue:
        if a is None or b is None:
            return None
        if b == 0:
            if "division by zero" not in self.notes:
                self.notes.append("division by zero")
            return None
        return _number_of(a) / _number_of(b)

    def negate(self, a: ExactValue) -> ExactValue:
        return None if a is None else -_number_of(a)

    def compare(self, operator: str, a: ExactValue, b: ExactValue) -> ExactValue:
        if a is None or b is None:
            return None
        if operator == "==":
            return a == b
        if operator == "!=":
            return a != b
        if isinstance(a, datetime.date) and isinstance(b, datetime.date):
            return _ordered(operator, (a > b) - (a < b))
        left, right = _number_of(a), _number_of(b)
        return _ordered(operator, (left > right) - (left < right))

    def both(self, a: ExactValue, b: ExactValue) -> ExactValue:
        if a is False or b is False:
            return False
        return None if a is None or b is None else True

    def either(self, a: ExactValue, b: ExactValue) -> ExactValue:
        if a is True or b is True:
            return True
        return None if a is None or b is None else False

    def negation(self, a: ExactValue) -> ExactValue:
        return None if a is None else not a

    def member(self, value: ExactValue, options: tuple[str, ...]) -> ExactValue:
        return None if value is None else value in options

    def contains(self, option: str, value: ExactValue) -> ExactValue:
        if value is None:
            return None
        assert isinstance(value, frozenset)
        return option in value

    def known(self, value: ExactValue) -> ExactValue:
        return None if value is None else True

    def minimum(self, values: Sequence[ExactValue]) -> ExactValue:
        return None if None in values else min(_number_of(value) for value in values)

    def maximum(self, values: Sequence[ExactValue]) -> ExactValue:
        return None if None in values else max(_number_of(value) for value in values)

    def absolute(self, value: ExactValue) -> ExactValue:
        return None if value is None else abs(_number_of(value))

    def total(self, values: Sequence[ExactValue]) -> ExactValue:
        return None if None in values else sum((_number_of(value) for value in values), Fraction(0))

    def count(self, values: Sequence[ExactValue]) -> ExactValue:
        return None if None in values else Fraction(sum(value is True for value in values))


def _number_of(value: ExactValue) -> Fraction:
    assert isinstance(value, Fraction), "the rule was not checked"
    return value


def _ordered(operator: str, sign: int) -> bool:
    match operator:
        case "<":
            return sign < 0
        case "<=":
            return sign <= 0
        case ">":
            return sign > 0
        case _:
            return sign >= 0
