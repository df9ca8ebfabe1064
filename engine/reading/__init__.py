"""Reading: the text of a document becomes located nodes, within limits, and its shape is checked by a JSON Schema."""

from engine.reading.documents import Document
from engine.reading.folder import FolderError, read_document, read_folder
from engine.reading.nodes import Mapping, Node, Scalar, Sequence, data
from engine.reading.read import read_text
from engine.reading.shape import validate
from engine.reading.source import Source

__all__ = [
    "Document",
    "FolderError",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "Source",
    "data",
    "read_document",
    "read_folder",
    "read_text",
    "validate",
]
