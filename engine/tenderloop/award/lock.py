"""The lock of a procedure: its hash with the content that the hash covers, and what changed since.

Knows contents as plain values. Must not know files, bids or scores.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tenderloop.award.check import faults_of
from tenderloop.award.procedure import Procedure
from tenderloop.errors import Problem, Problems

LOCK = "tenderloop procedure lock 1"


def lock_text(procedure: Procedure) -> str:
    """The lock of a procedure as text: its hash and the content that the hash covers. ``Problems`` for a procedure with faults."""
    problems = faults_of(procedure)
    if problems:
        raise Problems(problems)
    lock = {"lock": LOCK, "hash": procedure.hash, "content": procedure.content()}
    return json.dumps(lock, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def locked_hash(text: str, procedure: Procedure, file: str = "") -> str:
    """The hash of a lock that fits the procedure. ``Problems`` naming every change where it does not, or where it is no lock."""
    hint = "write it with: tenderloop award lock procedure.yaml"
    try:
        lock = json.loads(text)
        content, stated = lock["content"], lock["hash"]
        if lock["lock"] != LOCK or not isinstance(content, dict):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Problems([Problem("not-a-lock", "this is no lock of a procedure", file, hint=hint)]) from None
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    if stated != "sha256:" + hashlib.sha256(canonical.encode("utf-8")).hexdigest():
        raise Problems([Problem("not-a-lock", "the lock's content does not have the lock's hash: it was edited", file, hint=hint)])
    if stated == procedure.hash:
        return str(stated)
    raise Problems(
        [
            Problem(
                "procedure-changed",
                f"locked as {_short(before)}, now {_short(after)}",
                procedure.file,
                None,
                where,
                "restore what was locked",
            )
            for where, before, after in changes(content, procedure.content())
        ]
    )


def changes(before: object, after: object, where: str = "") -> list[tuple[str, object, object]]:
    """What differs between two contents: (where, before, after), in order; records are matched by id, not by place.

    >>> changes({"lots": [{"id": "a", "weight": "40"}]}, {"lots": [{"id": "a", "weight": "45"}]})
    [('lots[a].weight', '40', '45')]
    """
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for key in sorted(before.keys() | after.keys()):
            found += changes(before.get(key), after.get(key), f"{where}.{key}" if where else key)
        return found
    if isinstance(before, list) and isinstance(after, list) and _named(before) and _named(after):
        first, second = ({each["id"]: each for each in records} for records in (before, after))
        found = []
        for key in sorted(first.keys() | second.keys()):
            found += changes(first.get(key), second.get(key), f"{where}[{key}]")
        return found
    return [] if before == after else [(where, before, after)]


def _named(records: list[Any]) -> bool:
    return all(isinstance(each, dict) and "id" in each for each in records)


def _short(value: object) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 60 else text[:57] + "…"
