"""The history of the tables: what `catalog.schema` carries out, in the order of its names.

`tortoise makemigrations` writes the first draft from the models; it is reviewed before it is kept, as it leaves out
what `_operations.PerDialect` adds. On SQLite, altering a column makes the table anew and drops every index of it: the
same migration puts them back. `tests/catalog/test_schema.py` compares both engines with what must be there.
"""
