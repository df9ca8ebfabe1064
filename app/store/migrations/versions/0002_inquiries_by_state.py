"""An index by which open inquiries are found among all that there were: stores that begin now have it from the first revision."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the index."""
    op.create_index("inquiries_by_state", "inquiries", ["status", "created_at"], if_not_exists=True)


def downgrade() -> None:
    """Takes it away."""
    op.drop_index("inquiries_by_state", "inquiries", if_exists=True)
