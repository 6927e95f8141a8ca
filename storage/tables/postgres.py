"""What PostgreSQL alone has of the tables; imported where it is the database.

To name any of it loads its dialect, which takes a thirtieth of a start, and nobody needs on SQLite.
"""

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from storage.tables.academy import one_of_a_cluster
from storage.tables.questions import search_vector

one_of_a_cluster.dialect_kwargs["postgresql_where"] = one_of_a_cluster.dialect_kwargs["sqlite_where"]
search_vector.c.terms.type = Text().with_variant(TSVECTOR(), "postgresql")
for _index in search_vector.indexes:
    _index.dialect_kwargs["postgresql_using"] = "gin"
