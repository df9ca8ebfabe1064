"""From the located nodes of a role document to a Role. The document's shape was validated before."""

from __future__ import annotations

from engine.access.model import Grant, Role
from engine.conditions.block import parse_block
from engine.reading.nodes import Mapping, Node, Scalar, Sequence


def parse_role(root: Mapping) -> Role:
    """The role a validated document declares."""
    grants = root.get("grants")
    items = grants.items if isinstance(grants, Sequence) else ()
    return Role(
        id=_text(root, "id"),
        version=int(_text(root, "version")),
        description=_text(root, "description"),
        grants=tuple(_grant(item) for item in items if isinstance(item, Mapping)),
        place=root.place,
    )


def _grant(item: Mapping) -> Grant:
    where = item.get("where")
    fields = item.get("fields")
    permission = item.get("permission")
    return Grant(
        permission=_text(item, "permission"),
        where=parse_block(where) if where is not None else None,
        hide=_texts(item.get("hide")),
        fields=_texts(fields) if fields is not None else None,
        place=permission.place if permission is not None else item.place,
    )


def _text(root: Mapping, key: str) -> str:
    node = root.get(key)
    return node.text if isinstance(node, Scalar) else ""


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(i.text for i in node.items if isinstance(i, Scalar)) if isinstance(node, Sequence) else ()
