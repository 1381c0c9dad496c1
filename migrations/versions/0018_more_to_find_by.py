"""Published projects are found by sector, contractor and year too; ``saksi migrate`` makes what finds them anew.

No table changes: the terms are rows of ``project_term``, and folding them is known to the application alone. The
number is here so that no server starts on the new code before that was done. Code from before does not ask for the
new terms and leaves them be.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0018, after 0012
"""

from __future__ import annotations

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do to the tables."""


def downgrade() -> None:
    """The terms may stay: nothing asks for them."""
