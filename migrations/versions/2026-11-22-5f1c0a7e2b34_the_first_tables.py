"""the first tables

Revision: 5f1c0a7e2b34
Follows:
"""

import sqlalchemy as sa
from alembic import op

from counterclaim.db import text_index_statements

revision = "5f1c0a7e2b34"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "sha256",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the key, hex; the key itself is not kept.",
        ),
        sa.Column(
            "name",
            sa.String(),
            nullable=False,
            comment="Whose key it is; named as actor in the ledger.",
        ),
        sa.Column(
            "scopes",
            sa.JSON(),
            nullable=False,
            comment="What it may do: read, contribute, review, admin.",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made."
        ),
        sa.Column(
            "last_used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last used.",
        ),
        sa.Column(
            "revoked_at", sa.DateTime(timezone=True), nullable=True, comment="When it was revoked."
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_api_key_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_key_sha256")),
    )
    op.create_table(
        "event",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Serial number; breaks ties in every order.",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "strike",
                "battle",
                "violence_against_civilians",
                "territory_change",
                "deployment",
                "statement",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Kind of event.",
        ),
        sa.Column(
            "scope",
            sa.Enum(
                "single",
                "wave",
                "collection",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How much the event spans.",
        ),
        sa.Column("label", sa.String(), nullable=False, comment="A short neutral title."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("number", name=op.f("uq_event_number")),
    )
    op.create_table(
        "event_facet",
        sa.Column("facet", sa.String(length=20), nullable=False, comment="Which filter."),
        sa.Column("value", sa.String(length=100), nullable=False, comment="Which value."),
        sa.Column(
            "sk",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="The version.",
        ),
        sa.PrimaryKeyConstraint("facet", "value", "sk", name=op.f("pk_event_facet")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "event_figure",
        sa.Column(
            "figure",
            sa.String(length=20),
            nullable=False,
            comment="An outcome or a harm: launched, killed.",
        ),
        sa.Column(
            "sk",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="The version.",
        ),
        sa.Column("low", sa.BigInteger(), nullable=True, comment="Least; null when not known."),
        sa.Column(
            "best", sa.BigInteger(), nullable=True, comment="Best value; null when undecided."
        ),
        sa.Column("high", sa.BigInteger(), nullable=True, comment="Greatest; null when open."),
        sa.PrimaryKeyConstraint("figure", "sk", name=op.f("pk_event_figure")),
    )
    op.create_table(
        "event_point",
        sa.Column(
            "sk",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="The version.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the version, from 0.",
        ),
        sa.Column("role", sa.String(length=40), nullable=False, comment="What happened there."),
        sa.Column("latitude", sa.Double(), nullable=False, comment="Degrees north, WGS 84."),
        sa.Column("longitude", sa.Double(), nullable=False, comment="Degrees east, WGS 84."),
        sa.Column(
            "uncertainty_m", sa.Integer(), nullable=True, comment="Radius in metres; null: unknown."
        ),
        sa.Column(
            "x_m", sa.Double(), nullable=False, comment="Earth-centred x of the point, metres."
        ),
        sa.Column(
            "y_m", sa.Double(), nullable=False, comment="Earth-centred y of the point, metres."
        ),
        sa.Column(
            "z_m", sa.Double(), nullable=False, comment="Earth-centred z of the point, metres."
        ),
        sa.Column(
            "west", sa.Double(), nullable=False, comment="West edge of the circle's box, degrees."
        ),
        sa.Column("south", sa.Double(), nullable=False, comment="South edge, degrees."),
        sa.Column(
            "east",
            sa.Double(),
            nullable=False,
            comment="East edge, degrees; less than west where the box lies across 180 degrees.",
        ),
        sa.Column("north", sa.Double(), nullable=False, comment="North edge, degrees."),
        sa.PrimaryKeyConstraint("sk", "position", name=op.f("pk_event_point")),
    )
    op.create_index(
        "ix_event_point_south_north",
        "event_point",
        ["south", "north", "west", "east"],
        unique=False,
    )
    op.create_table(
        "import_batch",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "data_set", sa.String(length=60), nullable=False, comment="Name of the data set."
        ),
        sa.Column(
            "version", sa.String(length=60), nullable=True, comment="Its version, if it has one."
        ),
        sa.Column("filename", sa.String(), nullable=False, comment="Name of the file."),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="SHA-256 of the file, hex."
        ),
        sa.Column("counts", sa.JSON(), nullable=False, comment="Rows by what became of them."),
        sa.Column(
            "finished_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When all rows were done; null while under way or interrupted.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_data_set"), "import_batch", ["data_set"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Place in the chain, from 1.",
        ),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Instant of the transaction; later than that of every one before.",
        ),
        sa.Column("actor", sa.String(), nullable=False, comment="Who wrote."),
        sa.Column(
            "action", sa.String(length=60), nullable=False, comment="What was done, as verb_noun."
        ),
        sa.Column(
            "subject",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="Id of the row that was written.",
        ),
        sa.Column(
            "body",
            sa.String(),
            nullable=False,
            comment="What was written, as canonical JSON (RFC 8785).",
        ),
        sa.Column(
            "prev_hash", sa.String(length=64), nullable=False, comment="Hash of the entry before."
        ),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="Hash of this entry."),
        sa.CheckConstraint(
            "length(hash) = 64 AND length(prev_hash) = 64", name=op.f("ck_ledger_entry_hash_length")
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_ledger_entry_seq_positive")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_entry_hash")),
    )
    op.create_index(op.f("ix_ledger_entry_at"), "ledger_entry", ["at"], unique=False)
    op.create_index(op.f("ix_ledger_entry_subject"), "ledger_entry", ["subject"], unique=False)
    op.create_table(
        "munition",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "category",
            sa.Enum(
                "ballistic_missile",
                "cruise_missile",
                "air_to_surface_missile",
                "surface_to_air_missile",
                "anti_ship_missile",
                "guided_bomb",
                "bomb",
                "rocket",
                "artillery",
                "drone",
                "surface_drone",
                "launcher",
                "family",
                "unknown",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Kind of weapon.",
        ),
        sa.Column(
            "parent_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The wider type it is one of.",
        ),
        sa.Column(
            "key",
            sa.String(length=100),
            nullable=False,
            comment="Permanent readable key, lower-case words and hyphens.",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="The name to show, in English."),
        sa.Column(
            "country",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1 alpha-2 code of the country it belongs to or comes from.",
        ),
        sa.Column(
            "origin",
            sa.String(),
            nullable=True,
            comment="Where what the row says comes from, when not from a claim.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["munition.id"], name=op.f("fk_munition_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_munition")),
        sa.UniqueConstraint("key", name=op.f("uq_munition_key")),
    )
    op.create_index(op.f("ix_munition_parent_id"), "munition", ["parent_id"], unique=False)
    op.create_table(
        "place",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "country",
                "region",
                "district",
                "city",
                "town",
                "village",
                "airfield",
                "facility",
                "sea",
                "area",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Kind of place.",
        ),
        sa.Column(
            "parent_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The place it lies in.",
        ),
        sa.Column(
            "region",
            sa.String(length=6),
            nullable=True,
            comment="ISO 3166-2 code of the first-level subdivision.",
        ),
        sa.Column("latitude", sa.Double(), nullable=True, comment="Degrees north, WGS 84."),
        sa.Column("longitude", sa.Double(), nullable=True, comment="Degrees east, WGS 84."),
        sa.Column(
            "uncertainty_m",
            sa.Integer(),
            nullable=True,
            comment="Radius in metres around the point that covers the place; null when not known.",
        ),
        sa.Column("geonames_id", sa.Integer(), nullable=True, comment="Id in GeoNames."),
        sa.Column(
            "key",
            sa.String(length=100),
            nullable=False,
            comment="Permanent readable key, lower-case words and hyphens.",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="The name to show, in English."),
        sa.Column(
            "country",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1 alpha-2 code of the country it belongs to or comes from.",
        ),
        sa.Column(
            "origin",
            sa.String(),
            nullable=True,
            comment="Where what the row says comes from, when not from a claim.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_place_coordinates_both")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_place_latitude_range")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_place_longitude_range")),
        sa.CheckConstraint("uncertainty_m >= 0", name=op.f("ck_place_uncertainty_not_negative")),
        sa.ForeignKeyConstraint(["parent_id"], ["place.id"], name=op.f("fk_place_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("geonames_id", name=op.f("uq_place_geonames_id")),
        sa.UniqueConstraint("key", name=op.f("uq_place_key")),
    )
    op.create_index("ix_place_country", "place", ["country"], unique=False)
    op.create_index(op.f("ix_place_parent_id"), "place", ["parent_id"], unique=False)
    op.create_index(op.f("ix_place_region"), "place", ["region"], unique=False)
    op.create_table(
        "release",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column("name", sa.String(length=100), nullable=False, comment="Its name."),
        sa.Column(
            "known_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="The instant it shows the store at.",
        ),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="SHA-256 of its export, hex."
        ),
        sa.Column("note", sa.String(), nullable=True, comment="What it is for."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_release_sha256_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("name", name=op.f("uq_release_name")),
    )
    op.create_table(
        "source",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "state",
                "government",
                "ministry",
                "armed_force",
                "official",
                "organisation",
                "outlet",
                "agency",
                "ngo",
                "data_set",
                "group",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Kind of source.",
        ),
        sa.Column(
            "side",
            sa.String(length=40),
            nullable=True,
            comment="Side it speaks for, which need not be a party: ISO 3166-1 code or slug; neutral for outlets and observers; null when not known.",
        ),
        sa.Column(
            "parent_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The source it speaks for or belongs to.",
        ),
        sa.Column("url", sa.String(), nullable=True, comment="Its own address on the web."),
        sa.Column(
            "key",
            sa.String(length=100),
            nullable=False,
            comment="Permanent readable key, lower-case words and hyphens.",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="The name to show, in English."),
        sa.Column(
            "country",
            sa.String(length=2),
            nullable=True,
            comment="ISO 3166-1 alpha-2 code of the country it belongs to or comes from.",
        ),
        sa.Column(
            "origin",
            sa.String(),
            nullable=True,
            comment="Where what the row says comes from, when not from a claim.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["source.id"], name=op.f("fk_source_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("key", name=op.f("uq_source_key")),
    )
    op.create_index(op.f("ix_source_parent_id"), "source", ["parent_id"], unique=False)
    op.create_table(
        "document",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "publisher_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="Who published it; null when not known.",
        ),
        sa.Column(
            "title",
            sa.String(),
            nullable=False,
            comment="Its title or, where it has none, its first words.",
        ),
        sa.Column("url", sa.String(), nullable=True, comment="Where it was published."),
        sa.Column("archived_url", sa.String(), nullable=True, comment="Where a copy is archived."),
        sa.Column("lang", sa.String(length=35), nullable=True, comment="BCP 47 tag of the text."),
        sa.Column(
            "translated_from",
            sa.String(length=35),
            nullable=True,
            comment="BCP 47 tag of the original, when the text is a translation.",
        ),
        sa.Column("published_edtf", sa.String(), nullable=True, comment="Publication date, EDTF."),
        sa.Column(
            "published_from",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Its earliest instant.",
        ),
        sa.Column(
            "published_to", sa.DateTime(timezone=True), nullable=True, comment="Its end, exclusive."
        ),
        sa.Column(
            "published_basis",
            sa.Enum(
                "stated",
                "inferred",
                "computed",
                "imported",
                name="published_basis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Whether the date is stated or inferred.",
        ),
        sa.Column(
            "published_rule",
            sa.String(),
            nullable=True,
            comment="By which rule the date was inferred.",
        ),
        sa.Column(
            "retrieved_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the text was fetched.",
        ),
        sa.Column(
            "media_type", sa.String(length=100), nullable=False, comment="Media type of the text."
        ),
        sa.Column("licence", sa.String(), nullable=True, comment="Licence of the text."),
        sa.Column(
            "text", sa.String(), nullable=False, comment="The text, exactly as it was hashed."
        ),
        sa.Column(
            "sha256",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the text's UTF-8 bytes, hex.",
        ),
        sa.Column(
            "syndicated_from_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The document it was taken over from.",
        ),
        sa.Column("note", sa.String(), nullable=True, comment="What else a reader should know."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.CheckConstraint(
            "published_basis = 'stated' OR published_rule IS NOT NULL",
            name=op.f("ck_document_inferred_has_rule"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_document_sha256_length")),
        sa.CheckConstraint(
            "published_to > published_from", name=op.f("ck_document_published_order")
        ),
        sa.ForeignKeyConstraint(
            ["publisher_id"], ["source.id"], name=op.f("fk_document_publisher_id")
        ),
        sa.ForeignKeyConstraint(
            ["syndicated_from_id"], ["document.id"], name=op.f("fk_document_syndicated_from_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("sha256", name=op.f("uq_document_sha256")),
    )
    op.create_index(op.f("ix_document_publisher_id"), "document", ["publisher_id"], unique=False)
    op.create_index(
        op.f("ix_document_syndicated_from_id"), "document", ["syndicated_from_id"], unique=False
    )
    op.create_table(
        "event_judgement",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "left_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The event with the smaller id.",
        ),
        sa.Column(
            "right_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The event with the greater id.",
        ),
        sa.Column(
            "judgement",
            sa.Enum(
                "same",
                "different",
                "unsure",
                name="judgement",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="The decision.",
        ),
        sa.Column(
            "score",
            sa.Float(),
            nullable=True,
            comment="How alike the two looked, 0 to 1, when it was decided.",
        ),
        sa.Column("reason", sa.String(), nullable=False, comment="Why."),
        sa.Column("decided_by", sa.String(), nullable=False, comment="Who decided."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the row stopped to count, UTC; null while it counts.",
        ),
        sa.CheckConstraint("left_id < right_id", name=op.f("ck_event_judgement_left_before_right")),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_event_judgement_score_range")),
        sa.ForeignKeyConstraint(["left_id"], ["event.id"], name=op.f("fk_event_judgement_left_id")),
        sa.ForeignKeyConstraint(
            ["right_id"], ["event.id"], name=op.f("fk_event_judgement_right_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_judgement")),
    )
    op.create_index(
        op.f("ix_event_judgement_right_id"), "event_judgement", ["right_id"], unique=False
    )
    op.create_index(
        "uq_event_judgement_live",
        "event_judgement",
        ["left_id", "right_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "event_part",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "whole_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The collection or wave.",
        ),
        sa.Column(
            "part_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="Its part.",
        ),
        sa.Column("basis", sa.String(), nullable=True, comment="Why the one is part of the other."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the row stopped to count, UTC; null while it counts.",
        ),
        sa.CheckConstraint("whole_id <> part_id", name=op.f("ck_event_part_not_itself")),
        sa.ForeignKeyConstraint(["part_id"], ["event.id"], name=op.f("fk_event_part_part_id")),
        sa.ForeignKeyConstraint(["whole_id"], ["event.id"], name=op.f("fk_event_part_whole_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_part")),
    )
    op.create_index(op.f("ix_event_part_part_id"), "event_part", ["part_id"], unique=False)
    op.create_index(
        "uq_event_part_live",
        "event_part",
        ["whole_id", "part_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "event_summary",
        sa.Column(
            "sk",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Sort key: seconds of occurred_from shifted by 30 bits, plus serial.",
        ),
        sa.Column(
            "serial",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Serial number of the version, from 1.",
        ),
        sa.Column(
            "event_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The event, or the one that stands for a merge.",
        ),
        sa.Column(
            "valid_from",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Since when it counts, UTC.",
        ),
        sa.Column(
            "valid_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Until when it counted, exclusive; null while it counts.",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "strike",
                "battle",
                "violence_against_civilians",
                "territory_change",
                "deployment",
                "statement",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Kind of event.",
        ),
        sa.Column(
            "scope",
            sa.Enum(
                "single",
                "wave",
                "collection",
                name="scope",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How much the event spans.",
        ),
        sa.Column(
            "attacker", sa.String(length=40), nullable=True, comment="Resolved attacking side."
        ),
        sa.Column(
            "defender", sa.String(length=40), nullable=True, comment="Resolved side attacked."
        ),
        sa.Column(
            "grade",
            sa.Enum(
                "confirmed",
                "fair",
                "weak",
                "contested",
                "discounted",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="How well it is established.",
        ),
        sa.Column(
            "disputed",
            sa.Boolean(),
            nullable=False,
            comment="Whether voices contradict each other.",
        ),
        sa.Column(
            "occurred_from",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Earliest instant, UTC.",
        ),
        sa.Column(
            "occurred_to", sa.DateTime(timezone=True), nullable=True, comment="End, exclusive, UTC."
        ),
        sa.Column(
            "content_key",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the document and of all that finds it, hex.",
        ),
        sa.Column("document", sa.String(), nullable=False, comment="The event as served, JSON."),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_event_summary_valid_order")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_summary_event_id")),
        sa.PrimaryKeyConstraint("sk", name=op.f("pk_event_summary")),
        sa.UniqueConstraint("serial", name=op.f("uq_event_summary_serial")),
    )
    op.create_index(
        "ix_event_summary_event_id_valid_from",
        "event_summary",
        ["event_id", "valid_from"],
        unique=False,
    )
    op.create_index(
        "ix_event_summary_kind_scope_sk", "event_summary", ["kind", "scope", "sk"], unique=False
    )
    op.create_index("ix_event_summary_occurred_to", "event_summary", ["occurred_to"], unique=False)
    op.create_index(
        op.f("ix_event_summary_valid_from"), "event_summary", ["valid_from"], unique=False
    )
    op.create_index(
        "uq_event_summary_live",
        "event_summary",
        ["event_id"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column(
            "caller_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="Whose request.",
        ),
        sa.Column(
            "key", sa.String(length=255), nullable=False, comment="The Idempotency-Key header."
        ),
        sa.Column(
            "request_sha256",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of method, path and body, hex.",
        ),
        sa.Column(
            "status", sa.Integer(), nullable=True, comment="Status answered; null while under way."
        ),
        sa.Column("headers", sa.JSON(), nullable=True, comment="Headers answered."),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="Body answered."),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was first seen.",
        ),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it may be forgotten.",
        ),
        sa.CheckConstraint(
            "length(request_sha256) = 64", name=op.f("ck_idempotency_key_sha256_length")
        ),
        sa.ForeignKeyConstraint(
            ["caller_id"], ["api_key.id"], name=op.f("fk_idempotency_key_caller_id")
        ),
        sa.PrimaryKeyConstraint("caller_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(
        op.f("ix_idempotency_key_expires_at"), "idempotency_key", ["expires_at"], unique=False
    )
    op.create_table(
        "import_row",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "batch_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The run.",
        ),
        sa.Column("line", sa.Integer(), nullable=False, comment="Line of the file, from 1."),
        sa.Column(
            "record_key", sa.String(), nullable=True, comment="Id of the record in its data set."
        ),
        sa.Column("original", sa.JSON(), nullable=False, comment="The row, unchanged."),
        sa.Column(
            "fate",
            sa.Enum(
                "imported",
                "superseding",
                "unchanged",
                "rejected",
                name="fate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="What became of it.",
        ),
        sa.Column("reason", sa.String(), nullable=True, comment="Why it was rejected."),
        sa.CheckConstraint(
            "(fate = 'rejected') = (reason IS NOT NULL)", name=op.f("ck_import_row_rejected_reason")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_row")),
        sa.UniqueConstraint("batch_id", "line", name=op.f("uq_import_row_batch_id_line")),
    )
    op.create_index(op.f("ix_import_row_record_key"), "import_row", ["record_key"], unique=False)
    op.create_table(
        "munition_name",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "munition_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The munition named.",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="The name as it is written."),
        sa.Column("lang", sa.String(length=35), nullable=True, comment="BCP 47 language tag."),
        sa.Column(
            "script", sa.String(length=4), nullable=True, comment="ISO 15924 code of the script."
        ),
        sa.Column("folded", sa.String(), nullable=False, comment="The name as it is compared."),
        sa.Column(
            "kind",
            sa.Enum(
                "preferred",
                "alias",
                "transliteration",
                "misspelling",
                "code",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How the name relates to the row.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the row stopped to count, UTC; null while it counts.",
        ),
        sa.ForeignKeyConstraint(
            ["munition_id"], ["munition.id"], name=op.f("fk_munition_name_munition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_munition_name")),
    )
    op.create_index(op.f("ix_munition_name_folded"), "munition_name", ["folded"], unique=False)
    op.create_index(
        "uq_munition_name_live",
        "munition_name",
        ["munition_id", "name"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "place_name",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "place_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The place named.",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="The name as it is written."),
        sa.Column("lang", sa.String(length=35), nullable=True, comment="BCP 47 language tag."),
        sa.Column(
            "script", sa.String(length=4), nullable=True, comment="ISO 15924 code of the script."
        ),
        sa.Column("folded", sa.String(), nullable=False, comment="The name as it is compared."),
        sa.Column(
            "kind",
            sa.Enum(
                "preferred",
                "alias",
                "transliteration",
                "misspelling",
                "code",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How the name relates to the row.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the row stopped to count, UTC; null while it counts.",
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_name_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_name")),
    )
    op.create_index(op.f("ix_place_name_folded"), "place_name", ["folded"], unique=False)
    op.create_index(
        "uq_place_name_live",
        "place_name",
        ["place_id", "name"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "source_name",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "source_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The source named.",
        ),
        sa.Column("name", sa.String(), nullable=False, comment="The name as it is written."),
        sa.Column("lang", sa.String(length=35), nullable=True, comment="BCP 47 language tag."),
        sa.Column(
            "script", sa.String(length=4), nullable=True, comment="ISO 15924 code of the script."
        ),
        sa.Column("folded", sa.String(), nullable=False, comment="The name as it is compared."),
        sa.Column(
            "kind",
            sa.Enum(
                "preferred",
                "alias",
                "transliteration",
                "misspelling",
                "code",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How the name relates to the row.",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the row stopped to count, UTC; null while it counts.",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_name_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_name")),
    )
    op.create_index(op.f("ix_source_name_folded"), "source_name", ["folded"], unique=False)
    op.create_index(
        "uq_source_name_live",
        "source_name",
        ["source_id", "name"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "source_rating",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "source_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The source rated.",
        ),
        sa.Column(
            "reliability",
            sa.Enum(
                "A",
                "B",
                "C",
                "D",
                "E",
                "F",
                name="reliability",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Admiralty code A to F.",
        ),
        sa.Column("rationale", sa.String(), nullable=False, comment="Why."),
        sa.Column("rated_by", sa.String(), nullable=False, comment="Who rated."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the row stopped to count, UTC; null while it counts.",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_source_rating_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_rating")),
    )
    op.create_index(
        "uq_source_rating_live",
        "source_rating",
        ["source_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "quote",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "document_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The document quoted.",
        ),
        sa.Column("exact", sa.String(), nullable=False, comment="The words."),
        sa.Column("prefix", sa.String(), nullable=False, comment="The text just before them."),
        sa.Column("suffix", sa.String(), nullable=False, comment="The text just after them."),
        sa.Column("start", sa.Integer(), nullable=False, comment="Offset of the first code point."),
        sa.Column(
            "end", sa.Integer(), nullable=False, comment="Offset behind the last code point."
        ),
        sa.CheckConstraint('"start" >= 0 AND "end" > "start"', name=op.f("ck_quote_offsets_order")),
        sa.CheckConstraint('length(exact) = "end" - "start"', name=op.f("ck_quote_exact_length")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_quote_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint(
            "document_id", "start", "end", name=op.f("uq_quote_document_id_start_end")
        ),
    )
    op.create_table(
        "claim",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "occurrence",
                "munition_fact",
                "evidence",
                "position",
                "context",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="What it is about.",
        ),
        sa.Column(
            "event_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="Subject: an event.",
        ),
        sa.Column(
            "munition_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="Subject: a munition.",
        ),
        sa.Column(
            "about_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="Subject: another claim.",
        ),
        sa.Column(
            "claimant_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="Root of the attribution chain; the publisher for its own voice.",
        ),
        sa.Column(
            "document_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The document it stands in.",
        ),
        sa.Column(
            "quote_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The words it rests on.",
        ),
        sa.Column(
            "import_row_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The data set's row it rests on.",
        ),
        sa.Column(
            "stance",
            sa.Enum(
                "asserts",
                "admits",
                "denies",
                "declines",
                "threatens",
                "promises",
                "forecasts",
                name="stance",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How the claimant stands to it.",
        ),
        sa.Column(
            "polarity", sa.Integer(), nullable=False, comment="+1: it is so; -1: it is not so."
        ),
        sa.Column(
            "distribution",
            sa.Enum(
                "single",
                "collective",
                "each",
                name="distribution",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How it applies to the parts of a collection.",
        ),
        sa.Column(
            "said_edtf", sa.String(), nullable=True, comment="When the claimant said it, EDTF."
        ),
        sa.Column(
            "said_from", sa.DateTime(timezone=True), nullable=True, comment="Its earliest instant."
        ),
        sa.Column(
            "said_to", sa.DateTime(timezone=True), nullable=True, comment="Its end, exclusive."
        ),
        sa.Column(
            "basis",
            sa.Enum(
                "stated",
                "inferred",
                "computed",
                "imported",
                name="basis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Where the values come from.",
        ),
        sa.Column(
            "inference_rule",
            sa.String(),
            nullable=True,
            comment="What was inferred, by which rule; null when all is stated.",
        ),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "accepted",
                "rejected",
                "superseded",
                "retracted",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Where it is in its life.",
        ),
        sa.Column(
            "supersedes_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The claim it replaces.",
        ),
        sa.Column(
            "accepted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it began to count, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it stopped to count, UTC.",
        ),
        sa.Column(
            "end_reason", sa.String(), nullable=True, comment="Why it was rejected or ended."
        ),
        sa.Column("recorded_by", sa.String(), nullable=False, comment="Who entered it."),
        sa.Column(
            "content_key",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of what it says; unique among live claims.",
        ),
        sa.Column("note", sa.String(), nullable=True, comment="The analyst's remark."),
        sa.Column(
            "warnings", sa.JSON(), nullable=False, comment="What the checks on entry remarked."
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.CheckConstraint(
            "(CASE WHEN event_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN munition_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN about_id IS NULL THEN 0 ELSE 1 END) BETWEEN (CASE WHEN kind = 'context' THEN 0 ELSE 1 END) AND 1",
            name=op.f("ck_claim_one_subject"),
        ),
        sa.CheckConstraint(
            "(status IN ('pending', 'rejected')) = (accepted_at IS NULL)",
            name=op.f("ck_claim_accepted_status"),
        ),
        sa.CheckConstraint(
            "(status IN ('rejected', 'superseded', 'retracted')) = (ended_at IS NOT NULL)",
            name=op.f("ck_claim_ended_status"),
        ),
        sa.CheckConstraint(
            "basis <> 'inferred' OR inference_rule IS NOT NULL", name=op.f("ck_claim_inferred_rule")
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR status = 'superseded' OR end_reason IS NOT NULL",
            name=op.f("ck_claim_ended_reason"),
        ),
        sa.CheckConstraint(
            "quote_id IS NOT NULL OR (basis = 'imported' AND import_row_id IS NOT NULL)",
            name=op.f("ck_claim_has_quote_or_import_row"),
        ),
        sa.CheckConstraint(
            "about_id <> id AND supersedes_id <> id", name=op.f("ck_claim_not_itself")
        ),
        sa.CheckConstraint(
            "accepted_at >= recorded_at", name=op.f("ck_claim_accepted_after_recorded")
        ),
        sa.CheckConstraint("ended_at >= accepted_at", name=op.f("ck_claim_ended_after_accepted")),
        sa.CheckConstraint("ended_at >= recorded_at", name=op.f("ck_claim_ended_after_recorded")),
        sa.CheckConstraint("polarity IN (-1, 1)", name=op.f("ck_claim_polarity_sign")),
        sa.CheckConstraint("said_to > said_from", name=op.f("ck_claim_said_order")),
        sa.ForeignKeyConstraint(["about_id"], ["claim.id"], name=op.f("fk_claim_about_id")),
        sa.ForeignKeyConstraint(["claimant_id"], ["source.id"], name=op.f("fk_claim_claimant_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_claim_document_id")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_claim_event_id")),
        sa.ForeignKeyConstraint(
            ["import_row_id"], ["import_row.id"], name=op.f("fk_claim_import_row_id")
        ),
        sa.ForeignKeyConstraint(
            ["munition_id"], ["munition.id"], name=op.f("fk_claim_munition_id")
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_claim_quote_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["claim.id"], name=op.f("fk_claim_supersedes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_about_id"), "claim", ["about_id"], unique=False)
    op.create_index(op.f("ix_claim_accepted_at"), "claim", ["accepted_at"], unique=False)
    op.create_index(op.f("ix_claim_claimant_id"), "claim", ["claimant_id"], unique=False)
    op.create_index(op.f("ix_claim_document_id"), "claim", ["document_id"], unique=False)
    op.create_index(op.f("ix_claim_event_id"), "claim", ["event_id"], unique=False)
    op.create_index(op.f("ix_claim_import_row_id"), "claim", ["import_row_id"], unique=False)
    op.create_index(op.f("ix_claim_munition_id"), "claim", ["munition_id"], unique=False)
    op.create_index(op.f("ix_claim_quote_id"), "claim", ["quote_id"], unique=False)
    op.create_index("ix_claim_recorded_at_id", "claim", ["recorded_at", "id"], unique=False)
    op.create_index(op.f("ix_claim_supersedes_id"), "claim", ["supersedes_id"], unique=False)
    op.create_index(
        "uq_claim_content_key_live",
        "claim",
        ["content_key"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "assessment",
        sa.Column(
            "id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="UUID; the public id.",
        ),
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "credibility",
            sa.Enum(
                "1",
                "2",
                "3",
                "4",
                "5",
                "6",
                name="credibility",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Admiralty code 1 to 6.",
        ),
        sa.Column("rationale", sa.String(), nullable=False, comment="Why."),
        sa.Column("assessed_by", sa.String(), nullable=False, comment="Who assessed."),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When the row was written, UTC.",
        ),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When the row stopped to count, UTC; null while it counts.",
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_assessment_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
    )
    op.create_index(
        "uq_assessment_live",
        "assessment",
        ["claim_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "attribution",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Place in the chain; 0 is the root.",
        ),
        sa.Column(
            "source_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="Who; null for the document's own voice.",
        ),
        sa.Column(
            "role",
            sa.Enum(
                "claimant",
                "spokesperson",
                "relay",
                "publisher",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="What it does.",
        ),
        sa.Column(
            "speech",
            sa.Enum(
                "direct",
                "indirect",
                "mixed",
                "unattributed",
                name="speech",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How its words are reported.",
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_attribution_claim_id")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_attribution_source_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_attribution")),
    )
    op.create_index(op.f("ix_attribution_source_id"), "attribution", ["source_id"], unique=False)
    op.create_table(
        "casualty",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the claim, from 0.",
        ),
        sa.Column("side", sa.String(length=40), nullable=True, comment="Side they belong to."),
        sa.Column(
            "status",
            sa.Enum(
                "military",
                "civilian",
                "unknown",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="Combatants or not.",
        ),
        sa.Column(
            "harm",
            sa.Enum(
                "killed",
                "injured",
                "missing",
                "captured",
                name="harm",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="What happened to them.",
        ),
        sa.Column(
            "low", sa.Integer(), nullable=True, comment="Least number meant; null when not known."
        ),
        sa.Column(
            "high", sa.Integer(), nullable=True, comment="Greatest number meant; null when open."
        ),
        sa.Column(
            "said", sa.String(), nullable=True, comment="The words or digits as they were given."
        ),
        sa.Column(
            "lexicon",
            sa.String(),
            nullable=True,
            comment="Version of the lexicon that read the words; null when given as numbers.",
        ),
        sa.CheckConstraint(
            "high >= 0 AND (low IS NULL OR high >= low)",
            name=op.f("ck_casualty_high_not_below_low"),
        ),
        sa.CheckConstraint("low >= 0", name=op.f("ck_casualty_low_not_negative")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_casualty_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_casualty")),
        sa.UniqueConstraint(
            "claim_id", "side", "status", "harm", name=op.f("uq_casualty_claim_id_side_status_harm")
        ),
    )
    op.create_index(
        "uq_casualty_unnamed",
        "casualty",
        ["claim_id", "status", "harm"],
        unique=True,
        sqlite_where=sa.text("side IS NULL"),
        postgresql_where=sa.text("side IS NULL"),
    )
    op.create_table(
        "claim_place",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the claim, from 0.",
        ),
        sa.Column(
            "role",
            sa.Enum(
                "target",
                "launch",
                "intercept",
                "debris",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="What happened there.",
        ),
        sa.Column(
            "place_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The place of the gazetteer.",
        ),
        sa.Column("said", sa.String(), nullable=True, comment="The words as said."),
        sa.Column("latitude", sa.Double(), nullable=True, comment="Degrees north, WGS 84."),
        sa.Column("longitude", sa.Double(), nullable=True, comment="Degrees east, WGS 84."),
        sa.Column(
            "uncertainty_m",
            sa.Integer(),
            nullable=True,
            comment="Radius in metres that covers the place meant; null when not known.",
        ),
        sa.Column(
            "precision",
            sa.Enum(
                "exact",
                "near",
                "district",
                "region",
                "country",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How precisely it is known.",
        ),
        sa.Column(
            "method",
            sa.Enum(
                "gazetteer",
                "relative",
                "media_geolocation",
                "source_coordinates",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="How the coordinates came about; null where there are none.",
        ),
        sa.Column(
            "anchor_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="Relative: the place measured from.",
        ),
        sa.Column(
            "distance_km", sa.Double(), nullable=True, comment="Relative: distance in kilometres."
        ),
        sa.Column(
            "bearing_deg",
            sa.Double(),
            nullable=True,
            comment="Relative: bearing from the anchor, degrees clockwise from north.",
        ),
        sa.CheckConstraint(
            "method <> 'relative' OR (anchor_id IS NOT NULL AND distance_km IS NOT NULL AND bearing_deg IS NOT NULL)",
            name=op.f("ck_claim_place_relative_complete"),
        ),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_claim_place_coordinates_both")
        ),
        sa.CheckConstraint(
            "bearing_deg >= 0 AND bearing_deg < 360", name=op.f("ck_claim_place_bearing_range")
        ),
        sa.CheckConstraint("distance_km >= 0", name=op.f("ck_claim_place_distance_not_negative")),
        sa.CheckConstraint(
            "latitude BETWEEN -90 AND 90", name=op.f("ck_claim_place_latitude_range")
        ),
        sa.CheckConstraint(
            "longitude BETWEEN -180 AND 180", name=op.f("ck_claim_place_longitude_range")
        ),
        sa.CheckConstraint(
            "method IS NULL OR latitude IS NOT NULL",
            name=op.f("ck_claim_place_method_of_coordinates"),
        ),
        sa.CheckConstraint(
            "uncertainty_m >= 0", name=op.f("ck_claim_place_uncertainty_not_negative")
        ),
        sa.ForeignKeyConstraint(["anchor_id"], ["place.id"], name=op.f("fk_claim_place_anchor_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_place_claim_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_claim_place_place_id")),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_claim_place")),
    )
    op.create_index(op.f("ix_claim_place_place_id"), "claim_place", ["place_id"], unique=False)
    op.create_table(
        "damage",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the claim, from 0.",
        ),
        sa.Column(
            "object",
            sa.String(),
            nullable=False,
            comment="What was damaged: radar, building, ship.",
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "damaged",
                "destroyed",
                "unknown",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="How badly.",
        ),
        sa.Column(
            "low", sa.Integer(), nullable=True, comment="Least number meant; null when not known."
        ),
        sa.Column(
            "high", sa.Integer(), nullable=True, comment="Greatest number meant; null when open."
        ),
        sa.Column(
            "said", sa.String(), nullable=True, comment="The words or digits as they were given."
        ),
        sa.Column(
            "lexicon",
            sa.String(),
            nullable=True,
            comment="Version of the lexicon that read the words; null when given as numbers.",
        ),
        sa.CheckConstraint(
            "high >= 0 AND (low IS NULL OR high >= low)", name=op.f("ck_damage_high_not_below_low")
        ),
        sa.CheckConstraint("low >= 0", name=op.f("ck_damage_low_not_negative")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_damage_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_damage")),
        sa.UniqueConstraint(
            "claim_id", "object", "severity", name=op.f("uq_damage_claim_id_object_severity")
        ),
    )
    op.create_table(
        "interception_count",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the claim, from 0.",
        ),
        sa.Column(
            "munition_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=True,
            comment="The munition; null when unnamed.",
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "launched",
                "intercepted",
                "suppressed",
                "hit",
                "missed",
                "in_flight",
                "unaccounted",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
            comment="What became of them.",
        ),
        sa.Column(
            "low", sa.Integer(), nullable=True, comment="Least number meant; null when not known."
        ),
        sa.Column(
            "high", sa.Integer(), nullable=True, comment="Greatest number meant; null when open."
        ),
        sa.Column(
            "said", sa.String(), nullable=True, comment="The words or digits as they were given."
        ),
        sa.Column(
            "lexicon",
            sa.String(),
            nullable=True,
            comment="Version of the lexicon that read the words; null when given as numbers.",
        ),
        sa.CheckConstraint(
            "high >= 0 AND (low IS NULL OR high >= low)",
            name=op.f("ck_interception_count_high_not_below_low"),
        ),
        sa.CheckConstraint("low >= 0", name=op.f("ck_interception_count_low_not_negative")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_interception_count_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["munition_id"], ["munition.id"], name=op.f("fk_interception_count_munition_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_interception_count")),
        sa.UniqueConstraint(
            "claim_id",
            "munition_id",
            "outcome",
            name=op.f("uq_interception_count_claim_id_munition_id_outcome"),
        ),
    )
    op.create_index(
        op.f("ix_interception_count_munition_id"),
        "interception_count",
        ["munition_id"],
        unique=False,
    )
    op.create_index(
        "uq_interception_count_unnamed",
        "interception_count",
        ["claim_id", "outcome"],
        unique=True,
        sqlite_where=sa.text("munition_id IS NULL"),
        postgresql_where=sa.text("munition_id IS NULL"),
    )
    op.create_table(
        "munition_fact",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the claim, from 0.",
        ),
        sa.Column(
            "munition_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The munition.",
        ),
        sa.Column(
            "property",
            sa.String(length=60),
            nullable=False,
            comment="Which property: range_km, warhead, status.",
        ),
        sa.Column("value", sa.String(), nullable=False, comment="Its value, as text."),
        sa.Column(
            "unit", sa.String(length=20), nullable=True, comment="Unit of the value, if any."
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_munition_fact_claim_id")),
        sa.ForeignKeyConstraint(
            ["munition_id"], ["munition.id"], name=op.f("fk_munition_fact_munition_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_munition_fact")),
    )
    op.create_index(
        op.f("ix_munition_fact_munition_id"), "munition_fact", ["munition_id"], unique=False
    )
    op.create_table(
        "occurrence",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column("occurred_edtf", sa.String(), nullable=True, comment="When, EDTF."),
        sa.Column(
            "occurred_from",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="Its earliest instant.",
        ),
        sa.Column(
            "occurred_to", sa.DateTime(timezone=True), nullable=True, comment="Its end, exclusive."
        ),
        sa.Column(
            "precision",
            sa.Enum(
                "instant",
                "day",
                "month",
                "season",
                "year",
                "decade",
                "century",
                "interval",
                "unknown",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="How long a stretch the date names.",
        ),
        sa.Column("attacker", sa.String(length=40), nullable=True, comment="Side said to attack."),
        sa.Column(
            "defender", sa.String(length=40), nullable=True, comment="Side said to be attacked."
        ),
        sa.Column("target", sa.String(), nullable=True, comment="What was aimed at, as said."),
        sa.CheckConstraint(
            "occurred_to > occurred_from", name=op.f("ck_occurrence_occurred_order")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_occurrence_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_occurrence")),
    )
    op.create_index(
        op.f("ix_occurrence_occurred_from"), "occurrence", ["occurred_from"], unique=False
    )
    op.create_table(
        "tally",
        sa.Column(
            "claim_id",
            sa.String(36).with_variant(sa.UUID(as_uuid=False), "postgresql"),
            nullable=False,
            comment="The claim.",
        ),
        sa.Column(
            "position",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Order within the claim, from 0.",
        ),
        sa.Column("object", sa.String(), nullable=False, comment="What is counted."),
        sa.Column(
            "low", sa.Integer(), nullable=True, comment="Least number meant; null when not known."
        ),
        sa.Column(
            "high", sa.Integer(), nullable=True, comment="Greatest number meant; null when open."
        ),
        sa.Column(
            "said", sa.String(), nullable=True, comment="The words or digits as they were given."
        ),
        sa.Column(
            "lexicon",
            sa.String(),
            nullable=True,
            comment="Version of the lexicon that read the words; null when given as numbers.",
        ),
        sa.CheckConstraint(
            "high >= 0 AND (low IS NULL OR high >= low)", name=op.f("ck_tally_high_not_below_low")
        ),
        sa.CheckConstraint("low >= 0", name=op.f("ck_tally_low_not_negative")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_tally_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", "position", name=op.f("pk_tally")),
        sa.UniqueConstraint("claim_id", "object", name=op.f("uq_tally_claim_id_object")),
    )
    for statement in text_index_statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("event_text")
    op.drop_table("tally")
    op.drop_index(op.f("ix_occurrence_occurred_from"), table_name="occurrence")
    op.drop_table("occurrence")
    op.drop_index(op.f("ix_munition_fact_munition_id"), table_name="munition_fact")
    op.drop_table("munition_fact")
    op.drop_index(
        "uq_interception_count_unnamed",
        table_name="interception_count",
        sqlite_where=sa.text("munition_id IS NULL"),
        postgresql_where=sa.text("munition_id IS NULL"),
    )
    op.drop_index(op.f("ix_interception_count_munition_id"), table_name="interception_count")
    op.drop_table("interception_count")
    op.drop_table("damage")
    op.drop_index(op.f("ix_claim_place_place_id"), table_name="claim_place")
    op.drop_table("claim_place")
    op.drop_index(
        "uq_casualty_unnamed",
        table_name="casualty",
        sqlite_where=sa.text("side IS NULL"),
        postgresql_where=sa.text("side IS NULL"),
    )
    op.drop_table("casualty")
    op.drop_index(op.f("ix_attribution_source_id"), table_name="attribution")
    op.drop_table("attribution")
    op.drop_index(
        "uq_assessment_live",
        table_name="assessment",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("assessment")
    op.drop_index(
        "uq_claim_content_key_live",
        table_name="claim",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_claim_supersedes_id"), table_name="claim")
    op.drop_index("ix_claim_recorded_at_id", table_name="claim")
    op.drop_index(op.f("ix_claim_quote_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_munition_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_import_row_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_event_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_document_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_claimant_id"), table_name="claim")
    op.drop_index(op.f("ix_claim_accepted_at"), table_name="claim")
    op.drop_index(op.f("ix_claim_about_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_table("quote")
    op.drop_index(
        "uq_source_rating_live",
        table_name="source_rating",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("source_rating")
    op.drop_index(
        "uq_source_name_live",
        table_name="source_name",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_source_name_folded"), table_name="source_name")
    op.drop_table("source_name")
    op.drop_index(
        "uq_place_name_live",
        table_name="place_name",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_place_name_folded"), table_name="place_name")
    op.drop_table("place_name")
    op.drop_index(
        "uq_munition_name_live",
        table_name="munition_name",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_munition_name_folded"), table_name="munition_name")
    op.drop_table("munition_name")
    op.drop_index(op.f("ix_import_row_record_key"), table_name="import_row")
    op.drop_table("import_row")
    op.drop_index(op.f("ix_idempotency_key_expires_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index(
        "uq_event_summary_live",
        table_name="event_summary",
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.drop_index(op.f("ix_event_summary_valid_from"), table_name="event_summary")
    op.drop_index("ix_event_summary_occurred_to", table_name="event_summary")
    op.drop_index("ix_event_summary_kind_scope_sk", table_name="event_summary")
    op.drop_index("ix_event_summary_event_id_valid_from", table_name="event_summary")
    op.drop_table("event_summary")
    op.drop_index(
        "uq_event_part_live",
        table_name="event_part",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_event_part_part_id"), table_name="event_part")
    op.drop_table("event_part")
    op.drop_index(
        "uq_event_judgement_live",
        table_name="event_judgement",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_event_judgement_right_id"), table_name="event_judgement")
    op.drop_table("event_judgement")
    op.drop_index(op.f("ix_document_syndicated_from_id"), table_name="document")
    op.drop_index(op.f("ix_document_publisher_id"), table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_source_parent_id"), table_name="source")
    op.drop_table("source")
    op.drop_table("release")
    op.drop_index(op.f("ix_place_region"), table_name="place")
    op.drop_index(op.f("ix_place_parent_id"), table_name="place")
    op.drop_index("ix_place_country", table_name="place")
    op.drop_table("place")
    op.drop_index(op.f("ix_munition_parent_id"), table_name="munition")
    op.drop_table("munition")
    op.drop_index(op.f("ix_ledger_entry_subject"), table_name="ledger_entry")
    op.drop_index(op.f("ix_ledger_entry_at"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index(op.f("ix_import_batch_data_set"), table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_index("ix_event_point_south_north", table_name="event_point")
    op.drop_table("event_point")
    op.drop_table("event_figure")
    op.drop_table("event_facet")
    op.drop_table("event")
    op.drop_table("api_key")
