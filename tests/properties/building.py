"""Small packs and cases, written in a line or two, for tests.

Knows the shortest form that a pack may have. Must not know any shipped pack.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tenderloop.case import Answer, Case, Evidence, FactValue
from tenderloop.pack import Pack

SOURCE = {"id": "ours", "title": "Made for this test", "status": "proposed"}
EXAMPLES = [{"name": "nothing", "expect": "unknown"}]
LADDER = {
    "name": "test",
    "source": "ours",
    "bands": [{"from": 0, "rating": "D"}, {"from": 40, "rating": "C"}, {"from": 60, "rating": "B"}, {"from": 80, "rating": "A"}],
}


def number(id_: str, unit: str = "1", **more: Any) -> dict[str, Any]:
    """A fact that is a number."""
    return {"id": id_, "kind": "number", "unit": unit, "question": f"How much is {id_}?", **more}


def yes_no(id_: str) -> dict[str, Any]:
    """A fact that is yes or no."""
    return {"id": id_, "kind": "yes_no", "question": f"Is {id_} so?"}


def choice(id_: str, *options: str, kind: str = "choice") -> dict[str, Any]:
    """A fact that is one of some options; ``kind="choices"``: any of them."""
    return {"id": id_, "kind": kind, "options": {each: f"option {each}" for each in options}, "question": f"Which is {id_}?"}


def level(id_: str, count: int = 5) -> dict[str, Any]:
    """A fact that is a level of a rubric."""
    return {"id": id_, "kind": "level", "levels": [f"This is {each}." for each in range(count)], "question": f"What level is {id_}?"}


def other(id_: str, kind: str, **more: Any) -> dict[str, Any]:
    """A fact of another kind: date, text, table."""
    return {"id": id_, "kind": kind, "question": f"What is {id_}?", **more}


def indicator(id_: str, scoring: Mapping[str, Any], facts: Sequence[str], criterion: str = "c1", **more: Any) -> dict[str, Any]:
    """An indicator; ``caps`` are its evidence caps, None for the pack's."""
    caps = more.pop("caps", None)
    evidence: dict[str, Any] = {"accept": ["a paper"]}
    if caps is not None:
        evidence["caps"] = caps
    return {
        "id": id_,
        "criterion": criterion,
        "title": f"Item {id_}",
        "question": f"How good is {id_}?",
        "facts": list(facts),
        "scoring": scoring,
        "if_unknown": "zero",
        "evidence": evidence,
        "hint": f"Do better at {id_}.",
        "source": "ours",
        "examples": EXAMPLES,
        **more,
    }


def gate(id_: str, pass_when: str, facts: Sequence[str], **more: Any) -> dict[str, Any]:
    """A gate that rejects unless told otherwise."""
    return {
        "id": id_,
        "title": f"Gate {id_}",
        "question": f"Does {id_} hold?",
        "facts": list(facts),
        "pass_when": pass_when,
        "on_fail": "reject",
        "hint": f"Show {id_}.",
        "source": "ours",
        "examples": EXAMPLES,
        **more,
    }


def check(id_: str, holds_when: str, **more: Any) -> dict[str, Any]:
    """A consistency check."""
    return {"id": id_, "title": f"Check {id_}", "holds_when": holds_when, "message": "Ask.", "source": "ours", "examples": EXAMPLES, **more}


def criterion(id_: str, **more: Any) -> dict[str, Any]:
    """A criterion."""
    return {"id": id_, "title": f"Criterion {id_}", **more}


def outcome(id_: str, *criteria: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An outcome with its criteria."""
    return {"id": id_, "title": f"Outcome {id_}", "criteria": list(criteria), **more}


def pack(facts: Sequence[Any], indicators: Sequence[Any] = (), **more: Any) -> Pack:
    """A pack with one outcome ``o1`` and one criterion ``c1`` unless told otherwise, without evidence caps, not kept by the compiler."""
    written: dict[str, Any] = {
        "id": "test",
        "version": "0.0.1",
        "title": "A pack for tests",
        "purpose": "Tests.",
        "label": "ours",
        "licence": "CC0",
        "kinds": ["project"],
        "stage_levels": {"identification": 1, "preparation": 2, "tender": 3, "delivery": 4, "handover": 4},
        "ladder": LADDER,
        "outcomes": [outcome("o1", criterion("c1"))],
        "sources": [SOURCE],
        "facts": list(facts),
        "indicators": list(indicators),
        **more,
    }
    return Pack.model_validate(written)


def kind_of(value: FactValue) -> Any:
    """The kind of a plain value; a level or a choice must be named."""
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, dt.date):
        return "date"
    if isinstance(value, Fraction):
        return "number"
    return "text" if isinstance(value, str) else "choices" if all(isinstance(each, str) for each in value) else "table"


def case(
    asked: Pack, facts: Mapping[str, Any] | None = None, *, grade: int = 4, grades: Mapping[str, int] | None = None, **more: Any
) -> Case:
    """A case that answers facts of a pack: whole numbers become exact, all evidence has one grade unless ``grades`` says otherwise."""
    answers: dict[str, Answer] = {}
    for name, given in (facts or {}).items():
        fact = asked.fact_of.get(name)
        value = given if isinstance(given, bool) or not isinstance(given, int) else Fraction(given)
        held = (grades or {}).get(name, grade)
        evidence = (Evidence(grade=held),) if held else ()
        answers[name] = Answer(kind=fact.kind if fact else kind_of(value), value=value, unit=fact.unit if fact else "1", evidence=evidence)
    defaults: dict[str, Any] = {"id": "case", "title": "A case", "kind": "project", "stage": "delivery", "date": "2026-06-01"}
    return Case(**{**defaults, **more, "facts": answers})
