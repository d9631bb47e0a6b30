"""JSON Schemas of a pack, a case and a result, generated from the models, for editors and other programs.

Knows how the written form differs from the model where it does. Must not check anything itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tenderloop.case import Case
from tenderloop.pack import Pack
from tenderloop.result import Result

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """The three schemas by file name.

    >>> sorted(schemas())
    ['case.schema.json', 'pack.schema.json', 'result.schema.json']
    """
    return {
        "pack.schema.json": _titled(Pack.model_json_schema(by_alias=True, mode="validation"), "A Tenderloop pack, its files joined"),
        "case.schema.json": _titled(_case(), "A Tenderloop case as case.yaml or JSON"),
        "result.schema.json": _titled(Result.model_json_schema(mode="serialization"), "A Tenderloop result"),
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write them, the same bytes every time; gives the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in schemas().items():
        path = folder / name
        path.write_text(json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        written.append(path)
    return written


def _titled(schema: dict[str, Any], title: str) -> dict[str, Any]:
    return {"$schema": _DIALECT, **schema, "title": title}


def _case() -> dict[str, Any]:
    """A case names itself with ``case``, and an answer may be written short: ``has_users: true``, ``plant_power: 19.8 MW``."""
    schema = Case.model_json_schema(mode="validation")
    properties = schema["properties"]
    properties["case"] = properties.pop("id")
    for name in ("file",):
        properties.pop(name, None)
    schema["required"] = ["case" if name == "id" else name for name in schema["required"]]
    rows = {"type": "array", "items": {"type": "object", "additionalProperties": {"type": ["number", "string"]}}}
    value = {
        "anyOf": [{"type": ["boolean", "number", "string"]}, {"type": "array", "items": {"type": "string"}}, rows],
        "description": (
            "yes_no: true or false; number: digits with the unit, '19.8 MW'; choice: the option; choices: a list of options; "
            "level: 0, 1, 2 …; date: 'YYYY-MM-DD'; table: rows"
        ),
    }
    evidence = {"type": "array", "items": {"$ref": "#/$defs/Evidence"}}
    long = {"type": "object", "properties": {"value": value, "evidence": evidence}, "required": ["value"], "additionalProperties": False}
    properties["facts"] = {"type": "object", "additionalProperties": {"anyOf": [value, long]}, "title": "Facts"}
    schema["$defs"].pop("Answer", None)
    return schema
