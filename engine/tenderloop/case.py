"""What a case is: the thing rated, with its typed facts and their evidence.

Knows the answers and where they were read. Must not know packs' rules, files or scores.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, PlainSerializer

from tenderloop.pack import Amount, CaseKind, DateText, FactKind, Frozen, Identifier, Place, Stage
from tenderloop.quantity import parse_unit

GRADES: tuple[str, ...] = (
    "claimed",
    "written in a document of the sponsor or a press report",
    "formal study or plan by a named author",
    "binding, or independently reviewed",
    "verified result",
)

Cell = Fraction | str
FactValue = bool | Fraction | str | dt.date | tuple[str, ...] | tuple[Mapping[str, Cell], ...]


def plain(value: FactValue) -> object:
    """A fact's value as JSON holds it: numbers as exact text, dates as ISO text."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return [
        each if isinstance(each, str) else {name: cell if isinstance(cell, str) else str(cell) for name, cell in each.items()}
        for each in value
    ]


class Evidence(Frozen):
    """What supports a fact. ``grade`` 0 claimed … 4 verified result."""

    kind: str = ""
    document: str = ""
    page: str = ""
    quote: str = ""
    date: DateText | None = None
    grade: Annotated[int, Field(ge=0, le=4)] = 0


class Answer(Place):
    """One answered fact. A number stands in ``unit``, the unit that the pack declares."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, arbitrary_types_allowed=True)

    kind: FactKind
    value: Annotated[FactValue, PlainSerializer(plain, when_used="json")]
    unit: str = "1"
    evidence: tuple[Evidence, ...] = ()

    @property
    def grade(self) -> int:
        """The best evidence; a bare claim is 0."""
        return max((each.grade for each in self.evidence), default=0)

    @property
    def base(self) -> FactValue:
        """The value as rules read it: a number in base units."""
        if isinstance(self.value, Fraction) and self.kind == "number":
            return self.value * parse_unit(self.unit).factor
        return self.value


class Document(Frozen):
    """A paper that evidence may name."""

    title: str
    url: str = ""
    date: DateText | None = None
    author: str = ""


class Confirmation(Place):
    """A person's word for a threshold: which value holds (None: as printed), where it was read, and who says so."""

    value: Amount | None = None
    document: str = ""
    page: str = ""
    by: str = Field(min_length=2)
    date: DateText | None = None


class Case(Frozen):
    """The thing rated, at a stage, with what is known of it. What is not in ``facts`` is unknown."""

    id: Identifier
    title: str
    kind: CaseKind
    stage: Stage
    date: DateText
    currency: str | None = None
    rated_by: Literal["self", "assisted", "third_party"] = "self"
    packs: tuple[str, ...] = ()
    notes: str = ""
    documents: Mapping[str, Document] = Field(default_factory=dict)
    facts: Mapping[Identifier, Answer] = Field(default_factory=dict)
    not_applicable: Mapping[str, str] = Field(default_factory=dict)
    justifications: Mapping[str, str] = Field(default_factory=dict)
    cpv: tuple[Annotated[str, Field(pattern=r"^\d{8}$")], ...] = ()
    profile: str = ""
    confirmed: Mapping[Identifier, Confirmation] = Field(default_factory=dict)
    file: str = Field(default="", exclude=True)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the content, whatever the order, the file format or the unit that was written."""
        content = self.model_dump(mode="json", exclude={"file"})
        content["facts"] = {
            name: {
                "kind": answer.kind,
                "value": _content(answer),
                "evidence": sorted(
                    (each.model_dump(mode="json") for each in answer.evidence), key=lambda each: json.dumps(each, sort_keys=True)
                ),
            }
            for name, answer in self.facts.items()
        }
        # A case that uses none of these keeps the hash it had before they could be written.
        for key in ("cpv", "profile", "confirmed"):
            if not content[key]:
                del content[key]
        for name, each in self.confirmed.items():
            if each.value is not None:
                content["confirmed"][name]["value"] = {"base": str(each.value.base), "dimension": str(each.value.unit.dimension)}
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _content(answer: Answer) -> object:
    value = plain(answer.base)
    if answer.kind in ("choices", "table") and isinstance(value, list):
        return sorted(value, key=lambda each: json.dumps(each, sort_keys=True))
    return value
