"""The way of a case through the pages: start, project, questions, papers, check, result, what-if, downloads.

Every page posts to ``/case``: ``case`` is what is known so far, ``at`` the page whose fields came with it, ``go`` where to next. Knows this
order. Must not know how a field is read, nor compute anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tenderloop.errors import Problem, Problems
from tenderloop.evaluate import evaluate
from tenderloop.pack import Check, Fact
from tenderloop.report import build, to_html
from tenderloop_web import project, whatif
from tenderloop_web.answers import MOST_PAPERS, MOST_ROWS, Fault, Page, entries_of, first_field, read_page, read_reasons
from tenderloop_web.catalogue import node_named, packs
from tenderloop_web.draft import Draft, Plain
from tenderloop_web.opening import CHOOSE, opened
from tenderloop_web.rating import FORMS, OPENING, document, results_of, suggestions
from tenderloop_web.sections import Section, facts_of, section_of, sections
from tenderloop_web.security import disposition
from tenderloop_web.wording import _

bp = Blueprint("filling", __name__)
SPARE_ROWS = 3


@bp.post("/open")
def open_file() -> ResponseReturnValue:
    """A file with a case -> its answers, to be checked."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Problems([Problem("file-missing", "no file was chosen", hint=CHOOSE)])
    data = file.read()
    with OPENING.turn():
        draft = opened(file.filename, data)
    return _show("check", draft)


@bp.get("/open")
@bp.get("/case")
@bp.get("/case/download")
def nothing_kept() -> ResponseReturnValue:
    """These addresses hold nothing by themselves."""
    abort(405)


@bp.post("/case")
def case() -> ResponseReturnValue:
    """Take the fields of the page that was sent, then show the next one; or the same again with what is wrong in it."""
    at, go = request.form.get("at", ""), request.form.get("go", "")
    draft = Draft.read(request.form.get("case", "") or "{}")
    page = Page(request.form.to_dict(flat=False))
    if at == "whatif" and (go == "whatif" or go.startswith(("try:", "drop:", "add", "rows:"))):
        return _what_if(draft, page, go)
    if go.startswith("rows:"):
        return _show(at, draft, page, more=go.removeprefix("rows:"))
    taken = draft.copy()
    faults = _take(at, taken, page)
    if faults:
        return _show(at, draft, page, faults)
    if go.startswith("try:"):
        return _what_if(taken, Page({}), go)
    return _show(go or "overview", taken)


@bp.post("/case/download")
def download() -> ResponseReturnValue:
    """The case, its result or its report as a file."""
    draft = Draft.read(request.form.get("case", "") or "{}")
    form = request.form.get("form", "")
    if form not in FORMS:
        raise Problems(
            [Problem("unknown-format", f"there is no download '{form[:40]}'", where="form", hint="choose one of: " + ", ".join(FORMS))]
        )
    try:
        data = document(form, draft)
    except Problems as found:
        return _show("check", draft, problems=found.problems)
    extension, kind = FORMS[form]
    title = draft.word("title") or draft.word("case")
    if form == "questionnaire":
        title = _("%(title)s questionnaire", title=title)
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = disposition(title, extension, draft.word("case"))
    return response


# ------------------------------------------------------------------------------------------------------------------- taking fields


def _take(at: str, draft: Draft, page: Page) -> list[Fault]:
    readers: dict[str, Callable[[Draft, Page], list[Fault]]] = {
        "start": project.read_start,
        "project": project.read_project,
        "papers": project.read_papers,
        "unlikely": lambda draft, page: read_reasons(draft, page, [check.id for _title, check in _all_checks(draft)]),
    }
    if at in readers:
        return readers[at](draft, page)
    section = _section(draft, at)
    if section is not None:
        return read_page(draft, page, [question.fact for question in section.questions], section.absent)
    if at not in ("", "overview", "check", "result", "whatif"):
        abort(400)
    return []


