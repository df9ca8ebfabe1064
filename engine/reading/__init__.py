"""Reading: the text of a document becomes located nodes, within limits, and its shape is checked by a JSON Schema."""

from engine.reading.nodes import Mapping, Node, Scalar, Sequence, data
from engine.reading.read import read_text
from engine.reading.source import Source

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "Source", "data", "read_text"]
