"""Which notices and texts belong together, so that no fold of a trial holds one side of a pair and another fold the other.

Knows shared keys (procedure, notice, publication, buyer, project) and how alike two texts are. Must not know labels or models.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tenderloop.evidence.features import words_of

SHINGLE = 4  # words that follow one another
ALIKE = 0.3  # share of common runs of four words (Jaccard) from which two texts count as one template
CONTAINED = 0.6  # share of the shorter text's runs that the longer one holds


def groups_of(keys: Sequence[Collection[str]], texts: Sequence[str]) -> list[int]:
    """For each item the number of its group: the lowest place of any item that it is joined with, directly or through others.

    Items are joined when they share a key, or when their texts are nearly identical: at least 30 % of the runs of four words of both
    together are common, or 60 % of those of the shorter.

    >>> groups_of([{"procedure:1"}, {"procedure:2"}, {"procedure:1", "buyer:x"}], ["chairs", "roads", "tables"])
    [0, 1, 0]
    >>> groups_of([(), ()], ["delivery of one hundred office chairs", "Delivery of one hundred office chairs!"])
    [0, 0]
    """
    parents = list(range(len(keys)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    def join(one: int, other: int) -> None:
        low, high = sorted((root(one), root(other)))
        parents[high] = low

    first: dict[str, int] = {}
    for place, mine in enumerate(keys):
        for key in mine:
            join(place, first.setdefault(key, place))
    for one, other in nearly_identical(texts):
        join(one, other)
    return [root(place) for place in range(len(keys))]


def nearly_identical(texts: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of places whose texts are one template; see ``groups_of``."""
    import numpy
    from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]

    if len(texts) < 2 or not any(_runs(text) for text in texts):
        return []
    runs = CountVectorizer(analyzer=_runs, binary=True, dtype=numpy.int32).fit_transform(texts)
    sizes = numpy.asarray(runs.sum(axis=1)).ravel()
    common = (runs @ runs.T).tocoo()
    pairs = []
    for one, other, shared in zip(common.row.tolist(), common.col.tolist(), common.data.tolist(), strict=True):
        if one < other:
            mine, its = int(sizes[one]), int(sizes[other])
            if shared >= ALIKE * (mine + its - shared) or (shared >= CONTAINED * min(mine, its) and min(mine, its) >= SHINGLE):
                pairs.append((one, other))
    return sorted(pairs)


def _runs(text: str) -> list[str]:
    words = words_of(text)
    return sorted({" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))}) if words else []
