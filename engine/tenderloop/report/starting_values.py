"""Open data on a place as YAML that a person may paste into a case, with source, year and licence beside every number.

Knows how such an offer is written down. Must not put anything into a case: pasting is the act of accepting.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from tenderloop.methods.open_data import Offer, Place
from tenderloop.quantity import exact_text

NOBODY_MEASURED = "National or regional data: not measured on this waste."


def starting_values_yaml(place: Place, offers: Sequence[Offer]) -> str:
    """Comments first, then ``documents`` and ``facts`` in the form of a case; without a composition there are comments only.

    A composition stands ready to paste when its shares add up to 100 % within one point; otherwise, and for groups to which the place
    belongs, it is a comment. The evidence has grade 0: a figure for a country supports nothing about a project.

    >>> from tenderloop.methods.open_data import find_place, starting_values
    >>> text = starting_values_yaml(find_place("TUR"), starting_values("TUR"))
    >>> "      - {component: food, share: 64 %}" in text.splitlines()
    True
    """
    lines = [
        f"# Open data for {place.name} ({place.code}): starting values, to be accepted or replaced by a person.",
        "# Nothing is used in a rating unless you paste it. Mind the years; a sorting analysis of the project's own waste is better.",
    ]
    if not offers:
        return "\n".join([*lines, "# There are no data for this place."]) + "\n"
    mixes: dict[str, list[Offer]] = {}
    for offer in offers:
        if offer.what == "composition":
            mixes.setdefault(offer.place.code, []).append(offer)
    chosen = next((mix for mix in mixes.values() if abs(_sum(mix) - 100) <= 1), None)
    for title, found in _groups(offers, chosen):
        lines += ["#", f"# {title}", *(f"#   {_line(offer)}" for offer in found)]
    if chosen:
        used = {offer.source.id: offer.source for offer in chosen}
        lines += ["", "documents:"]
        lines += [f"  open_data_{source.id}: {{title: {_quoted(f'{source.title} ({source.licence})')}}}" for source in used.values()]
        lines += ["facts:", "  composition:", "    value:"]
        lines += [f"      - {{component: {offer.item}, share: {exact_text(offer.value)} %}}" for offer in chosen]
        lines += ["    evidence:"]
        years = ", ".join(dict.fromkeys(offer.year for offer in chosen if offer.year)) or "no year published"
        notes = "; ".join(dict.fromkeys(offer.note for offer in chosen if offer.note))
        quote = f"{NOBODY_MEASURED} {chosen[0].place.name}, {years}" + (f"; {notes}" if notes else "")
        lines += [f"      - {{document: open_data_{chosen[0].source.id}, quote: {_quoted(quote)}, grade: 0}}"]
    return "\n".join(lines) + "\n"


def _sum(mix: Sequence[Offer]) -> Fraction:
    return sum((offer.value for offer in mix), Fraction(0))


def _groups(offers: Sequence[Offer], chosen: Sequence[Offer] | None) -> list[tuple[str, list[Offer]]]:
    """Offers that go into comments, by what they are and whose they are."""
    ready = set(chosen or ())
    found: dict[str, list[Offer]] = {}
    for offer in offers:
        if offer not in ready:
            mark = "" if offer.status == "published" else f", {offer.status}"
            title = f"{offer.what}, {offer.place.name}: {offer.source.title} ({offer.source.licence}{mark})"
            found.setdefault(title, []).append(offer)
    return list(found.items())


def _line(offer: Offer) -> str:
    text = f"{offer.item}: {exact_text(offer.value)} {offer.unit}, {offer.year or 'no year published'}"
    if offer.note:
        text += f"; {offer.note}"
    return f"{text} [{offer.cited}]" if offer.cited else text


def _quoted(text: str) -> str:
    return '"' + re.sub(r'["\\]', "'", text) + '"'
