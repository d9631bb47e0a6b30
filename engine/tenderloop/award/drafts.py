"""A draft procedure as YAML that a person completes: what a notice states, and every gap as a comment above.

Knows how a procedure is written. Must not know notices or scores.
"""

from __future__ import annotations

import json
from typing import Any

from tenderloop.award.reading import Draft
from tenderloop.quantity import exact_text, parse_number

_HEAD = ("procedure", "title", "buyer", "subject", "method", "notice", "currency", "jurisdiction", "lots")
_NUMBERS = frozenset({"weight", "estimate", "min_score"})


def draft_text(draft: Draft) -> str:
    """The draft as YAML, its gaps first. Reading it back gives the same procedure, faults of what is missing aside.

    >>> from tenderloop.award.procedure import Procedure
    >>> empty = Procedure.model_validate({"procedure": "abc", "title": "T: one", "buyer": "B", "currency": "EUR", "lots": []})
    >>> print(draft_text(Draft(empty, ())))
    procedure: "abc"
    title: "T: one"
    buyer: "B"
    currency: "EUR"
    lots: []
    """
    lines = [f"# {note.code}: {note.text}" + (f" ({note.source})" if note.source else "") for note in draft.gaps]
    content = draft.procedure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for key in (*_HEAD, *sorted(content.keys() - set(_HEAD))):
        if key in content:
            lines += _lines(key, content[key], 0)
    return "\n".join(lines)


def _lines(key: str, value: Any, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(value, list) and value and isinstance(value[0], dict):
        found = [f"{pad}{key}:"]
        for item in value:
            inner = [line for name, each in item.items() for line in _lines(name, each, indent + 4)]
            found += [f"{pad}  - {inner[0].lstrip()}", *inner[1:]]
        return found
    if isinstance(value, dict):
        return [f"{pad}{key}:", *(line for name, each in value.items() for line in _lines(name, each, indent + 2))]
    return [f"{pad}{key}: {_plain(key, value)}"]


def _plain(key: str, value: Any) -> str:
    if key in _NUMBERS and isinstance(value, str):
        numerator, _, denominator = value.partition("/")
        return exact_text(parse_number(numerator) / parse_number(denominator or "1"))
    # a JSON text is a YAML text in double quotes
    return json.dumps(value, ensure_ascii=False)