def _section(draft: Draft, name: str) -> Section | None:
    return next((section for section in sections(draft) if section.id == name), None) if draft.pack_names else None


def _all_checks(draft: Draft) -> list[tuple[str, Check]]:
    return [(pack.title, check) for pack in draft.packs for check in pack.checks]


# ------------------------------------------------------------------------------------------------------------------- showing pages


def _show(
    target: str, draft: Draft, page: Page | None = None, faults: Sequence[Fault] = (), *, more: str = "", problems: Sequence[Problem] = ()
) -> ResponseReturnValue:
    """A page by name. ``page`` are fields to show again; with faults the answer's code is 422."""
    if target != "start" and not draft.pack_names and not faults:
        faults = [Fault("p.packs-0", _("Choose at least one pack."))]
    if target == "start" or not draft.pack_names:
        shown = page or Page(project.project_entries(draft))
        return render_template("start.html", page=shown, packs=packs(), faults=faults), 422 if faults else 200
    if target == "project":
        shown = page or Page(project.project_entries(draft, today=dt.date.today()))  # only a suggestion in the field
        return _page("project.html", draft, faults, page=shown, packs=packs(), kinds=project.common_kinds(draft.packs))
    if target == "papers":
        shown = page or Page(project.paper_entries(draft))
        return _page("papers.html", draft, faults, page=shown, rows=min(shown.rows("d"), MOST_ROWS) + (0 if faults else SPARE_ROWS))
    if target == "overview":
        return _page("overview.html", draft, faults, tasks=_tasks(draft))
    if target == "check":
        return _check(draft, problems)
    if target == "unlikely":
        return _unlikely(draft, page, faults)
    if target == "result":
        return _result(draft)
    if target == "whatif":
        return _what_if(draft, Page({}), "")
    section = _section(draft, target)
    if section is None:
        abort(400)
    return _questions(draft, section, page, faults, more)


def _page(template: str, draft: Draft, faults: Sequence[Fault] = (), *, code: int = 422, **values: object) -> ResponseReturnValue:
    return render_template(template, draft=draft, faults=faults, fault_of=_by_field(faults), **values), code if faults else 200


