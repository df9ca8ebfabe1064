"""Indexes by which open inquiries and unsettled payments are found among all that there were: stores that begin now have
them from the first revision.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
INDEXES = {
    "inquiries_by_state": ("inquiries", ["status", "created_at"]),
    "payments_by_state": ("payments", ["status", "due_at", "id"]),
}


def upgrade() -> None:
    """Makes the indexes."""
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns, if_not_exists=True)


def downgrade() -> None:
    """Takes them away."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table, if_exists=True)
