"""The catalogue of formulas, adjustments and low-bid rules as one page of Markdown: docs/award-formulas.md.

Knows the catalogues and how a page is laid out. Must not know any equation. ``python -m tenderloop.award.formulas_page`` prints it; a test
compares it with the page in docs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tenderloop.award.costs import CARBON_PATHS, KINDS, TIMINGS
from tenderloop.award.costs import SOURCE as COST_SOURCE
from tenderloop.award.formula import PATHOLOGIES, Formula, Parameter
from tenderloop.award.formulas import ADJUSTMENTS, FORMULAS, NOT_AVAILABLE, VALUE_FORMULAS
from tenderloop.award.low_bids import LOW_BID_RULES, LOW_BID_RULES_NOT_AVAILABLE, LowBidRule
from tenderloop.award.value_formulas import ValueFormula
from tenderloop.quantity import exact_text

COMMAND = "python -m tenderloop.award.formulas_page"

_START = f"""# Formulas

This page is made of the catalogue by `{COMMAND} > docs/award-formulas.md`; a test compares the two.
It is for people who choose a formula, and for those who check one. `status` says how sure we are: `published` was read at the source
named, `unverified` was not compared with its original and is said wherever a score is shown, `proposed` is ours. No formula is offered
that could not be read (section 6).

P is the price of a bid, Pmin the lowest, Pmax the highest, m the mean, BA the budget, d = (BA − P) / BA the discount, Q or L a quality.
A price formula gives a score from 0 to 1. Everything is exact, but for powers and logarithms, which are rounded to 12 significant digits.
A price that is missing, negative or zero is refused with its reason; formulas that rest on fixed bounds or on the budget alone take zero.
Where a budget is a parameter, a price above it scores 0 and counts in no lowest price and no mean: no source says what becomes of it, so
that is ours. An absolute formula scores a bid by its own price; under a relative one, another bid may change the score.
"""


def page() -> str:
    """The whole page. The same catalogue gives the same bytes.

    >>> page().splitlines()[0]
    '# Formulas'
    """
    parts = [
        _START,
        "## 1. Price and cost formulas\n",
        *_summary(FORMULAS.values()),
        *(_price(each) for each in FORMULAS.values()),
        "## 2. Formulas over quality and price together\n",
        *(_value(each) for each in VALUE_FORMULAS.values()),
        "## 3. Evaluated prices\n",
        _table(
            ("name", "equation", "source", "status"),
            [(f"`{each.name}`", each.equation, each.source, each.status) for each in ADJUSTMENTS.values()],
        ),
        "## 4. Life-cycle cost\n",
        _costs(),
        "## 5. Abnormally low bids\n",
        "A rule flags a bid; the bid is asked to explain and stays in the evaluation. Nothing here excludes a bid.\n",
        *(_low(each) for each in LOW_BID_RULES.values()),
        "## 6. Not available, and why\n",
        _table(("name", "reason"), [(f"`{name}`", why) for name, why in {**NOT_AVAILABLE, **LOW_BID_RULES_NOT_AVAILABLE}.items()]),
        "## 7. What is known to go wrong\n",
        "Each is shown by an example in `tests/award/test_formulas_pathologies.py`.\n",
        _table(("code", "what happens"), [(f"`{code}`", text) for code, text in PATHOLOGIES.items()]),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _summary(formulas: Iterable[Formula]) -> list[str]:
    rows = [(f"`{each.name}`", each.kind, each.equation, each.status) for each in formulas]
    return [_table(("name", "kind", "equation", "status"), rows)]


def _price(formula: Formula) -> str:
    return _entry(
        formula.name,
        formula.title,
        {
            "Equation": formula.equation,
            "Kind": formula.kind,
            "Source": f"{formula.source} ({formula.status})",
            "One bid": formula.one_bid,
            "Equal prices": formula.equal_prices,
            "Price of zero": "scored" if formula.accepts_zero else "refused",
            "Rounding": formula.rounding or "none, exact",
            "A lower price": "never scores lower" if formula.monotone else "may score lower",
            "Known to go wrong": _codes(formula.pathologies),
        },
        formula.parameters,
    )


def _value(formula: ValueFormula) -> str:
    return _entry(
        formula.name,
        formula.title,
        {
            "Equation": formula.equation,
            "Kind": formula.kind,
            "Quality": {"points": "points, 0 or more", "share": "a share, 0 to 1", "money": "money"}[formula.quality_unit],
            "Source": f"{formula.source} ({formula.status})",
            "One bid": formula.one_bid,
            "Equal bids": formula.equal_bids,
            "Rounding": formula.rounding or "none, exact",
            "Known to go wrong": _codes(formula.pathologies),
        },
        formula.parameters,
    )


def _low(rule: LowBidRule) -> str:
    facts = {"Rule": rule.rule, "Needs": ", ".join(("prices", *rule.needs)), "Source": f"{rule.source} ({rule.status})"}
    return _entry(rule.name, rule.title, facts, rule.parameters)


def _costs() -> str:
    lines = [
        f"Kinds of cost: {', '.join(KINDS.values()).lower()}. Source: {COST_SOURCE}.",
        "",
        "A cost falls due, by the convention that the procedure names:",
        "",
        *(f"* `{name}`: {text}" for name, text in TIMINGS.items()),
        "",
        "Year 0 is today and never discounted. Without a rate nothing is discounted. Amounts and rate are both real or both nominal.",
        "Tonnes of CO2 are multiplied by a price by calendar year; between two years of a table a straight line, outside it nothing:",
        "",
    ]
    rows = []
    for path in CARBON_PATHS.values():
        prices = "; ".join(f"{year}: {exact_text(price)} {path.currency}/t" for year, price in sorted(path.prices.items()))
        rows.append((f"`{path.name}`", prices, path.source, path.status))
    return "\n".join(lines) + "\n" + _table(("path", "prices", "source", "status"), rows)


def _codes(codes: Sequence[str]) -> str:
    return ", ".join(f"`{code}`" for code in codes) or "nothing known"


def _entry(name: str, title: str, facts: Mapping[str, str], parameters: Sequence[Parameter]) -> str:
    lines = [f"### `{name}`: {title}", "", *(f"* {label}: {text}" for label, text in facts.items())]
    for each in parameters:
        given = "required" if each.required else "optional" + (f", else {exact_text(each.default)}" if each.default is not None else "")
        lines.append(f"* Parameter `{each.name}` ({each.unit}, {each.range_text}; {given}): {each.meaning}")
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head)), *(line(row) for row in rows)]) + "\n"


if __name__ == "__main__":
    print(page(), end="")
