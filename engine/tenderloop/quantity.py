"""Exact numbers with units: how they are read, converted, rounded and shown.

Knows a closed list of units with exact factors, and the arithmetic that must not depend on the machine (`exp`, powers). Must not know
facts, packs, rules or files.

Why our own small table and not a units library: the list is closed, so that a typing mistake is refused instead of being guessed at;
factors are exact fractions; a year is its own dimension, because a year is not a number of operating days and `t/day` must never turn
silently into `t/year`; money is a unit; tonnes of CO2e do not add to tonnes of waste; and importing it costs nothing. The tests compare
every shared unit with pint.

Three choices that are ours: energy is a dimension of its own (nobody here needs metres in a joule); a normal cubic metre (Nm3) is not a
cubic metre, since it counts gas at 0 degrees and 101.325 kPa; `kcal` is the International Table kilocalorie, 4.1868 kJ (ISO 80000-5),
as in fuel tables: 2,044 kcal/kg is published as 8.56 MJ/kg.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, Underflow
from fractions import Fraction
from functools import lru_cache

Dimension = tuple[tuple[str, int], ...]

MOST_DIGITS = 40
MOST_UNIT_LENGTH = 60
THIN_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"


class QuantityError(ValueError):
    """A number or unit that cannot be read or used. ``code`` is stable; ``hint`` says what to write instead (may be empty)."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.code = code
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Unit:
    """A unit: the symbol as written, how many base units it is, and its dimension (sorted, without zero powers)."""

    symbol: str
    factor: Fraction
    dimension: Dimension

    def __str__(self) -> str:
        return self.symbol


ONE = Unit("1", Fraction(1), ())

# dimension -> the symbol that has factor 1
BASE_SYMBOLS = {
    "mass": "kg",
    "energy": "J",
    "time": "s",
    "year": "year",
    "length": "m",
    "normal_volume": "Nm3",
    "temperature": "degC",
    "co2e": "kgCO2e",
    "carbon": "kgC",  # only a name for messages; packs write tC
    "money": "money",
    "person": "person",
    "household": "household",
    "job": "job",
    "vehicle": "vehicle",
    "item": "item",
    "point": "point",
}

_TABLE: dict[str, tuple[str, dict[str, int]]] = {
    "%": ("1/100", {}),
    "ppm": ("1/1000000", {}),
    "kg": ("1", {"mass": 1}),
    "t": ("1000", {"mass": 1}),
    "Mt": ("1000000000", {"mass": 1}),
    "g": ("1/1000", {"mass": 1}),
    "mg": ("1/1000000", {"mass": 1}),
    "ug": ("1/1000000000", {"mass": 1}),
    "ng": ("1/1000000000000", {"mass": 1}),
    "J": ("1", {"energy": 1}),
    "MJ": ("1000000", {"energy": 1}),
    "GJ": ("1000000000", {"energy": 1}),
    "TJ": ("1000000000000", {"energy": 1}),
    "kWh": ("3600000", {"energy": 1}),
    "MWh": ("3600000000", {"energy": 1}),
    "GWh": ("3600000000000", {"energy": 1}),
    "kcal": ("41868/10", {"energy": 1}),
    "W": ("1", {"energy": 1, "time": -1}),
    "kW": ("1000", {"energy": 1, "time": -1}),
    "MW": ("1000000", {"energy": 1, "time": -1}),
    "GW": ("1000000000", {"energy": 1, "time": -1}),
    "s": ("1", {"time": 1}),
    "min": ("60", {"time": 1}),
    "h": ("3600", {"time": 1}),
    "day": ("86400", {"time": 1}),
    "week": ("604800", {"time": 1}),
    "year": ("1", {"year": 1}),
    "month": ("1/12", {"year": 1}),
    "m": ("1", {"length": 1}),
    "km": ("1000", {"length": 1}),
    "m2": ("1", {"length": 2}),
    "ha": ("10000", {"length": 2}),
    "km2": ("1000000", {"length": 2}),
    "m3": ("1", {"length": 3}),
    "L": ("1/1000", {"length": 3}),
    "Nm3": ("1", {"normal_volume": 1}),
    "degC": ("1", {"temperature": 1}),
    "gCO2e": ("1/1000", {"co2e": 1}),
    "kgCO2e": ("1", {"co2e": 1}),
    "tCO2e": ("1000", {"co2e": 1}),
    "MtCO2e": ("1000000000", {"co2e": 1}),
    "tC": ("1000", {"carbon": 1}),
    "money": ("1", {"money": 1}),
    "person": ("1", {"person": 1}),
    "household": ("1", {"household": 1}),
    "job": ("1", {"job": 1}),
    "vehicle": ("1", {"vehicle": 1}),
    "item": ("1", {"item": 1}),
    "point": ("1", {"point": 1}),
}

