"""JSON read as strictly as our YAML, into the same tree; each value keeps its JSON path instead of a line.

Knows text, numbers, limits and paths. Must not know what a pack or a case is.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from typing import Any

from tenderloop.readers.faults import Faults
from tenderloop.readers.strict_yaml import (
    CONTROL,
    DECIMAL,
    MOST_DEPTH,
    MOST_DIGITS,
    MOST_NODES,
    Mapping,
    Number,
    Sequence,
    Value,
    ascii_digits,
    checked_text,
    foreign_digits,
)

# A quoted text (closed or not), or one sign that opens, closes or separates.
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{},]', re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class _Written(str):
    """A number or constant as written, until its place is known."""


def read_json(data: str | bytes, file: str = "") -> Value:
    """One JSON document as the same plain values that read_yaml gives.

    Raises ``Problems`` with every fault, each with its JSON path: repeated keys, NaN and Infinity, exponents, numbers of more than 40
    digits, more than 40 levels, 200 000 values or 2 MB.

    >>> tree = read_json('{"facts": {"plant_power": "19.8 MW", "lines": 2}}')
    >>> tree["facts"]["lines"], tree["facts"].places["lines"]
    (Number(2, 1), '$.facts.lines')
    """
    faults = Faults(file)
    text = checked_text(data, faults, json=True)
    faults.raise_if_any()
    _limits(text, faults)
    faults.raise_if_any()
    try:
        loaded = json.loads(text, object_pairs_hook=_Pairs, parse_int=_Written, parse_float=_Written, parse_constant=_Written)
    except json.JSONDecodeError as error:
        faults.add("json-syntax", f"this is not JSON: {error.msg}", line=error.lineno, hint="check the quotes, commas and brackets")
        faults.raise_if_any()
        raise AssertionError from error
    tree = _tree(loaded, "$", faults)
    faults.raise_if_any()
    return tree


class _Pairs(list[tuple[str, Any]]):
    """The pairs of an object in the order written, repeated keys included."""


def _limits(text: str, faults: Faults) -> None:
    depth = values = 0
    for found in _SIGN.finditer(text):
        sign = found.group()
        if sign in "[{":
            depth += 1
            values += 1
            if depth > MOST_DEPTH:
                line = text.count("\n", 0, found.start()) + 1
                faults.add("too-deep", f"more than {MOST_DEPTH} levels are nested here", line=line, hint="close the brackets")
                return
        elif sign in "]}":
            depth -= 1
        elif sign == ",":
            values += 1
        if values > MOST_NODES:
            line = text.count("\n", 0, found.start()) + 1
            faults.add("too-many-nodes", f"more than {MOST_NODES:,} values are written", line=line, hint="split the file")
            return


def _tree(loaded: Any, place: str, faults: Faults) -> Value:
    spot = faults.at(where=place)
    if isinstance(loaded, _Pairs):
        mapping = Mapping(place=place)
        for key, times in Counter(key for key, _ in loaded).items():
            if times > 1:
                spot.add("repeated-key", f"'{key[:60]}' is written {times} times", "keep one of them")
        for key, value in loaded:
            at = f"{place}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{place}[{json.dumps(key[:60])}]"
            if CONTROL.search(key):
                spot.add("control-character", "a key holds a character that cannot be seen", "delete it")
            mapping.put(unicodedata.normalize("NFC", key), _tree(value, at, faults), at)
        return mapping
    if isinstance(loaded, list):
        items = Sequence(place=place)
        for index, value in enumerate(loaded):
            items.append(_tree(value, f"{place}[{index}]", faults))
            items.places.append(f"{place}[{index}]")
        return items
    if isinstance(loaded, _Written):
        return _number(str(loaded), place, faults)
    if isinstance(loaded, str):
        if CONTROL.search(loaded):
            spot.add("control-character", "the text holds a character that cannot be seen", "delete it")
        if foreign_digits(loaded):
            spot.add("foreign-digits", f"'{loaded[:40]}' is not written with the digits 0 to 9", f"write '{ascii_digits(loaded)[:40]}'")
        return loaded
    assert loaded is None or isinstance(loaded, bool)
    return loaded


def _number(text: str, place: str, faults: Faults) -> Value:
    spot = faults.at(where=place)
    if len(text) > MOST_DIGITS:
        spot.add("number-too-long", f"the number has {len(text)} characters", f"write at most {MOST_DIGITS}")
    elif text in ("NaN", "Infinity", "-Infinity"):
        spot.add("not-finite", f"{text} is no number", "leave it out while it is unknown")
    elif not DECIMAL.fullmatch(text):
        spot.add("bad-number", f"{text} is not a plain decimal number", "no exponent: write the number out, or use a larger unit")
    else:
        return Number.read(text)
    return None
