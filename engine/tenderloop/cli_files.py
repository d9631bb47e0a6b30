"""Files that a command writes: what stands in the way is a fault of what was given.

Knows how a fault of writing is said. Must not know what is written, nor any command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenderloop.errors import Problem, Problems


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A file that cannot be written is a fault of what was given, not ours.

    >>> with writing(Path("no/a")):
    ...     _ = Path("no/a").write_text("x")
    Traceback (most recent call last):
    tenderloop.errors.Problems: no/a: cannot-write: the file cannot be written: No such file or directory (check the folder and the rights)
    """
    try:
        yield
    except OSError as error:
        raise Problems(
            [Problem("cannot-write", f"the file cannot be written: {error.strerror}", str(path), hint="check the folder and the rights")]
        ) from None
