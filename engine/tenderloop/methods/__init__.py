"""Published formulas by name: where to find one.

Knows which modules hold methods. Must not know any formula, pack or case.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from tenderloop.methods.method import METHODS as _REGISTERED
from tenderloop.methods.method import Column, Input, Line, Method, Output, Refused, Sheet, Worksheet

__all__ = ["METHODS", "Column", "Input", "Line", "Method", "Output", "Refused", "Sheet", "Worksheet", "get", "load"]

_MODULES = ("energy", "climate", "landfill", "air", "waste", "cost", "circularity")

if TYPE_CHECKING:
    METHODS: Mapping[str, Method]


def load() -> Mapping[str, Method]:
    """All methods by name. Modules are imported on first use, so that importing the package stays cheap."""
    for module in _MODULES:
        import_module(f"{__name__}.{module}")
    return _REGISTERED


def get(name: str) -> Method:
    """The method of that name; KeyError with the nearest names when there is none.

    >>> get("r1").title
    'R1 energy efficiency of a municipal-waste incinerator'
    >>> get("energy_yeld")
    Traceback (most recent call last):
    KeyError: "no method is called 'energy_yeld'; did you mean: energy_yield"
    """
    for module in _MODULES:
        if name in _REGISTERED:
            break
        import_module(f"{__name__}.{module}")
    if name not in _REGISTERED:
        near = get_close_matches(name, _REGISTERED)
        said = f"did you mean: {', '.join(near)}" if near else f"there are: {', '.join(sorted(_REGISTERED))}"
        raise KeyError(f"no method is called '{name}'; {said}")
    return _REGISTERED[name]


def __getattr__(name: str) -> Mapping[str, Method]:
    if name == "METHODS":
        return load()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
