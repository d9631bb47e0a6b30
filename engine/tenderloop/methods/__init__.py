"""Published formulas by name."""
