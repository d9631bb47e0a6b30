"""The answers behind a rule, each with its evidence: paper, page, quote and grade.

Knows how a result's facts and the case's papers belong together. Must not judge evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tenderloop.case import Evidence
from tenderloop.report.model import FactLine, Paper
from tenderloop.result import FactNote, Result


class Answers:
    """The answers of one result, in the order in which a part of the report is read: evidence stands in full where a fact comes first."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._first: dict[str, str] = {}

    def of(self, rule: str, ids: Sequence[str]) -> tuple[FactLine, ...]:
        """The facts of a gate, indicator or check, those with new evidence first; an id that the result does not hold is left out."""
        lines = []
        for name in ids:
            fact = self._result.fact_of.get(name)
            if fact is not None:
                first = self._first.setdefault(name, rule)
                lines.append(replace(fact_line(self._result, fact), above="" if first == rule else first))
        return tuple(sorted(lines, key=lambda line: bool(line.above)))


def fact_line(result: Result, fact: FactNote) -> FactLine:
    """One fact with its papers, the strongest first."""
    papers = sorted((_paper(result, each) for each in fact.evidence), key=lambda paper: -paper.grade)
    return FactLine(fact.id, fact.question, fact.shown, fact.known, fact.grade, tuple(papers))


def _paper(result: Result, evidence: Evidence) -> Paper:
    document = result.case.documents.get(evidence.document)
    return Paper(
        title=evidence.document if document is None else document.title,
        author="" if document is None else document.author,
        date=evidence.date or ("" if document is None else document.date or ""),
        url="" if document is None else document.url,
        kind=evidence.kind,
        page=evidence.page,
        quote=evidence.quote,
        grade=evidence.grade,
    )