UNITS: dict[str, Unit] = {
    symbol: Unit(symbol, Fraction(factor), tuple(sorted(powers.items()))) for symbol, (factor, powers) in _TABLE.items()
}

# what people write, and what we write
_ALIASES = {
    "tonne": "t", "tonnes": "t", "tons": "t", "ton": "t", "kt": "Mt", "kilotonne": "Mt", "Tg": "Mt",
    "kJ": "MJ", "PJ": "TJ", "TWh": "GWh", "cal": "kcal", "Gcal": "kcal", "gcal": "kcal",
    "yr": "year", "years": "year", "y": "year", "a": "year", "annum": "year", "d": "day", "days": "day", "hr": "h", "hrs": "h",
    "hour": "h", "hours": "h", "sec": "s", "minute": "min", "minutes": "min", "weeks": "week", "months": "month",
    "l": "L", "litre": "L", "litres": "L", "liter": "L", "mm": "m", "cm": "m", "sqm": "m2", "hectare": "ha", "hectares": "ha",
    "percent": "%", "pct": "%", "people": "person", "persons": "person", "capita": "person", "cap": "person", "inhabitant": "person",
    "inhabitants": "person", "households": "household", "jobs": "job", "vehicles": "vehicle", "items": "item", "points": "point",
    "CO2": "kgCO2e", "CO2e": "kgCO2e", "tCO2": "tCO2e", "kgCO2": "kgCO2e", "gCO2": "gCO2e", "tCO2eq": "tCO2e", "kgCO2eq": "kgCO2e",
    "MtCO2": "MtCO2e", "ktCO2e": "tCO2e", "C": "degC", "K": "degC", "Celsius": "degC",
}  # fmt: skip

_LOOKALIKES = {"µ": "u", "μ": "u", "²": "2", "³": "3", "°": "deg", "₂": "2", "·": "*", "×": "*", "€": "EUR", "％": "%"}

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_CONTEXT = Context(
    prec=50, rounding=ROUND_HALF_EVEN, Emin=-2000, Emax=2000, capitals=1, clamp=0, flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow, Underflow],
)  # fmt: skip


def parse_number(text: str) -> Fraction:
    """Read a plain decimal exactly: ASCII digits, one ``.``, optional leading ``-``, at most 40 digits.

    Anything else is a QuantityError: ``empty-number``, ``number-too-long`` or ``bad-number``.

    >>> parse_number("19.8")
    Fraction(99, 5)
    """
    if not text:
        raise QuantityError("empty-number", "a number is expected, nothing is written", "write digits, such as 12.5")
    if sum(sign.isdigit() for sign in text) > MOST_DIGITS:
        raise QuantityError("number-too-long", f"the number has more than {MOST_DIGITS} digits", "use a larger unit")
    if _NUMBER.fullmatch(text):
        return Fraction(text)
    raise QuantityError("bad-number", f"'{_cut(text)}' is not a plain decimal number", _number_hint(text))


def _number_hint(text: str) -> str:
    if not text.isascii():
        return "use the digits 0 to 9, '.' for decimals and '-' for a minus sign"
    if re.fullmatch(r"-?[0-9.]*[0-9]\.?[eE][+-]?[0-9]+", text):
        return "no exponent: write the number out, or use a larger unit"
    if re.fullmatch(r"-?[0-9]{1,3}([,' _][0-9]{3})+(\.[0-9]+)?", text):
        return "no grouping: write " + re.sub(r"[,' _]", "", text)
    if re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        return "decimals follow a point: write " + text.replace(",", ".")
    if re.fullmatch(r"-?\.[0-9]+", text):
        return "write a digit before the point: " + text.replace(".", "0.")
    if re.fullmatch(r"-?[0-9]+\.", text):
        return "write a digit after the point, or leave the point out"
    if re.fullmatch(r"-?0[0-9]+(\.[0-9]+)?", text):
        return "no leading zeros"
    if text.startswith("+"):
        return "leave the plus sign out"
    return "write digits, such as 12.5"


