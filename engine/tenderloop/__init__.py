"""Rate tenders, bids and PPP projects against circular-economy and people-first criteria.

``evaluate(case, pack) -> Result``: a pack is rules, a case is facts, a result is both, with reasons.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from tenderloop.case import Answer, Case, Evidence
    from tenderloop.compare import compare
    from tenderloop.errors import Problem, Problems
    from tenderloop.evaluate import evaluate
    from tenderloop.explain import explain
    from tenderloop.improve import improve
    from tenderloop.pack import Pack
    from tenderloop.readers.cases import read_case, write_case
    from tenderloop.readers.packs import list_packs, list_profiles, load_pack, profile_for, read_pack
    from tenderloop.reading import read_cases
    from tenderloop.result import Result

# Names are imported on first use, so that `tenderloop --help` starts at once.
_HOME = {
    "Answer": "case",
    "Case": "case",
    "Evidence": "case",
    "Pack": "pack",
    "Problem": "errors",
    "Problems": "errors",
    "Result": "result",
    "compare": "compare",
    "evaluate": "evaluate",
    "explain": "explain",
    "improve": "improve",
    "list_packs": "readers.packs",
    "list_profiles": "readers.packs",
    "load_pack": "readers.packs",
    "profile_for": "readers.packs",
    "read_case": "readers.cases",
    "read_cases": "reading",
    "read_pack": "readers.packs",
    "write_case": "readers.cases",
}

__all__ = [
    "Answer",
    "Case",
    "Evidence",
    "Pack",
    "Problem",
    "Problems",
    "Result",
    "compare",
    "evaluate",
    "explain",
    "improve",
    "list_packs",
    "list_profiles",
    "load_pack",
    "profile_for",
    "read_case",
    "read_cases",
    "read_pack",
    "write_case",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        found: object = getattr(import_module(f"tenderloop.{_HOME[name]}"), name)
        globals()[name] = found
        return found
    raise AttributeError(f"module 'tenderloop' has no attribute '{name}'")


class _Package(ModuleType):
    """A module must not hide the function of the same name, in whatever order things are imported."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and _HOME.get(name) == name):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
