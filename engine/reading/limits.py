"""The bounds of one document (language.md, "Input safety"). They hold before anything is built from it."""

from __future__ import annotations

DOCUMENT_BYTES = 256 * 1024
DEPTH = 32
"""Collections within collections; the document's own mapping is the first."""
NODES = 20_000
"""Keys, values, mappings and lists together."""
