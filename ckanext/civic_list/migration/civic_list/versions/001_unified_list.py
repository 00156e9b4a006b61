"""The unified list: agencies, editions, items, duties, links.

Revision ID: 001_unified_list
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "001_unified_list"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("create extension if not exists pg_trgm")
    _agencies()
    _owner_groups()
    _editions()
    _items()
    _duties()
    _proposals()


def _agencies() -> None:
    """Bodies, what they were called, who follows whom, and their own approved lists."""
    op.create_table(
        "civic_list_agency",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=True),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("short_title", JSONB, nullable=False),
        sa.Column("body_group", sa.Text, nullable=True),
        sa.Column("since", sa.Date, nullable=True),
        sa.Column("until", sa.Date, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "civic_list_agency_name",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("short_title", JSONB, nullable=False),
        sa.Column("body_group", sa.Text, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["civic_list_agency.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agency_id", "since", name="civic_list_agency_name_one_a_day"),
    )
    op.create_table(
        "civic_list_agency_list",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("approved_on", sa.Date, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["civic_list_agency.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_civic_list_agency_list_agency_id", "civic_list_agency_list", ["agency_id"])
    op.create_table(
        "civic_list_succession",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("from_id", sa.Text, nullable=False),
        sa.Column("to_id", sa.Text, nullable=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("items", JSONB, nullable=True),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(kind = 'liquidated') = (to_id is null)", name="civic_list_succession_successor"),
        sa.CheckConstraint(
            "kind in ('renamed', 'merged', 'split', 'liquidated')", name="civic_list_succession_kind"
        ),
        sa.CheckConstraint("from_id <> to_id", name="civic_list_succession_two_bodies"),
        sa.ForeignKeyConstraint(["from_id"], ["civic_list_agency.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["civic_list_agency.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "civic_list_succession_once",
        "civic_list_succession",
        ["from_id", sa.literal_column("coalesce(to_id, '')"), "day"],
        unique=True,
    )
    op.create_index(
        "civic_list_succession_waiting",
        "civic_list_succession",
        ["day"],
        postgresql_where=sa.text("applied_at is null"),
    )


def _owner_groups() -> None:
    """Bodies that owe the same rows, such as all akimats."""
    op.create_table(
        "civic_list_owner_group",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("spellings", ARRAY(sa.Text), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "civic_list_owner_group_member",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.CheckConstraint("until is null or until > since", name="civic_list_owner_group_member_order"),
        sa.ForeignKeyConstraint(["agency_id"], ["civic_list_agency.id"]),
        sa.ForeignKeyConstraint(["group_id"], ["civic_list_owner_group.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "agency_id", "since", name="civic_list_owner_group_member_once"),
    )
    op.create_index(
        "civic_list_owner_group_member_now",
        "civic_list_owner_group_member",
        ["group_id", "agency_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.create_index(
        "ix_civic_list_owner_group_member_agency_id", "civic_list_owner_group_member", ["agency_id"]
    )


def _editions() -> None:
    """Versions of the whole list, and workbooks that are looked at before they are written."""
    op.create_table(
        "civic_list_edition",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("act_number", sa.Text, nullable=False),
        sa.Column("act_date", sa.Date, nullable=True),
        sa.Column("registration_number", sa.Text, nullable=False),
        sa.Column("registered_on", sa.Date, nullable=True),
        sa.Column("published_on", sa.Date, nullable=True),
        sa.Column("act_url", sa.Text, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("copied_from", sa.Text, nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Text, nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("revoked_on", sa.Date, nullable=True),
        sa.Column("revoked_act", sa.Text, nullable=False),
        sa.Column("source_name", sa.Text, nullable=False),
        sa.Column("source_sha256", sa.Text, nullable=False),
        sa.Column("annex_sha256", sa.Text, nullable=False),
        sa.CheckConstraint(
            "approved_at is null or (act_number <> '' and act_date is not null)",
            name="civic_list_edition_has_act",
        ),
        sa.CheckConstraint(
            "state in ('draft', 'submitted', 'approved', 'superseded', 'withdrawn', 'revoked')",
            name="civic_list_edition_state",
        ),
        sa.ForeignKeyConstraint(["copied_from"], ["civic_list_edition.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(
        "civic_list_edition_one_in_force_a_day",
        "civic_list_edition",
        ["effective_from"],
        unique=True,
        postgresql_where=sa.text("approved_at is not null and revoked_on is null"),
    )
    op.create_table(
        "civic_list_staged_import",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("uploaded_by", sa.Text, nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["civic_list_edition.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_civic_list_staged_import_edition_id", "civic_list_staged_import", ["edition_id"])


def _items() -> None:
    """Rows that outlive editions, and what each edition says of them."""
    op.create_table(
        "civic_list_item",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("split_from", sa.Text, nullable=True),
        sa.ForeignKeyConstraint(["split_from"], ["civic_list_item.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index("ix_civic_list_item_split_from", "civic_list_item", ["split_from"])
    op.create_table(
        "civic_list_item_version",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Text, nullable=False),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("theme", JSONB, nullable=False),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("title_key", sa.Text, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("composition", ARRAY(sa.Text), nullable=False),
        sa.Column("agency_id", sa.Text, nullable=True),
        sa.Column("owner_group_id", sa.Text, nullable=True),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("schedule_kind", sa.Text, nullable=True),
        sa.Column("schedule_days", sa.Integer, nullable=True),
        sa.Column("schedule_unit", sa.Text, nullable=True),
        sa.Column("first_due", sa.Date, nullable=True),
        sa.Column("way", sa.Text, nullable=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.CheckConstraint("schedule_kind in ('within', 'after')", name="civic_list_item_version_schedule"),
        sa.CheckConstraint(
            "schedule_unit in ('calendar_day', 'working_day', 'month')", name="civic_list_item_version_unit"
        ),
        sa.CheckConstraint("way in ('workstation', 'integration')", name="civic_list_item_version_way"),
        sa.CheckConstraint(
            "(agency_id is null) <> (owner_group_id is null)", name="civic_list_item_version_one_owner"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["civic_list_agency.id"]),
        sa.ForeignKeyConstraint(["edition_id"], ["civic_list_edition.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["civic_list_item.id"]),
        sa.ForeignKeyConstraint(["owner_group_id"], ["civic_list_owner_group.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("edition_id", "item_id", name="civic_list_item_version_item"),
        sa.UniqueConstraint("edition_id", "number", name="civic_list_item_version_number"),
    )
    op.create_index(
        "civic_list_item_version_search",
        "civic_list_item_version",
        ["search"],
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index(
        "civic_list_item_version_title",
        "civic_list_item_version",
        ["edition_id", sa.literal_column("coalesce(agency_id, owner_group_id)"), "title_key"],
        unique=True,
    )
    op.create_index("ix_civic_list_item_version_item_id", "civic_list_item_version", ["item_id"])


def _duties() -> None:
    """Who owes which item from when to when, and the datasets that answer it."""
    op.create_table(
        "civic_list_duty",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("item_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("responsible_unit", JSONB, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=True),
        sa.Column("schedule_kind", sa.Text, nullable=True),
        sa.Column("schedule_days", sa.Integer, nullable=True),
        sa.Column("schedule_unit", sa.Text, nullable=True),
        sa.CheckConstraint("schedule_kind in ('within', 'after')", name="civic_list_duty_schedule"),
        sa.CheckConstraint(
            "schedule_unit in ('calendar_day', 'working_day', 'month')", name="civic_list_duty_unit"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["civic_list_agency.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["civic_list_item.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "agency_id", name="civic_list_duty_once"),
    )
    op.create_index("ix_civic_list_duty_agency_id", "civic_list_duty", ["agency_id"])
    op.create_table(
        "civic_list_duty_term",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Text, nullable=False),
        sa.Column("version_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.Column("until_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until is null or until >= since", name="civic_list_duty_term_order"),
        sa.ForeignKeyConstraint(["agency_id"], ["civic_list_agency.id"]),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["edition_id"], ["civic_list_edition.id"]),
        sa.ForeignKeyConstraint(["version_id"], ["civic_list_item_version.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id", "edition_id", "since", name="civic_list_duty_term_once"),
    )
    op.create_index("civic_list_duty_term_by_edition", "civic_list_duty_term", ["edition_id", "agency_id", "since"])
    op.create_index("civic_list_duty_term_by_number", "civic_list_duty_term", ["edition_id", "number"])
    op.create_index("civic_list_duty_term_by_version", "civic_list_duty_term", ["version_id"])
    op.create_table(
        "civic_list_link",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("dataset_title", JSONB, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role in ('main', 'part', 'additional')", name="civic_list_link_role"),
        sa.CheckConstraint(
            "state in ('proposed', 'confirmed', 'disputed', 'declined', 'ended')",
            name="civic_list_link_state",
        ),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("civic_list_link_by_dataset", "civic_list_link", ["dataset_id"])
    op.create_index(
        "civic_list_link_once",
        "civic_list_link",
        ["duty_id", "dataset_id"],
        unique=True,
        postgresql_where=sa.text("state in ('proposed', 'confirmed', 'disputed')"),
    )
    op.create_index(
        "civic_list_link_with_data",
        "civic_list_link",
        ["duty_id"],
        postgresql_where=sa.text("state = 'confirmed' and public"),
    )
    op.create_index(
        "civic_list_link_waiting",
        "civic_list_link",
        ["state"],
        postgresql_where=sa.text("state = 'proposed'"),
    )


def _proposals() -> None:
    """What agencies ask of the next edition."""
    op.create_table(
        "civic_list_proposal",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("edition_id", sa.Text, nullable=True),
        sa.Column("item_id", sa.Text, nullable=True),
        sa.Column("agency_list_id", sa.Text, nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fields", JSONB, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text, nullable=False),
        sa.CheckConstraint("kind in ('add', 'change', 'remove', 'period')", name="civic_list_proposal_kind"),
        sa.CheckConstraint(
            "state in ('prepared', 'proposed', 'accepted', 'declined')", name="civic_list_proposal_state"
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["civic_list_agency.id"]),
        sa.ForeignKeyConstraint(["agency_list_id"], ["civic_list_agency_list.id"]),
        sa.ForeignKeyConstraint(["edition_id"], ["civic_list_edition.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["item_id"], ["civic_list_item.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("civic_list_proposal_by_agency", "civic_list_proposal", ["agency_id", "state"])
    op.create_index("civic_list_proposal_waiting", "civic_list_proposal", ["edition_id", "state"])


def downgrade() -> None:
    for table in (
        "civic_list_proposal",
        "civic_list_link",
        "civic_list_duty_term",
        "civic_list_succession",
        "civic_list_staged_import",
        "civic_list_owner_group_member",
        "civic_list_item_version",
        "civic_list_duty",
        "civic_list_agency_name",
        "civic_list_agency_list",
        "civic_list_owner_group",
        "civic_list_item",
        "civic_list_edition",
        "civic_list_agency",
    ):
        op.drop_table(table)
