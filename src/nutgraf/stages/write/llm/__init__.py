"""Prompt and decoding for a writer that uses a language model; no I/O."""
