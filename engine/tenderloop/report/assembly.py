"""``build(results) -> Report``: everything that a report says, in its order, before any page is made.

Knows which parts a report has. Must not compute a score, open a file or read a clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from tenderloop.errors import Problem, Problems
from tenderloop.report.citations import Citations
from tenderloop.report.model import Report
from tenderloop.report.money import money, money_values
from tenderloop.report.open_questions import question_groups
from tenderloop.report.parts import part
from tenderloop.report.targets import entry_point_rows, sdg_rows
from tenderloop.report.tender import NoticeView, tender_part
from tenderloop.report.wording import Words
from tenderloop.result import Result


def build(results: Sequence[Result], *, language: str = "en", notice: NoticeView | None = None) -> Report:
    """The report of one case under one or more packs, side by side and never added.

    ``language`` is a BCP 47 tag; words without a translation stay English. ``notice`` is the reading behind a case that was read from a
    published notice. No result, results of different cases, or one pack given twice raise ``Problems``.
    """
    _refuse(results)
    words = Words(language)
    citations = Citations(results)
    parts = tuple(part(result, number, citations, words) for number, result in enumerate(results, start=1))
    return Report(
        case=results[0].case,
        engine=results[0].engine,
        language=language,
        parts=parts,
        money=money(parts),
        money_values=money_values(parts),
        sdg=sdg_rows(parts, words),
        entry_points=entry_point_rows(parts, words),
        questions=question_groups(parts, words),
        sources=citations.lines(),
        identity=_identity(results, language),
        tender=None if notice is None else tender_part(notice, parts, words),
    )


def _refuse(results: Sequence[Result]) -> None:
    if not results:
        raise Problems([Problem("nothing-to-report", "give at least one result")])
    first = results[0].case
    problems = [
        Problem(
            "different-cases", f"a report is about one case: {first.id} and {other.case.id} differ", hint="write one report for each case"
        )
        for other in results[1:]
        if other.case.hash != first.hash
    ]
    ids = [result.pack.id for result in results]
    problems += [
        Problem("pack-given-twice", f"pack {name} is given more than once", hint="name every pack once")
        for name in dict.fromkeys(ids)
        if ids.count(name) > 1
    ]
    if problems:
        raise Problems(problems)


def _identity(results: Sequence[Result], language: str) -> str:
    """SHA-256 over what went in: it names the report, and the same inputs always give the same."""
    inputs = [language, results[0].engine, results[0].case.hash]
    inputs += [f"{result.pack.id} {result.pack.version} {result.pack.hash}" for result in results]
    return hashlib.sha256("\n".join(inputs).encode("utf-8")).hexdigest()
