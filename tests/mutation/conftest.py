"""Keeps this folder out of the normal test run: testing the tests takes minutes, see README.md."""

collect_ignore_glob = ["*.py"]
