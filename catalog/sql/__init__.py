"""SQL, made here and nowhere else: conditions, orders and windows; rows; whole answers.

Every value is bound; every name comes from `catalog.tables` or from a model.
"""

from catalog.sql.answers import Compiled, alone, of_each
from catalog.sql.queries import Query
from catalog.sql.rows import columns, insert, update
from catalog.sql.texts import an_object, literal

__all__ = ["Compiled", "Query", "alone", "an_object", "columns", "insert", "literal", "of_each", "update"]
