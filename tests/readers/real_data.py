"""Where the real files are; tests that need them say so loudly when they are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"THE REAL FILES ARE NOT THERE: {DATA} is missing, nothing about them was tested")
