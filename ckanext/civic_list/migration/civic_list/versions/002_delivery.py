"""Delivery: what is owed, what came, how it stands.

Revision ID: 002_delivery
Revises: 001_unified_list
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "002_delivery"
down_revision = "001_unified_list"
branch_labels = None
depends_on = None

AT_ONCE = "0001-01-01"
TABLES = (
    "civic_list_figure",
    "civic_list_tally",
    "civic_list_standing",
    "civic_list_use",
    "civic_list_obligation",
    "civic_list_release",
    "civic_list_evidence",
    "civic_list_sighting",
    "civic_list_resource",
    "civic_list_dataset",
    "civic_list_review",
    "civic_list_relief",
    "civic_list_link_spell",
    "civic_list_own_terms",
)
#: links that count already, and own terms that hold, from the day on which they were made
TAKE_OVER = (
    """
    insert into civic_list_link_spell (id, link_id, duty_id, dataset_id, since, until)
    select gen_random_uuid()::text, id, duty_id, dataset_id, since, until from civic_list_link
    where role <> 'additional' and state in ('confirmed', 'ended') and (until is null or until > since)
    """,
    "update civic_list_link set contested = true where state = 'disputed'",
    """
    insert into civic_list_own_terms
        (id, duty_id, since, period, schedule_kind, schedule_days, schedule_unit, recorded_at, applied_at)
    select gen_random_uuid()::text, d.id, coalesce((select min(since) from civic_list_duty_term where duty_id = d.id),
           current_date), d.period, d.schedule_kind, d.schedule_days, d.schedule_unit, now(), now()
    from civic_list_duty d where d.period is not null or d.schedule_kind is not null
    """,
)
#: The tally follows every change of obligations in the same statement. Keys are taken in one order, so that two
#: transactions at once wait for each other instead of getting in each other's way.
KEEP_TALLY = """
    create or replace function civic_list_outcome(state text, by_review text) returns text immutable language sql as $$
        select case when by_review is not null and state in ('fulfilled', 'fulfilled_late') then 'reviewed'
                    when state = 'fulfilled' then 'on_time' when state = 'fulfilled_late' then 'late'
                    when state in ('open', 'missed') then 'unmet' end
    $$;
    create or replace function civic_list_keep_tally() returns trigger language plpgsql as $$
    begin
        if tg_op = 'INSERT' then
            insert into civic_list_tally (missed, agency_id, category, outcome, count)
            select missed, agency_id, category, civic_list_outcome(state, by_review) as outcome, count(*)
            from fresh where civic_list_outcome(state, by_review) is not null
            group by 1, 2, 3, 4 order by 1, 2, 3, 4
            on conflict (missed, agency_id, category, outcome)
                do update set count = civic_list_tally.count + excluded.count;
        elsif tg_op = 'DELETE' then
            insert into civic_list_tally (missed, agency_id, category, outcome, count)
            select missed, agency_id, category, civic_list_outcome(state, by_review) as outcome, -count(*)
            from stale where civic_list_outcome(state, by_review) is not null
            group by 1, 2, 3, 4 order by 1, 2, 3, 4
            on conflict (missed, agency_id, category, outcome)
                do update set count = civic_list_tally.count + excluded.count;
        else
            insert into civic_list_tally (missed, agency_id, category, outcome, count)
            select missed, agency_id, category, outcome, sum(n) from (
                select missed, agency_id, category, civic_list_outcome(state, by_review) as outcome, 1 as n from fresh
                union all
                select missed, agency_id, category, civic_list_outcome(state, by_review), -1 from stale
            ) changed
            where outcome is not null group by 1, 2, 3, 4 having sum(n) <> 0 order by 1, 2, 3, 4
            on conflict (missed, agency_id, category, outcome)
                do update set count = civic_list_tally.count + excluded.count;
        end if;
        return null;
    end $$;
    create trigger civic_list_obligation_added after insert on civic_list_obligation
        referencing new table as fresh for each statement execute function civic_list_keep_tally();
    create trigger civic_list_obligation_changed after update on civic_list_obligation
        referencing new table as fresh old table as stale for each statement execute function civic_list_keep_tally();
    create trigger civic_list_obligation_gone after delete on civic_list_obligation
        referencing old table as stale for each statement execute function civic_list_keep_tally();
