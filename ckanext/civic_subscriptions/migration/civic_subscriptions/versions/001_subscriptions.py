"""Subscriptions, how readers are reached, and searches that are followed.

Revision ID: 001_subscriptions
Revises:
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "001_subscriptions"
down_revision = None
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_TEMPOS = "'at_once', 'daily', 'weekly'"
_TABLES = (
    "errand", "to_match", "search", "refused", "endpoint", "phone", "sent", "passed", "wish", "address", "preferences",
    "subscription",
)


def _text(name: str, **more: bool) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, **more)


def _instant(name: str) -> sa.Column:
    return sa.Column(name, _INSTANT, nullable=False)


def _count(name: str, default: str = "0") -> sa.Column:
    return sa.Column(name, sa.SmallInteger, nullable=False, server_default=default)


def _of_event() -> sa.Column:
    return sa.Column(
        "event_id", sa.BigInteger, sa.ForeignKey("civic_core_event.id", ondelete="CASCADE"), primary_key=True,
        autoincrement=False,
    )


def _table(name: str, *parts: sa.Column | sa.Constraint) -> None:
    op.create_table(f"civic_subscriptions_{name}", *parts)


def _index(table: str, name: str, columns: list[str], where: str | None = None, *, unique: bool = False) -> None:
    op.create_index(
        f"civic_subscriptions_{table}_{name}", f"civic_subscriptions_{table}", columns, unique=unique,
        postgresql_where=sa.text(where) if where else None,
    )


def upgrade() -> None:
    _subscriptions()
    _preferences()
    _without_account()
    _ways()
    _searches()


def _subscriptions() -> None:
    _table(
        "subscription",
        _text("id", primary_key=True),
        *map(_text, ("recipient", "target_type", "target_id")),
        sa.Column("label", JSONB, nullable=False),
        _text("tempo"),
        sa.Column("channels", ARRAY(sa.Text), nullable=False),
        sa.Column("every_change", sa.Boolean, nullable=False, server_default=sa.false()),
        _instant("since"), _instant("created"),
        sa.UniqueConstraint("recipient", "target_type", "target_id", name="civic_subscriptions_subscription_once"),
        sa.CheckConstraint(f"tempo in ({_TEMPOS})", name="civic_subscriptions_subscription_tempo"),
    )
    _index("subscription", "by_target", ["target_type", "target_id"])
    _table("passed", _of_event())


def _preferences() -> None:
    _table(
        "preferences",
        _text("recipient", primary_key=True),
        sa.Column("language", sa.Text), sa.Column("paused_since", _INSTANT),
        sa.Column("quiet_from", sa.Time), sa.Column("quiet_until", sa.Time),
        _count("digest_hour", "9"),
        sa.Column("work_tempo", sa.Text, nullable=False, server_default="daily"),
        sa.Column("work_channels", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{email}'")),
        sa.Column("app_id", sa.Text), sa.Column("follows_taken", _INSTANT),
        _instant("created"), _instant("changed"),
        sa.CheckConstraint("digest_hour between 0 and 23", name="civic_subscriptions_preferences_hour"),
        sa.CheckConstraint(f"work_tempo in ({_TEMPOS})", name="civic_subscriptions_preferences_tempo"),
        sa.CheckConstraint(
            "(quiet_from is null) = (quiet_until is null)", name="civic_subscriptions_preferences_quiet"
        ),
    )


def _without_account() -> None:
    _table(
        "address",
        _text("id", primary_key=True), _text("email"), sa.Column("confirmed_at", _INSTANT), _text("language"),
        _instant("last_asked"), _instant("created"),
        sa.UniqueConstraint("email", name="civic_subscriptions_address_once"),
        sa.CheckConstraint("email = lower(email)", name="civic_subscriptions_address_small"),
    )
    _index("address", "unconfirmed", ["last_asked"], "confirmed_at is null")
    _table(
        "wish",
        sa.Column(
            "address_id", sa.Text, sa.ForeignKey("civic_subscriptions_address.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        _text("target_type", primary_key=True), _text("target_id", primary_key=True),
        sa.Column("label", JSONB, nullable=False), _text("tempo"), _instant("created"),
    )
    _table(
        "sent",
        _text("kind", primary_key=True), _text("digest", primary_key=True),
        sa.Column("day", sa.Date, primary_key=True), sa.Column("count", sa.SmallInteger, nullable=False),
    )
    _table(
        "errand",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True), _text("kind"),
        sa.Column("asked", JSONB, nullable=False), _instant("created"), _instant("after"),
    )
    _index("errand", "by_time", ["after", "id"])


def _ways() -> None:
    _table(
        "phone",
        _text("recipient", primary_key=True), _text("number", primary_key=True), sa.Column("code", sa.Text),
        _count("tries"), sa.Column("expires", _INSTANT), sa.Column("confirmed_at", _INSTANT),
    )
    _index("phone", "one", ["recipient"], "confirmed_at is not null", unique=True)
    _table(
        "endpoint",
        _text("id", primary_key=True), *map(_text, ("recipient", "address", "p256dh", "auth")),
        sa.Column("user_agent", sa.Text, nullable=False, server_default=""), _instant("created"),
        sa.UniqueConstraint("address", name="civic_subscriptions_endpoint_once"),
    )
    _index("endpoint", "of", ["recipient", "created"])
    _table(
        "refused",
        *(_text(name, primary_key=True) for name in ("recipient", "channel", "digest")), _instant("since"),
    )


def _searches() -> None:
    _table(
        "search",
        _text("id", primary_key=True), sa.Column("query", JSONB, nullable=False), _instant("created"),
    )
    _table("to_match", _of_event(), _text("dataset_id"), _instant("created"), _instant("claimed_until"))
    _index("to_match", "by_time", ["claimed_until", "event_id"])


def downgrade() -> None:
    for name in _TABLES:
        op.drop_table(f"civic_subscriptions_{name}")
