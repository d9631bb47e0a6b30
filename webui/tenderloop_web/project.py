"""What a case says of itself: packs, name, stage, date, currency, notes, and the papers that evidence names.

Knows the fields of the pages "Start", "Project" and "Papers". Must not know questions or scores.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from tenderloop.pack import STAGES, Pack
from tenderloop.readers.cases import KINDS, RATED_BY
from tenderloop_web.answers import MOST_ROWS, Fault, Page, text_fault, tidy
from tenderloop_web.catalogue import pack_named, packs
from tenderloop_web.draft import Draft, Plain, slug
from tenderloop_web.sections import facts_of
from tenderloop_web.wording import _

PAPER_PARTS = ("id", "title", "url", "date", "author")
_ID = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def common_kinds(chosen: Sequence[Pack]) -> tuple[str, ...]:
    """What all the packs rate."""
    return tuple(kind for kind in KINDS if all(kind in pack.kinds for pack in chosen))


def read_start(draft: Draft, page: Page) -> list[Fault]:
    """The first page: which packs, which stage."""
    return [*_packs(draft, page), *_stage(draft, page)]


def read_project(draft: Draft, page: Page) -> list[Fault]:
    """The page "Project"."""
    faults = [*_packs(draft, page), *_stage(draft, page)]
    chosen = draft.packs
    title = tidy(page.one("p.title"))
    notes = tidy(page.one("p.notes"))
    faults += [Fault(f"p.{key}", wrong) for key, text in (("title", title), ("notes", notes)) if (wrong := text_fault(text))]
    if not title:
        faults.append(Fault("p.title", _("Write the name of the project.")))
    name = tidy(page.one("p.case")) or (slug(title, "case") if title else "")
    if name and not _ID.fullmatch(name):
        faults.append(Fault("p.case", _("The short name is made of lower-case letters a to z, digits and _, a letter first, at most 60.")))
    kind = page.one("p.kind")
    if kind not in KINDS:
        faults.append(Fault("p.kind-0", _("Choose what is rated.")))
    for pack in chosen:
        if kind in KINDS and kind not in pack.kinds:
            faults.append(
                Fault(
                    "p.kind-0",
                    _("The pack “%(pack)s” does not rate this; it rates: %(kinds)s.", pack=pack.title, kinds=", ".join(pack.kinds)),
                )
            )
    day = tidy(page.one("p.date"))
    if not day_of(day):
        faults.append(Fault("p.date", _("Write the reference date as year-month-day, such as 2026-11-21.")))
    currency = tidy(page.one("p.currency")).upper()
    if currency and not _CURRENCY.fullmatch(currency):
        faults.append(Fault("p.currency", _("Write the three letters of the currency, such as EUR.")))
    if currency != (draft.currency or "") and not faults:
        faults += _money(draft, currency)
    rater = page.one("p.rated_by")
    if rater not in RATED_BY:
        faults.append(Fault("p.rated_by-0", _("Choose who fills this in.")))
    if not faults:
        for key, text in (
            ("case", name),
            ("title", title),
            ("kind", kind),
            ("date", day),
            ("currency", currency),
            ("rated_by", rater),
            ("notes", notes),
        ):
            draft.put(key, text)
    return faults


def day_of(text: str) -> dt.date | None:
    """The day written as 2026-11-21; None when it is no day."""
    try:
        return dt.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _packs(draft: Draft, page: Page) -> list[Fault]:
    wanted = list(dict.fromkeys(name for name in page.all("p.packs") if name))
    unknown = [name for name in wanted if pack_named(name) is None]
    if unknown:
        return [Fault("p.packs-0", _("There is no pack “%(name)s”.", name=unknown[0][:60]))]
    if not wanted:
        return [Fault("p.packs-0", _("Choose at least one pack."))]
    kept = facts_of(tuple(wanted))
    lost = [name for name in draft.part("facts") if name in facts_of(draft.pack_names) and name not in kept]
    if lost:
        return [
            Fault(
                "p.packs-0",
                _("%(count)s answers belong only to a pack that is no longer chosen: clear them first, or keep the pack.", count=len(lost)),
            )
        ]
    chosen = [pack for name in wanted if (pack := pack_named(name)) is not None]
    if not common_kinds(chosen):
        return [Fault("p.packs-0", _("These packs rate different things; choose packs that rate the same."))]
    named: list[Plain] = [pack.id for pack in packs() if pack in chosen]
    previous: list[Plain] = [name for name in draft.pack_names if name in wanted]
    draft.tree["packs"] = previous + [name for name in named if name not in previous]
    return []


def _stage(draft: Draft, page: Page) -> list[Fault]:
    stage = page.one("p.stage")
    if stage not in STAGES:
        return [Fault("p.stage-0", _("Choose the stage that the papers have reached."))]
    for name in page.all("p.packs"):
        pack = pack_named(name)
        if pack is not None and stage not in pack.stages:
            return [Fault("p.stage-0", _("The pack “%(pack)s” asks nothing at this stage.", pack=pack.title))]
    draft.put("stage", stage)
    return []


def _money(draft: Draft, currency: str) -> list[Fault]:
    """Amounts already written in another currency would silently change their meaning."""
    before = draft.currency
    if before and any(before in str(written) for written in draft.part("facts").values()):
        return [
            Fault(
                "p.currency",
                _(
                    "Amounts are already written in %(before)s: clear them before you change the currency to %(after)s.",
                    before=before,
                    after=currency or "–",
                ),
            )
        ]
    return []


def project_entries(draft: Draft, *, today: dt.date | None = None) -> dict[str, list[str]]:
    """The fields of the pages "Start" and "Project" as the draft holds them."""
    kinds = common_kinds(draft.packs) if draft.pack_names else ()
    only = kinds[0] if len(kinds) == 1 else ""
    return {
        "p.packs": list(draft.pack_names),
        "p.stage": [draft.word("stage")],
        "p.title": [draft.word("title")],
        "p.case": [draft.word("case")],
        "p.kind": [draft.word("kind") or only],
        "p.date": [draft.word("date") or (today.isoformat() if today else "")],
        "p.currency": [draft.word("currency")],
        "p.rated_by": [draft.word("rated_by") or "self"],
        "p.notes": [draft.word("notes")],
    }


def paper_entries(draft: Draft) -> dict[str, list[str]]:
    """The fields of the page "Papers" as the draft holds them."""
    entries: dict[str, list[str]] = {}
    for number, (name, each) in enumerate(draft.part("documents").items()):
        entries[f"d.{number}.id"] = [name]
        if isinstance(each, dict):
            for part in PAPER_PARTS[1:]:
                entries[f"d.{number}.{part}"] = [str(each.get(part, ""))]
    return entries


def read_papers(draft: Draft, page: Page) -> list[Fault]:
    """The page "Papers": each with its title; a paper that evidence names cannot be taken away."""
    faults: list[Fault] = []
    found: dict[str, Plain] = {}
    if page.rows("d") > MOST_ROWS:
        return [Fault("d.0.title", _("More than %(most)s papers are listed.", most=MOST_ROWS))]
    for number in range(page.rows("d")):
        typed = {part: tidy(page.one(f"d.{number}.{part}")) for part in PAPER_PARTS}
        name = typed.pop("id")
        if not any(typed.values()):
            continue
        for part, text in typed.items():
            wrong = text_fault(text)
            if wrong:
                faults.append(Fault(f"d.{number}.{part}", wrong))
        if not typed["title"]:
            faults.append(Fault(f"d.{number}.title", _("Write the title of the paper, as on its cover.")))
        if typed["date"] and not day_of(typed["date"]):
            faults.append(Fault(f"d.{number}.date", _("Write the date of the paper as year-month-day, such as 2026-11-21.")))
        if not _ID.fullmatch(name):
            name = slug(typed["title"], "document", lambda each: each in found or each in draft.part("documents"))
        found[name] = {part: text for part, text in typed.items() if text}
    named = {str(each.get("document")) for fact in draft.part("facts") for each in draft.evidence(fact) if each.get("document")}
    for number, name in enumerate(draft.part("documents")):
        if name not in found and name in named and not faults:
            faults.append(Fault(f"d.{number}.title", _("This paper is named as evidence: clear it there first, or keep its title.")))
    if not faults:
        draft.tree["documents"] = found
    return faults
