"""A Brief as terminal text, Markdown, JSON and other formats; one file per format."""