"""


def upgrade() -> None:
    _own_terms()
    _granted()
    _watched()
    _evidence()
    _standings()
    _obligations()
    _figures()
    for statement in TAKE_OVER:
        op.execute(statement)
    op.execute(KEEP_TALLY)


def _own_terms() -> None:
    """What agencies ask of themselves, and when links counted."""
    op.create_table(
        "civic_list_own_terms",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("period", sa.Text, nullable=True),
        sa.Column("schedule_kind", sa.Text, nullable=True),
        sa.Column("schedule_days", sa.Integer, nullable=True),
        sa.Column("schedule_unit", sa.Text, nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("schedule_kind in ('within', 'after')", name="civic_list_own_terms_schedule"),
        sa.CheckConstraint(
            "schedule_unit in ('calendar_day', 'working_day', 'month')", name="civic_list_own_terms_unit"
        ),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id", "since", name="civic_list_own_terms_one_a_day"),
    )
    op.create_index(
        "civic_list_own_terms_waiting",
        "civic_list_own_terms",
        ["since"],
        postgresql_where=sa.text("applied_at is null"),
    )
    op.create_table(
        "civic_list_link_spell",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("link_id", sa.Text, nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.CheckConstraint("until is null or until >= since", name="civic_list_link_spell_order"),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["link_id"], ["civic_list_link.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("civic_list_link_spell_by_dataset", "civic_list_link_spell", ["dataset_id"])
    op.create_index("civic_list_link_spell_by_duty", "civic_list_link_spell", ["duty_id"])
    op.create_index(
        "civic_list_link_spell_now",
        "civic_list_link_spell",
        ["link_id"],
        unique=True,
        postgresql_where=sa.text("until is null"),
    )
    op.add_column("civic_list_duty", sa.Column("run_since", sa.Date, nullable=True))
    op.add_column("civic_list_duty", sa.Column("run_published", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("civic_list_duty", sa.Column("withdrawn_on", sa.Date, nullable=True))
    op.add_column("civic_list_duty", sa.Column("settle_on", sa.Date, server_default=AT_ONCE, nullable=False))
    op.create_index("civic_list_duty_to_settle", "civic_list_duty", ["settle_on"])
    op.add_column("civic_list_link", sa.Column("contested", sa.Boolean, nullable=False, server_default=sa.false()))


def _granted() -> None:
    """What was granted to whom, and who confirmed that data are current."""
    op.create_table(
        "civic_list_relief",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("obligation_key", sa.Text, nullable=True),
        sa.Column("obligation_since", sa.Date, nullable=True),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text, nullable=False),
        sa.CheckConstraint("(kind = 'suspension') = (until is not null)", name="civic_list_relief_days"),
        sa.CheckConstraint("kind in ('excuse', 'suspension')", name="civic_list_relief_kind"),
        sa.CheckConstraint("state in ('proposed', 'confirmed', 'declined', 'ended')", name="civic_list_relief_state"),
        sa.CheckConstraint("until is null or until >= since", name="civic_list_relief_order"),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("civic_list_relief_by_duty", "civic_list_relief", ["duty_id"])
    op.create_index(
        "civic_list_relief_once",
        "civic_list_relief",
        ["duty_id", "obligation_key", "obligation_since"],
        unique=True,
        postgresql_where=sa.text("kind = 'excuse' and state in ('proposed', 'confirmed')"),
    )
    op.create_index("civic_list_relief_waiting", "civic_list_relief", ["state", "made_at"])
    op.create_table(
        "civic_list_review",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("by_admin", sa.Boolean, nullable=False),
        sa.Column("for_period", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("civic_list_review_by_duty", "civic_list_review", ["duty_id", "at"])


def _watched() -> None:
    """Datasets and resources as the portal last saw them."""
    op.create_table(
        "civic_list_dataset",
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("opened", sa.Boolean, nullable=False),
        sa.Column("columns", ARRAY(sa.Text), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("settle_on", sa.Date, server_default=AT_ONCE, nullable=False),
        sa.Column("to_index", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("dataset_id"),
    )
    op.create_index(
        "civic_list_dataset_to_index", "civic_list_dataset", ["to_index"],
        postgresql_where=sa.text("to_index is not null"),
    )
    op.create_index("civic_list_dataset_by_agency", "civic_list_dataset", ["agency_id"])
    op.create_index("civic_list_dataset_to_settle", "civic_list_dataset", ["settle_on"])
    op.create_table(
        "civic_list_resource",
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("bytes", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=True),
        sa.Column("rows", sa.BigInteger, nullable=True),
        sa.Column("columns", ARRAY(sa.Text), nullable=False),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("last_modified", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("opened", sa.Boolean, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_on", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("resource_id"),
    )
    op.create_index("civic_list_resource_by_dataset", "civic_list_resource", ["dataset_id"])
    op.create_index(
        "civic_list_resource_to_check",
        "civic_list_resource",
        ["check_on"],
        postgresql_where=sa.text("check_on is not null"),
    )


def _evidence() -> None:
    """Changes that were noted and judged, and the releases that they made."""
    op.create_table(
        "civic_list_evidence",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("content_before", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("bytes", sa.Text, nullable=False),
        sa.Column("rows_before", sa.BigInteger, nullable=True),
        sa.Column("rows_after", sa.BigInteger, nullable=True),
        sa.Column("share_changed", sa.Float, nullable=True),
        sa.Column("release", sa.Integer, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(release is null) = (reason <> '')", name="civic_list_evidence_counts_or_why"),
        sa.CheckConstraint(
            "how in ('upload', 'datastore', 'harvest', 'checksum', 'http_header', 'published', 'removed')",
            name="civic_list_evidence_how",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "dataset_id", "day", "how", "resource_id", "content", "reason", "by", name="civic_list_evidence_once"
        ),
    )
    op.create_index(
        "civic_list_evidence_by_content",
        "civic_list_evidence",
        ["content"],
        postgresql_where=sa.text("release is not null"),
    )
    op.create_index("civic_list_evidence_by_dataset", "civic_list_evidence", ["dataset_id", "at"])
    op.create_index("civic_list_evidence_by_time", "civic_list_evidence", ["at"])
    op.create_table(
        "civic_list_release",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("contents", ARRAY(sa.Text), nullable=False),
        sa.Column("ways", ARRAY(sa.Text), nullable=False),
        sa.Column("for_period", sa.Text, nullable=False),
        sa.Column("correction", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dataset_id", "number", name="civic_list_release_number"),
    )
    op.create_index("civic_list_release_by_time", "civic_list_release", ["dataset_id", "at"])
    op.create_index("civic_list_release_latest", "civic_list_release", ["at"])
    op.create_table(
        "civic_list_sighting",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("for_period", sa.Text, nullable=False),
        sa.Column("correction", sa.Boolean, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "how in ('upload', 'datastore', 'harvest', 'checksum', 'http_header', 'published', 'removed')",
            name="civic_list_sighting_how",
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("civic_list_sighting_by_dataset", "civic_list_sighting", ["dataset_id"])
    op.create_index("civic_list_sighting_by_time", "civic_list_sighting", ["at"])


def _standings() -> None:
    """The state on every day."""
    op.create_table(
        "civic_list_standing",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("params", JSONB, nullable=False),
        sa.Column("next_due", sa.Date, nullable=True),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("covered", sa.Boolean, nullable=False),
        sa.Column("turn", sa.Boolean, nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "code in ('not_applicable', 'suspended', 'missing', 'delinquent', 'overdue', 'not_started', 'due', "
            "'fresh')",
            name="civic_list_standing_code",
        ),
        sa.CheckConstraint("kind in ('duty', 'dataset')", name="civic_list_standing_kind"),
        sa.CheckConstraint("until is null or until > since", name="civic_list_standing_order"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject_id", "kind", "since", name="civic_list_standing_once"),
    )
    op.create_index(
        "civic_list_standing_days",
        "civic_list_standing",
        ["kind", sa.literal_column("coalesce(until, 'infinity'::date)"), "since"],
        postgresql_include=[
            "subject_id", "agency_id", "category", "code", "next_due", "published", "covered", "until",
        ],
    )
    op.create_index(
        "civic_list_standing_to_announce",
        "civic_list_standing",
        ["since"],
        postgresql_where=sa.text("turn and announced_at is null"),
    )


def _obligations() -> None:
    """What is owed, and what each release and review did."""
    op.create_table(
        "civic_list_obligation",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("terms_since", sa.Date, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("ends", sa.Date, nullable=False),
        sa.Column("opens", sa.Date, nullable=False),
        sa.Column("warn", sa.Date, nullable=False),
        sa.Column("due", sa.Date, nullable=False),
        sa.Column("missed", sa.Date, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("settled_on", sa.Date, nullable=True),
        sa.Column("by_release", sa.BigInteger, nullable=True),
        sa.Column("by_review", sa.Text, nullable=True),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("inherited_from", sa.BigInteger, nullable=True),
        sa.Column("remind_on", sa.Date, nullable=True),
        sa.Column("reminded", sa.SmallInteger, nullable=False),
        sa.CheckConstraint("kind in ('first', 'period', 'renewal')", name="civic_list_obligation_kind"),
        sa.CheckConstraint(
            "state in ('open', 'fulfilled', 'fulfilled_late', 'missed', 'excused', 'replaced')",
            name="civic_list_obligation_state",
        ),
        sa.CheckConstraint("opens <= due and due <= missed", name="civic_list_obligation_order"),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("duty_id", "key", "terms_since", name="civic_list_obligation_once"),
    )
    op.create_index("civic_list_obligation_by_agency", "civic_list_obligation", ["agency_id", "due"])
    op.create_index(
        "civic_list_obligation_by_due", "civic_list_obligation", ["due"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_index("civic_list_obligation_by_state", "civic_list_obligation", ["state", "due"])
    op.create_index(
        "civic_list_obligation_settled",
        "civic_list_obligation",
        ["settled_on"],
        postgresql_where=sa.text("settled_on is not null"),
    )
    op.create_index(
        "civic_list_obligation_to_remind",
        "civic_list_obligation",
        ["remind_on"],
        postgresql_where=sa.text("remind_on is not null"),
    )
    op.create_index(
        "civic_list_obligation_waiting", "civic_list_obligation", ["missed"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "civic_list_use",
        sa.Column("id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("duty_id", sa.Text, nullable=False),
        sa.Column("dataset_id", sa.Text, nullable=False),
        sa.Column("release_id", sa.BigInteger, nullable=True),
        sa.Column("review_id", sa.Text, nullable=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=True),
        sa.Column("terms_since", sa.Date, nullable=True),
        sa.Column("params", JSONB, nullable=False),
        sa.CheckConstraint("(release_id is null) <> (review_id is null)", name="civic_list_use_of_one_act"),
        sa.ForeignKeyConstraint(["duty_id"], ["civic_list_duty.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("civic_list_use_by_release", "civic_list_use", ["release_id"])
    op.create_index(
        "civic_list_use_once",
        "civic_list_use",
        ["duty_id", sa.literal_column("coalesce(release_id::text, review_id)"), "dataset_id"],
        unique=True,
    )


def _figures() -> None:
    """Numbers that are kept so that nobody has to count."""
    op.create_table(
        "civic_list_figure",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("listed", sa.Integer, nullable=False),
        sa.Column("published", sa.Integer, nullable=False),
        sa.Column("actual", sa.Integer, nullable=False),
        sa.Column("covered", sa.Integer, nullable=False),
        sa.Column("all", sa.Integer, nullable=False),
        sa.Column("all_actual", sa.Integer, nullable=False),
        sa.Column("suspended", sa.Integer, nullable=False),
        sa.Column("not_applicable", sa.Integer, nullable=False),
        sa.Column("on_time", sa.Integer, nullable=False),
        sa.Column("late", sa.Integer, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("reviewed", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("day", "agency_id", "category"),
    )
    op.create_index("civic_list_figure_by_agency", "civic_list_figure", ["agency_id", "day"])
    op.create_table(
        "civic_list_tally",
        sa.Column("missed", sa.Date, nullable=False),
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.CheckConstraint("outcome in ('on_time', 'late', 'unmet', 'reviewed')", name="civic_list_tally_outcome"),
        sa.PrimaryKeyConstraint("missed", "agency_id", "category", "outcome"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("drop function civic_list_keep_tally()")
    op.execute("drop function civic_list_outcome(text, text)")
    op.drop_index("civic_list_duty_to_settle", "civic_list_duty")
    for column in ("run_since", "run_published", "withdrawn_on", "settle_on"):
        op.drop_column("civic_list_duty", column)
    op.drop_column("civic_list_link", "contested")
