"""The commands ``tenderloop evidence train`` and ``tenderloop evidence evaluate``: the screening model anew, and how well it does.

Knows where the training data lies in the folder that is given, and the arguments. Must not know labels, models or measures.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tenderloop.cli_files import writing
from tenderloop.errors import Problem, Problems

if TYPE_CHECKING:
    from tenderloop.evidence.training import Example
    from tenderloop.notice import Notice

VERBS: Final = {
    "train": "Train the screening model anew from published notices and labelled texts, and write it.",
    "evaluate": "Cross-validate rules, models and baselines of the screening, by procedure, and print the figures.",
}
NOTICES, INDEX, TEXTS = "ted-eforms", "ted-eforms/index.csv", "aigreet-green-labels/training_dataset.json"
CODES: Final = {"no-training-data": "the folder does not hold the notices and texts that the screening is trained on"}


def add_arguments(parser: argparse.ArgumentParser, verb: str) -> None:
    """The arguments of one of the two commands."""
    parser.add_argument(
        "--data", metavar="FOLDER", type=Path, required=True, help=f"holds {NOTICES}/ (notices, bulk, index.csv) and {TEXTS}"
    )
    if verb == "train":
        parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="write the model here, as JSON")
        parser.add_argument("--neighbours", metavar="FILE", type=Path, help="write the table of published notices here too, as JSON")
    else:
        parser.add_argument("--json", action="store_true", help="print the figures as JSON instead of tables")


def run(verb: str, given: argparse.Namespace, write: Callable[[str], None]) -> None:
    """Do it. Raises ``Problems`` when the data is not there or not enough."""
    # one thread: sums in another order would change the last digits
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    notices, examples = read_data(given.data)
    if verb == "evaluate":
        from tenderloop.evidence.trials import evaluate, tables

        found = evaluate(examples, _progress)
        write(json.dumps(found, ensure_ascii=False, indent=1) + "\n" if given.json else tables(found))
        return
    from tenderloop.evidence.training import train

    try:
        model = train(examples)
    except ValueError as few:
        raise Problems([Problem("no-training-data", str(few), str(given.data), hint="give the whole folder")]) from None
    _write(given.out, written(model))
    write(f"Written to {given.out}: {model['trained_on']}.\n")
    if given.neighbours is not None:
        from tenderloop.evidence.neighbours import table_of

        table = table_of(notices)
        _write(given.neighbours, written(table))
        write(f"Written to {given.neighbours}: {len(table['rows'])} published notices.\n")


def written(tree: Any) -> str:
    """JSON with every row of a list on a line of its own, so that a change of the model can be read as a difference.

    >>> print(written({"format": "x", "rows": [["a", 1], ["b", 2]]}), end="")
    {"format": "x",
    "rows": [
    ["a",1],
    ["b",2]]}
    """

    def shown(value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ",\n".join(f"{json.dumps(key)}: {shown(each)}" for key, each in value.items()) + "}"
        if isinstance(value, list) and value and isinstance(value[0], list | dict):
            return "[\n" + ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in value) + "]"
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    return shown(tree) + "\n"


def read_data(folder: Path) -> tuple[list[Notice], list[Example]]:
    """The notices of the folder, and notices and texts as examples. Raises ``Problems`` naming every file that is missing or faulty."""
    from tenderloop.evidence.training import notice_example, text_example
    from tenderloop.readers.notices import read_records

    missing = [name for name in (f"{NOTICES}/notices", f"{NOTICES}/bulk", INDEX, TEXTS) if not (folder / name).exists()]
    if missing:
        raise Problems(
            Problem("no-training-data", f"{name} is not there", str(folder), hint="give the folder that holds it") for name in missing
        )
    with (folder / INDEX).open(encoding="utf-8", newline="") as lines:
        converted = {row["notice_id"] for row in csv.DictReader(lines) if row["converted_from_ted_xml"] == "yes"}
    notices: list[Notice] = []
    for part in ("notices", "bulk"):
        notices += [record.notice for record in read_records(folder / NOTICES / part) if record.kind == "notice"]
    examples = [notice_example(notice, notice.id in converted) for notice in notices]
    try:
        labelled = json.loads((folder / TEXTS).read_text("utf-8"))
        examples += [text_example(str(each["text_id"]), each["text"], bool(each["green_label"])) for each in labelled]
    except (ValueError, KeyError, TypeError) as fault:
        message = f"the labelled texts cannot be read: {fault}"
        raise Problems([Problem("no-training-data", message, str(folder / TEXTS), hint="a list of text_id, text, green_label")]) from None
    return notices, examples


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {of} runs of the cross-validation", end="\r" if done < of else "\n", file=sys.stderr, flush=True)


def _write(path: Path, text: str) -> None:
    with writing(path):
        path.write_text(text, encoding="utf-8")


def verb_of(given: Sequence[str]) -> str:
    """``train`` or ``evaluate`` when the command line asks for one of them, else an empty text.

    >>> verb_of(["evidence", "train", "--data", "."]), verb_of(["evidence", "tender.pdf"])
    ('train', '')
    """
    return given[1] if list(given[:1]) == ["evidence"] and len(given) > 1 and given[1] in VERBS else ""
