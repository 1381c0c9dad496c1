"""Organisations, people, areas, projects, contracts and sites.

Expand first, contract in a later release: the code before this migration must still run after it.

Revision: 0001, the first
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("fk_area_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", name=op.f("uq_area_code")),
    )
    op.create_index(op.f("ix_area_parent_id"), "area", ["parent_id"], unique=False)
    op.create_index(op.f("ix_area_path"), "area", ["path"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "agency",
                "contractor",
                "subcontractor",
                "oversight",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_subject_at", "sign_in_attempt", ["subject", "at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("id", "organisation_id", name=op.f("uq_person_id_organisation_id")),
    )
    op.create_index(op.f("ix_person_organisation_id"), "person", ["organisation_id"], unique=False)
    op.create_table(
        "project",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("sector", sa.String(length=60), nullable=False),
        sa.Column("asset_kind", sa.String(length=60), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("source_of_funds", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "identification",
                "preparation",
                "implementation",
                "completion",
                "completed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=40), nullable=False),
        sa.Column("working_days", sa.String(length=7), nullable=False),
        sa.Column("work_starts", sa.String(length=5), nullable=False),
        sa.Column("work_ends", sa.String(length=5), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("budget_minor >= 0", name=op.f("ck_project_budget_not_negative")),
        sa.ForeignKeyConstraint(["agency_id"], ["organisation.id"], name=op.f("fk_project_agency_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_project_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("code", name=op.f("uq_project_code")),
    )
    op.create_index(op.f("ix_project_agency_id"), "project", ["agency_id"], unique=False)
    op.create_index(op.f("ix_project_area_id"), "project", ["area_id"], unique=False)
    op.create_index(op.f("ix_project_published_at"), "project", ["published_at"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("tender_reference", sa.String(length=100), nullable=False),
        sa.Column("award_reference", sa.String(length=100), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("retention_bp", sa.Integer(), nullable=False),
        sa.Column("advance_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("retention_bp BETWEEN 0 AND 10000", name=op.f("ck_contract_retention_is_a_share")),
        sa.CheckConstraint("value_minor >= 0 AND advance_minor >= 0", name=op.f("ck_contract_amounts_not_negative")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_contract_project_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["organisation.id"], name=op.f("fk_contract_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("project_id", "supplier_id", name=op.f("uq_contract_project_id_supplier_id")),
        sa.UniqueConstraint("project_id", name=op.f("uq_contract_project_id")),
    )
    op.create_index(op.f("ix_contract_supplier_id"), "contract", ["supplier_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "inspector",
                "contractor",
                "supervisor",
                "safety_officer",
                "paymaster",
                "administrator",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(agency_id IS NOT NULL) = (role IN ('administrator', 'auditor'))",
            name=op.f("ck_role_grant_role_fits_scope"),
        ),
        sa.CheckConstraint("(project_id IS NULL) <> (agency_id IS NULL)", name=op.f("ck_role_grant_one_scope")),
        sa.ForeignKeyConstraint(["agency_id"], ["organisation.id"], name=op.f("fk_role_grant_agency_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_role_grant_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_agency_id"), "role_grant", ["agency_id"], unique=False)
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_index(op.f("ix_role_grant_project_id"), "role_grant", ["project_id"], unique=False)
    op.create_index("uq_role_grant_agency", "role_grant", ["person_id", "role", "agency_id"], unique=True)
    op.create_index("uq_role_grant_project", "role_grant", ["person_id", "role", "project_id"], unique=True)
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("polygon", "corridor", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("width_m", sa.Double(), nullable=True),
        sa.Column("chainage_start_m", sa.Double(), nullable=False),
        sa.Column("obstructed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("south", sa.Double(), nullable=False),
        sa.Column("west", sa.Double(), nullable=False),
        sa.Column("north", sa.Double(), nullable=False),
        sa.Column("east", sa.Double(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'corridor') = (width_m IS NOT NULL)", name=op.f("ck_site_corridor_has_width")),
        sa.ForeignKeyConstraint(["changed_by"], ["person.id"], name=op.f("fk_site_changed_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_site_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index(op.f("ix_site_project_id"), "site", ["project_id"], unique=False)
    op.create_index(
        "uq_site_current",
        "site",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "contract_variation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_variation_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_variation")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_variation_contract_id_number")),
    )
    op.create_table(
        "site_cell",
        sa.Column("cell", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_cell_site_id")),
        sa.PrimaryKeyConstraint("cell", "site_id", name=op.f("pk_site_cell")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_site_cell_site_id"), "site_cell", ["site_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_site_cell_site_id"), table_name="site_cell")
    op.drop_table("site_cell")
    op.drop_table("contract_variation")
    op.drop_index(
        "uq_site_current",
        table_name="site",
        sqlite_where=sa.text("retired_at IS NULL"),
        postgresql_where=sa.text("retired_at IS NULL"),
    )
    op.drop_index(op.f("ix_site_project_id"), table_name="site")
    op.drop_table("site")
    op.drop_index(op.f("ix_sign_in_session_person_id"), table_name="sign_in_session")
    op.drop_table("sign_in_session")
    op.drop_index("uq_role_grant_project", table_name="role_grant")
    op.drop_index("uq_role_grant_agency", table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_project_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_person_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_agency_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_contract_supplier_id"), table_name="contract")
    op.drop_table("contract")
    op.drop_index(op.f("ix_project_published_at"), table_name="project")
    op.drop_index(op.f("ix_project_area_id"), table_name="project")
    op.drop_index(op.f("ix_project_agency_id"), table_name="project")
    op.drop_table("project")
    op.drop_index(op.f("ix_person_organisation_id"), table_name="person")
    op.drop_table("person")
    op.drop_index("ix_sign_in_attempt_subject_at", table_name="sign_in_attempt")
    op.drop_table("sign_in_attempt")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_area_path"), table_name="area")
    op.drop_index(op.f("ix_area_parent_id"), table_name="area")
    op.drop_table("area")
