"""What lets a distributed database shard by workspace."""

from sqlalchemy import UniqueConstraint

from storage.tables import metadata

TABLES = list(metadata.tables.values())


def test_every_key_begins_with_the_workspace() -> None:
    others = {
        table.name: [column.name for column in table.primary_key]
        for table in TABLES
        if [column.name for column in table.primary_key][:1] != ["team_id"]
    }

    assert others == {}


def test_nothing_is_unique_over_workspaces() -> None:
    unique = {
        index.name: set(index.columns.keys()) for one in TABLES for index in one.indexes if index.unique
    }
    constraints = {
        constraint.name: set(constraint.columns.keys())
        for one in TABLES
        for constraint in one.constraints
        if isinstance(constraint, UniqueConstraint)
    }

    over_all = [name for name, columns in (unique | constraints).items() if "team_id" not in columns]

    assert over_all == []
    assert unique != {}


def test_foreign_keys_tie_rows_of_one_workspace() -> None:
    pairs = {
        key.name: [(element.parent.name, element.column.name) for element in key.elements]
        for table in TABLES
        for key in table.foreign_key_constraints
    }

    assert [name for name, tied in pairs.items() if ("team_id", "team_id") not in tied] == []
    assert pairs != {}
