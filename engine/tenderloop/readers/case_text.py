"""A case as text: YAML in our own dialect, or JSON, with the keys of case.yaml.

Knows how a case is written so that it reads back equal. Must not know files or rules; packs' facts only for the units of table columns.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from fractions import Fraction

from tenderloop.case import Answer, Case, Cell, Confirmation
from tenderloop.pack import Fact
from tenderloop.quantity import exact_text
from tenderloop.readers.answers import written_number

Tree = dict[str, "Tree"] | list["Tree"] | str | int | bool | Fraction

# Words that may stand without quotes, also inside { } and [ ].
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9 _/%.()-]*", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]+(?:[./][0-9]+)? [A-Za-z%][A-Za-z0-9/*%]*", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WIDTH = 120


def case_tree(case: Case, declared: Mapping[str, Fact]) -> dict[str, Tree]:
    """The case as keys and values, empty parts left out."""
    tree: dict[str, Tree] = {"case": case.id, "title": case.title, "kind": case.kind, "stage": case.stage, "date": case.date}
    if case.currency is not None:
        tree["currency"] = case.currency
    tree["rated_by"] = case.rated_by
    if case.packs:
        tree["packs"] = list(case.packs)
    if case.notes:
        tree["notes"] = case.notes
    if case.documents:
        tree["documents"] = {
            name: {key: value for key, value in each.model_dump().items() if value not in (None, "")}
            for name, each in case.documents.items()
        }
    if case.facts:
        tree["facts"] = {name: _answer(name, answer, case.currency, declared) for name, answer in case.facts.items()}
    if case.not_applicable:
        tree["not_applicable"] = dict(case.not_applicable)
    if case.justifications:
        tree["justifications"] = dict(case.justifications)
    if case.cpv:
        tree["cpv"] = list(case.cpv)
    if case.profile:
        tree["profile"] = case.profile
    if case.confirmed:
        tree["confirmed"] = {name: _confirmation(each) for name, each in case.confirmed.items()}
    return tree


def _confirmation(confirmation: Confirmation) -> Tree:
    value = {} if confirmation.value is None else {"value": confirmation.value.text}
    kept = (("document", confirmation.document), ("page", confirmation.page), ("by", confirmation.by), ("date", confirmation.date))
    return {**value, **{key: text for key, text in kept if text}}


def _answer(name: str, answer: Answer, currency: str | None, declared: Mapping[str, Fact]) -> Tree:
    value = _value(name, answer, currency, declared)
    if not answer.evidence:
        return value
    evidence: list[Tree] = []
    for each in answer.evidence:
        written = {key: text for key, text in each.model_dump().items() if text not in (None, "")}
        evidence.append({**written, "grade": each.grade})
    return {"value": value, "evidence": evidence}


def _value(name: str, answer: Answer, currency: str | None, declared: Mapping[str, Fact]) -> Tree:
    value = answer.value
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Fraction):
        return _number(value, answer.unit if answer.kind == "number" else "1", currency)
    if isinstance(value, dt.date):
        return value.isoformat()
    units = {column.id: column.unit for column in declared[name].columns} if name in declared else {}
    return [
        each if isinstance(each, str) else {key: _cell(cell, units.get(key, "1"), currency) for key, cell in each.items()} for each in value
    ]


def _cell(cell: Cell, unit: str, currency: str | None) -> Tree:
    return cell if isinstance(cell, str) else _number(cell, unit, currency)


def _number(value: Fraction, unit: str, currency: str | None) -> Tree:
    text = written_number(value, unit, currency)
    return value if unit == "1" and "/" not in text else text


def case_as_json(case: Case, declared: Mapping[str, Fact]) -> str:
    """The case as JSON: whole numbers as numbers, other numbers as text, so that no reader makes a float of them."""

    def plain(tree: Tree) -> object:
        if isinstance(tree, dict):
            return {key: plain(value) for key, value in tree.items()}
        if isinstance(tree, list):
            return [plain(value) for value in tree]
        if isinstance(tree, Fraction):
            return tree.numerator if tree.denominator == 1 else exact_text(tree)
        return tree

    return json.dumps(plain(case_tree(case, declared)), ensure_ascii=False, indent=2) + "\n"


def case_as_yaml(case: Case, declared: Mapping[str, Fact]) -> str:
    """The case as YAML of docs/pack-format.md: short lists on one line, texts quoted where they need it."""
    return "\n".join(_lines(case_tree(case, declared), 0)) + "\n"


def _lines(tree: dict[str, Tree], indent: int) -> list[str]:
    lines: list[str] = []
    margin = " " * indent
    for key, value in tree.items():
        head = f"{margin}{_scalar(key, 0)}:"
        flat = _flat(value)
        if flat is not None and len(head) + 1 + len(flat) <= _WIDTH:
            lines.append(f"{head} {flat}")
        elif isinstance(value, dict):
            lines += [head, *_lines(value, indent + 2)]
        elif isinstance(value, list):
            lines.append(head)
            for item in value:
                if isinstance(item, dict):
                    inner = _flat(item)
                    if inner is not None and len(margin) + 4 + len(inner) <= _WIDTH:
                        lines.append(f"{margin}  - {inner}")
                    else:
                        first, *rest = _lines(item, indent + 4)
                        lines += [f"{margin}  - {first.lstrip()}", *rest]
                else:
                    assert not isinstance(item, list)
                    lines.append(f"{margin}  - {_scalar(item, indent + 4)}")
        else:
            lines.append(f"{head} {_scalar(value, indent + 2)}")
    return lines


def _flat(tree: Tree) -> str | None:
    """On one line; None for a text that needs several, or for keys whose values hold keys, which read better one a line."""
    if isinstance(tree, dict):
        parts = [(key, _flat(value)) for key, value in tree.items()]
        if any(text is None for _, text in parts) or any(isinstance(value, dict | list) for value in tree.values()):
            return None
        return "{" + ", ".join(f"{_scalar(key, 0)}: {text}" for key, text in parts) + "}"
    if isinstance(tree, list):
        if any(isinstance(item, dict) for item in tree):
            return None
        texts = [_flat(item) for item in tree]
        return None if None in texts else "[" + ", ".join(text for text in texts if text is not None) + "]"
    text = _scalar(tree, 0)
    return None if "\n" in text else text


def _scalar(value: str | int | bool | Fraction, indent: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Fraction):
        return exact_text(Fraction(value))
    if (
        (_WORDS.fullmatch(value) and not value.endswith(" ") and value not in ("true", "false"))
        or _AMOUNT.fullmatch(value)
        or _DATE.fullmatch(value)
    ):
        return value if len(value) <= _WIDTH else _quoted(value, indent)
    return _quoted(value, indent)


def _quoted(text: str, indent: int) -> str:
    """In double quotes; a long text, or one of several lines, goes on after a backslash at the end of the line."""
    pieces: list[str] = []
    for line in text.split("\n"):
        words = line
        while len(words) > _WIDTH:
            cut = words.rfind(" ", 40, _WIDTH) + 1 or _WIDTH
            pieces.append(words[:cut])
            words = words[cut:]
        pieces.append(words + "\n")
    pieces[-1] = pieces[-1].removesuffix("\n")
    margin = "\\\n" + " " * indent
    written = [_escaped(piece) for piece in pieces]
    # A space at the beginning of a line would be taken for indentation.
    return '"' + margin.join("\\ " + piece[1:] if index and piece.startswith(" ") else piece for index, piece in enumerate(written)) + '"'


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("\x7f", "\\x7F")
