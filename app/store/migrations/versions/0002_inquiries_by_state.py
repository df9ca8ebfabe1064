"""An index by which open inquiries are found among all that there were."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the index."""
    op.create_index("inquiries_by_state", "inquiries", ["status", "created_at"])


def downgrade() -> None:
    """Takes it away."""
    op.drop_index("inquiries_by_state", "inquiries")
