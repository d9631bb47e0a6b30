"""The same rating for programs: packs as JSON, a case in, results out.

Knows the JSON of design.md section 5. Must not know pages; no cookie is read here, so no token is needed.
"""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from tenderloop.errors import Problem, Problems
from tenderloop.readers.strict_json import read_json
from tenderloop.readers.strict_yaml import Mapping, Value
from tenderloop.result import together
from tenderloop_web.catalogue import packs
from tenderloop_web.draft import MOST_BYTES, Draft, plain_of
from tenderloop_web.failures import faulty
from tenderloop_web.rating import results_of

bp = Blueprint("api", __name__, url_prefix="/api")


@bp.get("/packs")
def list_of_packs() -> ResponseReturnValue:
    """Every pack that is offered."""
    return jsonify(
        [
            {
                "id": pack.id,
                "version": pack.version,
                "title": pack.title,
                "purpose": pack.purpose,
                "label": pack.label,
                "hash": pack.hash,
                "kinds": list(pack.kinds),
                "stages": list(pack.stages),
                "indicators": len(pack.indicators),
                "gates": len(pack.gates),
                "checks": len(pack.checks),
            }
            for pack in packs()
        ]
    )


@bp.post("/rate")
def rate() -> ResponseReturnValue:
    """``{"case": {…}, "packs": [names]}``, or a case alone with its own packs -> the results side by side."""
    if request.mimetype != "application/json":
        raise UnsupportedMediaType()
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge()
    tree = read_json(request.get_data(), "request")  # strict: no NaN, no repeated key, no depth
    draft = _draft(tree)
    try:
        case = draft.case()
    except Problems as found:
        return faulty(found.problems, 422)
    return Response(together(results_of(draft, case)) + "\n", content_type="application/json")


def _draft(tree: Value) -> Draft:
    if not isinstance(tree, Mapping):
        raise Problems([Problem("wrong-type", "the request is no object", "request", hint='send {"case": {…}, "packs": […]}')])
    if not isinstance(tree.get("case"), Mapping):
        draft = Draft.of(tree)
    else:
        unknown = [key for key in tree if key not in ("case", "packs")]
        if unknown:
            raise Problems(
                [Problem("unknown-key", f"'{unknown[0][:60]}' is not a key of a request", "request", hint="its keys are case, packs")]
            )
        draft = Draft.of(tree["case"])
        if tree.get("packs") is not None:
            draft = Draft.of(_with_packs(draft, tree))
    if not draft.pack_names:
        raise Problems([Problem("missing-key", "no pack is named", "request", where="$.packs", hint='write "packs": ["waste_to_energy"]')])
    return draft


def _with_packs(draft: Draft, tree: Mapping) -> Mapping:
    wanted = plain_of(tree["packs"])
    draft.tree["packs"] = wanted
    return read_mapping(draft.text())


def read_mapping(text: str) -> Mapping:
    """A draft's own text, read again so that it is checked as a whole."""
    tree = read_json(text, "request")
    assert isinstance(tree, Mapping)
    return tree