def _by_field(faults: Sequence[Fault]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fault in faults:
        found.setdefault(fault.field, []).append(fault.text)
    return found


@dataclass(frozen=True)
class Task:
    """One line of the overview."""

    go: str
    title: str
    note: str
    status: str
    done: bool


def _tasks(draft: Draft) -> list[Task]:
    ready = all(draft.word(key) for key in ("case", "title", "kind", "stage", "date"))
    tasks = [Task("project", _("Project"), _("name, stage, date, currency"), _("Completed") if ready else _("To be filled in"), ready)]
    for section in sections(draft):
        every = len(section.questions)
        done = sum(draft.answer(question.fact.id) is not None for question in section.questions)
        status = _("Completed") if done == every else _("%(done)s of %(all)s answered", done=done, all=every)
        tasks.append(Task(section.id, section.title, section.pack_title, status, done == every))
    papers = len(draft.part("documents"))
    tasks.append(Task("papers", _("Papers"), _("what the evidence names"), _("%(count)s listed", count=papers), False))
    return tasks


def _questions(draft: Draft, section: Section, page: Page | None, faults: Sequence[Fault], more: str) -> ResponseReturnValue:
    facts = [question.fact for question in section.questions]
    shown = page or Page(entries_of(draft, facts, section.absent))
    every = sections(draft)
    index = every.index(section)
    return _page(
        "questions.html",
        draft,
        faults,
        section=section,
        page=shown,
        number=index + 1,
        count=len(every),
        before=every[index - 1].id if index else "project",
        after=every[index + 1].id if index + 1 < len(every) else "check",
        spare=_spare(shown, facts, more),
        papers_of={fact.id: _papers(shown, fact) for fact in facts},
        first_field=first_field,
    )


def _spare(page: Page, facts: Sequence[Fact], more: str) -> dict[str, int]:
    """How many rows each table shows: those filled in, three spare ones, and three more when asked."""
    found = {}
    for fact in facts:
        if fact.kind == "table":
            rows = min(page.rows(f"f.{fact.id}"), MOST_ROWS)
            filled = max(
                (number + 1 for number in range(rows) if any(page.one(f"f.{fact.id}.{number}.{column.id}") for column in fact.columns)),
                default=0,
            )
            found[fact.id] = max(rows + SPARE_ROWS if fact.id == more else rows, filled + 1, SPARE_ROWS)
    return found


def _papers(page: Page, fact: Fact) -> int:
    """How many lines of evidence are shown: those filled in and one more."""
    rows = min(page.rows(f"e.{fact.id}"), MOST_PAPERS)
    filled = max(
        (
            number + 1
            for number in range(rows)
            if any(page.one(f"e.{fact.id}.{number}.{part}") for part in ("document", "page", "quote", "grade"))
        ),
        default=0,
    )
    return filled + 1


def answer_shown(draft: Draft, fact: Fact) -> str:
    """An answer in words, empty while it is unknown."""
    value = draft.answer(fact.id)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if fact.kind == "level" and isinstance(value, int) and 0 <= value < len(fact.levels):
        return f"{value}: {fact.levels[value]}"
    if fact.kind == "choices" and isinstance(value, list):
        return "; ".join(fact.options.get(str(each), str(each)) for each in value) or _("None of these")
    if fact.kind == "table" and isinstance(value, list):
        return _("%(count)s rows", count=len(value))
    if fact.kind == "choice":
        return fact.options.get(str(value), str(value))
    return str(value)


@dataclass(frozen=True)
class Line:
    """An answer on the page where all are checked."""

    fact: Fact
    answer: str
    rows: tuple[tuple[str, ...], ...]
    papers: tuple[str, ...]


def _lines(draft: Draft, section: Section) -> list[Line]:
    lines = []
    for question in section.questions:
        fact = question.fact
        value = draft.answer(fact.id)
        rows: tuple[tuple[str, ...], ...] = ()
        if fact.kind == "table" and isinstance(value, list):
            rows = tuple(tuple(str(row.get(column.id, "")) for column in fact.columns) for row in value if isinstance(row, dict))
        papers = tuple(_paper(draft, each) for each in draft.evidence(fact.id))
        lines.append(Line(fact, answer_shown(draft, fact), rows, papers))
    return lines


def _paper(draft: Draft, evidence: dict[str, Plain]) -> str:
    parts = [draft.document_title(str(evidence.get("document", ""))) or str(evidence.get("kind", "")) or _("no paper named")]
    if evidence.get("page"):
        parts.append(_("p. %(page)s", page=evidence["page"]))
    parts.append(_("grade %(grade)s", grade=evidence.get("grade", 0)))
    return ", ".join(part for part in parts if part)


def _problems(draft: Draft) -> tuple[Problem, ...]:
    try:
        draft.case()
    except Problems as found:
        return found.problems
    return ()


@dataclass(frozen=True)
class Trouble:
    """A fault of the whole case, with the page on which it can be mended."""

    text: str
    go: str


def _troubles(draft: Draft, problems: Sequence[Problem]) -> list[Trouble]:
    every = sections(draft)
    found = []
    for problem in problems:
        parts = problem.where.removeprefix("$.").split(".")
        go = "project"
        if parts[0] == "facts" and len(parts) > 1:
            section = section_of(every, parts[1].split("[")[0])
            go = section.id if section else "overview"
        elif parts[0] == "documents":
            go = "papers"
        elif parts[0] in ("not_applicable", "justifications"):
            go = "overview"
        found.append(Trouble(f"{problem.message}: {problem.hint}." if problem.hint else f"{problem.message}.", go))
    return found


def _check(draft: Draft, problems: Sequence[Problem] = ()) -> ResponseReturnValue:
    troubles = _troubles(draft, problems or _problems(draft))
    every = sections(draft)
    absent = {
        indicator.id: (indicator.title, str(reason))
        for pack in draft.packs
        for indicator in pack.indicators
        if (reason := draft.part("not_applicable").get(indicator.id)) is not None
    }
    code = 422 if problems else 200
    text = render_template(
        "answers.html",
        draft=draft,
        faults=troubles,
        sections=[(section, _lines(draft, section)) for section in every],
        absent=absent,
        open_count=sum(draft.answer(question.fact.id) is None for section in every for question in section.questions),
    )
    return text, code


def _unlikely(draft: Draft, page: Page | None, faults: Sequence[Fault]) -> ResponseReturnValue:
    problems = _problems(draft)
    if problems:
        return _check(draft, problems)
    case = draft.case()
    broken = [
        (pack, check, next(each for each in pack.checks if each.id == check.id))
        for pack in draft.packs
        for check in evaluate(case, pack).checks
        if check.status in ("broken", "justified")
    ]
    held = {f"j.{name}": [str(text)] for name, text in draft.part("justifications").items()}
    return _page("unlikely.html", draft, faults, page=page or Page(held), broken=broken)


def _result(draft: Draft) -> ResponseReturnValue:
    try:
        case = draft.case()
    except Problems as found:
        return _check(draft, found.problems)
    results = results_of(draft, case)
    report = Markup(to_html(build(results), standalone=False))  # noqa: S704  (the report escapes every text that is not ours)
    broken = sum(check.status == "broken" for result in results for check in result.checks)
    return render_template("result.html", draft=draft, report=report, results=results, broken=broken)


# ------------------------------------------------------------------------------------------------------------------- what if


def _what_if(draft: Draft, page: Page, go: str) -> ResponseReturnValue:
    try:
        case = draft.case()
    except Problems as found:
        return _check(draft, found.problems)
    facts = facts_of(draft.pack_names)
    chosen = [name for name in dict.fromkeys(page.all("w")) if name in facts]
    wanted: list[str] = []
    if go.startswith("try:"):
        wanted = _facts_to_try(draft, go)
    elif go == "add" and page.one("more") in facts:
        wanted = [page.one("more")]
    elif go.startswith("drop:"):
        chosen = [name for name in chosen if name != go.removeprefix("drop:")]
    entries = {name: list(values) for name, values in page.entries.items()}
    for name in wanted:
        if name not in chosen and len(chosen) < whatif.MOST_CHANGES:
            chosen.append(name)
            entries.update(whatif.what_if_entries(draft, facts[name]))
    shown = Page(entries)
    asked = [facts[name] for name in chosen]
    after, faults = whatif.changed(draft, shown, asked)
    more = go.removeprefix("rows:") if go.startswith("rows:") else ""
    if more:
        faults = []
    effects = whatif.effects(draft, after) if asked and not faults and not more else ()
    return _page(
        "whatif.html",
        draft,
        faults,
        page=shown,
        chosen=asked,
        originals={fact.id: answer_shown(draft, fact) for fact in asked},
        effects=effects,
        suggestions=[(pack, suggestions(evaluate(case, pack))) for pack in draft.packs] if not asked else [],
        sections=sections(draft),
        spare=_spare(shown, asked, more),
        full=len(chosen) >= whatif.MOST_CHANGES,
        first_field=first_field,
    )


def _facts_to_try(draft: Draft, go: str) -> list[str]:
    """``try:PACK:NODE``: the facts of an indicator or gate that a person can change."""
    _word, _colon, rest = go.partition(":")
    pack_name, _colon, name = rest.partition(":")
    pack = next((each for each in draft.packs if each.id == pack_name), None)
    item = None if pack is None else node_named(pack, name)
    if item is None or isinstance(item, Check):
        abort(400)
    return list(item.facts)[: whatif.MOST_CHANGES]
