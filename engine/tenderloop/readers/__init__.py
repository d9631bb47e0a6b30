"""From files to packs and cases. Readers say what is written and what is wrong with it; they never judge what it is worth."""
