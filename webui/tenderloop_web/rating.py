"""Rating what was filled in, and the documents made of it.

Knows how to call the engine and the report. Must not know pages or requests.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from tenderloop.case import Case
from tenderloop.evaluate import evaluate
from tenderloop.improve import improve, open_gates
from tenderloop.readers.cases import write_case
from tenderloop.readers.questionnaire import write_questionnaire
from tenderloop.report import build
from tenderloop.result import Result, StepNote, together
from tenderloop_web.draft import Draft
from tenderloop_web.security import Turnstile

# PDF and XLSX take a processor for seconds; two at a time leave room for pages.
TURNSTILE = Turnstile(2)
# Reading a workbook takes about a second; it does not queue behind somebody's PDF.
OPENING = Turnstile(2)

FORMS: dict[str, tuple[str, str]] = {
    "pdf": ("pdf", "application/pdf"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": ("json", "application/json"),
    "yaml": ("yaml", "application/yaml; charset=utf-8"),
    "questionnaire": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def results_of(draft: Draft, case: Case) -> list[Result]:
    """The case rated by each of the draft's packs, with the steps that would raise the score."""
    found = []
    for pack in draft.packs:
        result = evaluate(case, pack)
        found.append(result.model_copy(update={"steps": improve(result)}))
    return found


def suggestions(result: Result, most: int = 6) -> tuple[StepNote, ...]:
    """What is worth trying first: open gates, then the greatest gains."""
    return (*open_gates(result), *improve(result))[:most]


def document(form: str, draft: Draft) -> bytes:
    """The download of that form, one of ``FORMS``. ``Problems`` when the answers are no case yet."""
    case = draft.case()
    if form == "yaml":
        return write_case(case, "yaml", draft.packs).encode("utf-8")
    if form == "json":
        return (together(results_of(draft, case)) + "\n").encode("utf-8")
    with TURNSTILE.turn():
        if form == "questionnaire":
            return questionnaire(draft, case)
        return printed(form, results_of(draft, case))


def questionnaire(draft: Draft, case: Case | None) -> bytes:
    """The workbook to fill in, with what is already known."""
    stream = io.BytesIO()
    write_questionnaire(draft.packs, stream, stage=draft.stage, case=case)
    return stream.getvalue()


def printed(form: str, results: Sequence[Result]) -> bytes:
    """The report as PDF or XLSX."""
    from tenderloop.report import to_pdf, to_xlsx  # WeasyPrint is slow to import; pages do not need it

    report = build(results)
    return to_pdf(report) if form == "pdf" else to_xlsx(report)
