"""Documents and words to suggested evidence: passages, terms, screening. Must not know files of a pack beyond its texts, nor a score."""