def _cut(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[:most] + "…"


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """Read a unit symbol or a compound with ``/`` and ``*``; each ``/`` divides by the one symbol that follows it.

    An unknown symbol is a QuantityError ``unknown-unit`` with the nearest known one; a malformed compound is ``bad-unit``.

    >>> parse_unit("kgCO2e/MWh").factor
    Fraction(1, 3600000000)
    >>> parse_unit("t/person/year").dimension
    (('mass', 1), ('person', -1), ('year', -1))
    """
    return _parse_unit(text, None, "a unit")


def _parse_unit(text: str, currency: str | None, what: str) -> Unit:
    if not text:
        raise QuantityError("empty-unit", f"{what} is expected, nothing is written", "write '1' for a pure number")
    if len(text) > MOST_UNIT_LENGTH:
        raise QuantityError("bad-unit", f"the unit '{_cut(text)}' is too long", f"at most {MOST_UNIT_LENGTH} characters")
    if any(sign.isspace() for sign in text):
        raise QuantityError("bad-unit", f"the unit '{text}' has a space in it", _space_hint(text))
    factor = Fraction(1)
    powers: dict[str, int] = {}
    parts = re.split(r"([/*])", text)
    for index in range(0, len(parts), 2):
        symbol = parts[index]
        sign = -1 if index and parts[index - 1] == "/" else 1
        if not symbol:
            raise QuantityError("bad-unit", f"the unit '{text}' lacks a symbol beside '/' or '*'", "write, for example, kg/t")
        unit = _symbol(symbol, currency, first=index == 0)
        factor *= unit.factor**sign
        for name, power in unit.dimension:
            powers[name] = powers.get(name, 0) + sign * power
    return Unit(text, factor, tuple(sorted((name, power) for name, power in powers.items() if power)))


def _symbol(symbol: str, currency: str | None, first: bool) -> Unit:
    unit = UNITS.get(symbol)
    if unit is not None:
        return unit
    if symbol == "1" and first:
        return ONE
    if _CURRENCY.fullmatch(symbol) and not any(known.casefold() == symbol.casefold() for known in UNITS):
        if currency is not None and symbol == currency:
            return UNITS["money"]
        if currency is not None:
            raise QuantityError(
                "wrong-currency", f"the amount is in {symbol}, the case is in {currency}", f"convert it and write it in {currency}"
            )
        raise QuantityError("currency-not-known", f"'{symbol}' has no meaning where no currency is set", "write 'money'")
    raise QuantityError("unknown-unit", f"unit '{_cut(symbol)}' is not known", _unit_hint(symbol))


def _space_hint(text: str) -> str:
    words = text.split()
    if words and words[0].casefold() in _WORDS_FOR_NUMBERS:
        return "write the number out: 300000000 EUR, not 300 million EUR"
    return "write it without spaces: " + "".join(words)


def _unit_hint(symbol: str) -> str:
    plain = symbol
    for lookalike, ours in _LOOKALIKES.items():
        plain = plain.replace(lookalike, ours)
    if plain != symbol and plain in UNITS:
        return f"write '{plain}'"
    if symbol in _ALIASES:
        return f"write '{_ALIASES[symbol]}'" + ("" if _same_size(symbol) else " and convert the number")
    folded = [known for known in UNITS if known.casefold() == symbol.casefold()]
    if folded:
        return "write " + " or ".join(f"'{known}'" for known in folded)
    if symbol.casefold() in _WORDS_FOR_NUMBERS:
        return "write the number out, such as 300000000"
    if "^" in symbol or "**" in symbol:
        return "write powers as m2, m3 or m*m"
    if "(" in symbol:
        return "no brackets: write t/person/year for t/(person*year)"
    near = difflib.get_close_matches(symbol, list(UNITS), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else "the units are listed in docs/pack-format.md, section 3"


def unit_meant(symbol: str) -> str:
    """What to write for a symbol that people use and the table lacks; empty when nothing is near.

    >>> unit_meant("tonne"), unit_meant("plant_capacity")
    ("write 't'", '')
    """
    hint = _unit_hint(symbol)
    return "" if symbol in UNITS or hint.startswith("the units") else hint


_WORDS_FOR_NUMBERS = frozenset({"million", "millions", "thousand", "billion", "crore", "lakh", "mio", "mln", "bn"})
_OTHER_SIZE = frozenset(
    {"kt", "kilotonne", "Tg", "kJ", "PJ", "TWh", "cal", "Gcal", "gcal", "ton", "tons", "mm", "cm", "ktCO2e", "K", "CO2", "CO2e"}
)


def _same_size(alias: str) -> bool:
    return alias not in _OTHER_SIZE


def unit_of(dimension: Dimension) -> Unit:
    """The unit with factor 1 of a dimension, for messages and derived values.

    >>> str(unit_of((("mass", 1), ("year", -1))))
    'kg/year'
    """
    above = [BASE_SYMBOLS[name] for name, power in dimension for _ in range(power)]
    below = [BASE_SYMBOLS[name] for name, power in dimension for _ in range(-power)]
    symbol = "*".join(above) or "1"
    return Unit("/".join([symbol, *below]), Fraction(1), dimension)


@dataclass(frozen=True)
class Quantity:
    """An exact number with the unit in which it was written."""

    value: Fraction
    unit: Unit

    @property
    def base(self) -> Fraction:
        """The number in base units (kg, J, s, year, m, …)."""
        return self.value * self.unit.factor

    def to(self, unit: Unit | str) -> Fraction:
        """The number in another unit; QuantityError ``unit-mismatch`` when the dimensions differ.

        >>> parse_quantity("5 kWh").to("MJ")
        Fraction(18, 1)
        """
        return convert(self.value, self.unit, unit)

    def __str__(self) -> str:
        return exact_text(self.value) if self.unit == ONE else f"{exact_text(self.value)} {self.unit}"


def parse_quantity(text: str, *, currency: str | None = None) -> Quantity:
    """Read a number with an optional unit after one space (``%`` may stand without).

    ``currency`` is the case's ISO 4217 code; that code then means ``money``, another is refused as ``wrong-currency``.

    >>> parse_quantity("12.5 MJ/kg").base
    Fraction(12500000, 1)
    >>> parse_quantity("300000000 EUR", currency="EUR").unit.dimension
    (('money', 1),)
    """
    number, space, unit = text.strip(" ").partition(" ")
    if not space and number.endswith("%"):
        number, unit = number[:-1], "%"
    unit = unit.strip(" ")
    if not unit:
        return Quantity(_number_before(number), ONE)
    value = _number_before(number)
    if re.match(r"[0-9]", unit) and unit != "1" and not unit.startswith("1/"):
        grouped = re.fullmatch(r"(-?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?)(.*)", text.strip(" "))
        hint = f"no grouping: write {grouped[1].replace(' ', '')}{grouped[2]}" if grouped else "write one number and its unit"
        raise QuantityError("bad-number", f"'{_cut(text)}' holds two numbers", hint)
    return Quantity(value, parse_unit(unit) if currency is None else _parse_unit(unit, currency, "a unit"))


_GLUED = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)([A-Za-z%][A-Za-z0-9/*%]*)", re.ASCII)


def _number_before(number: str) -> Fraction:
    try:
        return parse_number(number)
    except QuantityError as error:
        glued = _GLUED.fullmatch(number)
        if error.code == "bad-number" and glued and not re.fullmatch(r"[eE][0-9]+", glued[2]):
            raise QuantityError("bad-number", error.message, f"put a space before the unit: {glued[1]} {glued[2]}") from None
        raise


def convert(value: Fraction, from_unit: Unit | str, to_unit: Unit | str) -> Fraction:
    """The value, given in one unit, in another; QuantityError ``unit-mismatch`` names both when the dimensions differ.

    >>> convert(Fraction(1450), "kcal/kg", "MJ/kg")
    Fraction(303543, 50000)
    """
    source = parse_unit(from_unit) if isinstance(from_unit, str) else from_unit
    target = parse_unit(to_unit) if isinstance(to_unit, str) else to_unit
    if source.dimension != target.dimension:
        raise QuantityError("unit-mismatch", f"'{source}' cannot be turned into '{target}'", _mismatch_hint(source, target))
    return value * source.factor / target.factor


def _mismatch_hint(source: Unit, target: Unit) -> str:
    names = {name for name, _ in source.dimension} ^ {name for name, _ in target.dimension}
    if names == {"time", "year"}:
        return "a year is not a number of days of operation: multiply by the days per year (day/year)"
    if names == {"mass", "co2e"}:
        return "tonnes of CO2e are not tonnes of material"
    if names == {"length", "normal_volume"}:
        return "a normal cubic metre of gas is not a cubic metre as measured"
    return f"write it in a unit like {unit_of(target.dimension)}"


def _rounded(value: Fraction) -> int:
    """Nearest whole number, ties away from zero."""
    whole = (abs(value.numerator) * 2 + value.denominator) // (value.denominator * 2)
    return whole if value >= 0 else -whole


def shown(value: Fraction, places: int) -> str:
    """The value as plain decimal text with so many places, rounded once, half away from zero; never '-0'.

    >>> shown(Fraction(331, 6), 1), shown(Fraction(1, 8), 2), shown(Fraction(-1, 1000), 1)
    ('55.2', '0.13', '0.0')
    """
    assert places >= 0
    whole = _rounded(value * 10**places)
    digits = str(abs(whole)).rjust(places + 1, "0")
    text = digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}"
    return f"-{text}" if whole < 0 else text


def shown_grouped(value: Fraction, places: int) -> str:
    """As `shown`, with thin no-break spaces between thousands; for people only, it cannot be read back.

    >>> shown_grouped(Fraction(300000), 0) == "300\\u202f000"
    True
    """
    text = shown(value, places)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = text.partition(".")
    head = len(whole) % 3
    groups = ([whole[:head]] if head else []) + [whole[start : start + 3] for start in range(head, len(whole), 3)]
    return sign + THIN_SPACE.join(groups) + point + rest


def natural_places(value: Fraction, most: int = 6) -> int:
    """How many places show a value without needless digits: all when it ends within ``most``, else enough for four digits.

    >>> natural_places(Fraction(25, 2)), natural_places(Fraction(2, 3)), natural_places(Fraction(1, 3000000))
    (1, 4, 10)
    """
    for places in range(most + 1):
        if (value * 10**places).denominator == 1:
            return places
    return max(0, 3 - _exponent(value))


def shown_with_unit(value: Fraction, unit: Unit | str, places: int | None = None, *, currency: str | None = None) -> str:
    """A number, given in ``unit``, for people: grouped, with its unit after a no-break space; ``places`` None lets the number decide.

    ``currency`` replaces the symbol ``money`` by the case's code.

    >>> shown_with_unit(Fraction(400000), "t/year").replace("\\u202f", "_").replace("\\u00a0", " ")
    '400_000 t/year'
    """
    number = shown_grouped(value, natural_places(value) if places is None else places)
    symbol = str(unit)
    if symbol == "1":
        return number
    if currency is not None:
        symbol = re.sub(r"\bmoney\b", currency, symbol)
    return f"{number}{NO_BREAK_SPACE}{symbol}"


def exact_text(value: Fraction) -> str:
    """The value as a decimal when it ends, else as a fraction; both read back to the same number.

    >>> exact_text(Fraction(5, 2)), exact_text(Fraction(331, 6))
    ('2.5', '331/6')
    """
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return shown(value, max(twos, fives)) if rest == 1 else str(value)


def _exponent(value: Fraction) -> int:
    """e with 10**e <= abs(value) < 10**(e+1); value is not 0."""
    size = abs(value)
    # a first guess from the bits (log10(2) = 0.30103), since Python refuses to write very long integers as text
    exponent = (size.numerator.bit_length() - size.denominator.bit_length()) * 30103 // 100000
    while size < Fraction(10) ** exponent:
        exponent -= 1
    while size >= Fraction(10) ** (exponent + 1):
        exponent += 1
    return exponent


def to_significant(value: Fraction, digits: int = 12) -> Fraction:
    """The value rounded to so many significant digits, half away from zero.

    >>> to_significant(Fraction(2, 3), 3)
    Fraction(667, 1000)
    """
    if value == 0:
        return value
    scale = Fraction(10) ** (digits - 1 - _exponent(value))
    return _rounded(value * scale) / scale


def _decimal(value: Fraction) -> Decimal:
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))


def exp(x: Fraction) -> Fraction:
    """e to the power x, rounded to 12 significant digits; the same on every machine (50-digit decimal arithmetic).

    A result above 10 to the 2000 is a QuantityError ``out-of-range``; one below 10 to the -2000 is 0.

    >>> shown(exp(Fraction(1)), 12)
    '2.718281828460'
    """
    if abs(x) < 4700:
        try:
            return to_significant(Fraction(_CONTEXT.exp(_decimal(x))))
        except (Overflow, Underflow):
            pass
    if x < 0:
        return Fraction(0)
    raise QuantityError("out-of-range", "the exponent is too large", "look at the units of the inputs")


def power(x: Fraction, y: Fraction) -> Fraction:
    """x to the power y, rounded to 12 significant digits; the same on every machine.

    0 to a negative power, and a negative x to a power that is not whole, are a QuantityError ``bad-power``.

    >>> shown(power(Fraction(107, 100), Fraction(25)), 12)  # 25 years at 7 %
    '5.427432640120'
    """
    if y == 0:
        return Fraction(1)
    if x == 0:
        if y < 0:
            raise QuantityError("bad-power", "0 to a negative power has no value")
        return Fraction(0)
    if x < 0 and y.denominator != 1:
        raise QuantityError("bad-power", f"{exact_text(x)} to the power {exact_text(y)} has no value", "the base must not be negative")
    try:
        return to_significant(Fraction(_CONTEXT.power(_decimal(x), _decimal(y))))
    except Underflow:
        return Fraction(0)
    except (Overflow, InvalidOperation):
        raise QuantityError("out-of-range", "the power is too large", "look at the units of the inputs") from None
