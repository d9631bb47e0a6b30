"""Pages that can be bookmarked: start, packs, every indicator, gate and check, empty questionnaires, about.

Knows what a reader may look up without a case. Must not know answers.
"""

from __future__ import annotations

from importlib.resources import files

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from tenderloop.errors import Problem, Problems
from tenderloop.pack import STAGES, Check, Fact, Gate, Indicator, Pack
from tenderloop.report import font_file, stylesheet
from tenderloop_web import catalogue
from tenderloop_web.answers import Page
from tenderloop_web.draft import Draft
from tenderloop_web.rating import TURNSTILE, questionnaire
from tenderloop_web.security import disposition
from tenderloop_web.wording import _

bp = Blueprint("pages", __name__)


@bp.get("/")
def start() -> ResponseReturnValue:
    """What this is; choose packs and a stage, or open a case. ``?pack=…&stage=…`` chooses in advance."""
    chosen = [name for name in request.args.getlist("pack") if catalogue.pack_named(name)]
    page = Page({"p.packs": chosen, "p.stage": [request.args.get("stage", "")]})
    return render_template("start.html", page=page, packs=catalogue.packs())


@bp.get("/packs")
def packs() -> ResponseReturnValue:
    """Every pack."""
    return render_template("packs.html", packs=catalogue.packs(), faulty=catalogue.faulty_packs())


@bp.get("/packs/<name>")
def pack(name: str) -> ResponseReturnValue:
    """One pack: purpose, ratings, outcomes with their indicators, gates, checks, sources."""
    found = catalogue.pack_named(name)
    if found is None:
        abort(404)
    return render_template("pack.html", pack=found, source_text=catalogue.source_text)


@bp.get("/packs/<name>/<node>")
def node(name: str, node: str) -> ResponseReturnValue:
    """One indicator, gate or check."""
    pack = catalogue.pack_named(name)
    item = None if pack is None else catalogue.node_named(pack, node)
    if pack is None or item is None:
        abort(404)
    common = {
        "pack": pack,
        "item": item,
        "source": catalogue.source_text(pack, item.source),
        "examples": catalogue.example_rows(pack, item.examples),
        "terms": catalogue.terms(pack, item),
    }
    if isinstance(item, Indicator):
        outcome, criterion = catalogue.place_of(pack, item)
        caps = item.evidence.caps if item.evidence.caps is not None else pack.evidence_caps
        return render_template(
            "indicator.html",
            **common,
            outcome=outcome,
            criterion=criterion,
            rule=catalogue.rule_table(pack, item),
            caps=caps,
            facts=_facts(item, pack),
        )
    if isinstance(item, Gate):
        return render_template("gate.html", **common, effect=catalogue.effect_text(item), facts=_facts(item, pack))
    assert isinstance(item, Check)
    return render_template("check.html", **common, facts=catalogue.facts_in(pack, item))


def _facts(item: Indicator | Gate, pack: Pack) -> list[Fact]:
    return [pack.fact_of[name] for name in item.facts if name in pack.fact_of]


@bp.get("/questionnaire.xlsx")
def empty_questionnaire() -> ResponseReturnValue:
    """An empty workbook for ``?pack=…`` (may be repeated) and ``&stage=…``."""
    names = request.args.getlist("pack")
    stage = request.args.get("stage", "")
    if not names:
        raise Problems([Problem("missing-key", "no pack is named", where="address", hint="write ?pack=waste_to_energy")])
    packs = catalogue.packs_named(list(dict.fromkeys(names)))
    draft = Draft({"packs": [pack.id for pack in packs]})
    if stage and stage not in STAGES:
        raise Problems(
            [Problem("unknown-stage", f"there is no stage '{stage[:60]}'", where="address", hint="write one of: " + ", ".join(STAGES))]
        )
    draft.put("stage", stage)
    with TURNSTILE.turn():
        data = questionnaire(draft, None)
    title = _("Questionnaire %(packs)s", packs=" ".join(pack.id for pack in packs)) + (f" {stage}" if stage else "")
    response = Response(data, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = disposition(title, "xlsx")
    return response


@bp.get("/about")
def about() -> ResponseReturnValue:
    """How a score comes about, what is kept, what the interface for programs takes."""
    return render_template("about.html")


@bp.get("/static/report.css")
def report_style() -> ResponseReturnValue:
    """The report's own stylesheet, with its fonts beside it."""
    return Response(
        stylesheet(f"{request.script_root}/static/fonts/"),
        content_type="text/css; charset=utf-8",
        headers={"Cache-Control": "max-age=3600"},
    )


@bp.get("/static/fonts/<name>")
def font(name: str) -> ResponseReturnValue:
    """One of the fonts that are shipped."""
    try:
        data = font_file(name)
    except KeyError:
        abort(404)
    kind = "font/woff2" if name.endswith(".woff2") else "font/ttf"
    return Response(data, content_type=kind, headers={"Cache-Control": "max-age=86400"})


@bp.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """For browsers that ask without being told."""
    return Response((files("tenderloop_web") / "static" / "icon.svg").read_bytes(), content_type="image/svg+xml")
