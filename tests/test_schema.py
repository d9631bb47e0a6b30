"""The shipped schemas are what the models say, and they accept what is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tenderloop import evaluate, list_packs, load_pack, read_case
from tenderloop.schema import schemas

ROOT = Path(__file__).parents[1]
SAMPLES = sorted(path.parent for path in (ROOT / "samples").glob("*/case.yaml"))


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_shipped_schema_is_current(name: str) -> None:
    shipped = json.loads((ROOT / "criteria" / "schema" / name).read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(schemas()[name])), "run: tenderloop schema --out criteria/schema"
    jsonschema.Draft202012Validator.check_schema(shipped)


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 4


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda path: path.name)
def test_results_of_the_samples_fit_the_schema(folder: Path) -> None:
    case = read_case(folder)
    validator = jsonschema.Draft202012Validator(schemas()["result.schema.json"])
    for name in case.packs:
        written = json.loads(evaluate(case, load_pack(name)).to_json())
        faults = [error.json_path + ": " + error.message[:200] for error in validator.iter_errors(written)]
        assert not faults


def test_packs_fit_the_schema() -> None:
    validator = jsonschema.Draft202012Validator(schemas()["pack.schema.json"])
    assert list_packs()
    written = {"id": "x", "version": "1", "title": "x", "purpose": "x", "label": "x", "licence": "x", "kinds": ["project"]}
    assert any("ladder" in error.message for error in validator.iter_errors(written))
