"""Working with words: sentences, language, similarity, numbers, dates, sanitising. No I/O, no news logic."""
