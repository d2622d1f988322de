"""What can be done in the catalog: a module is a noun, a function a verb.

Reads take an `Actor`, writes take a `Change`; only the edges open one. Services find rows through `catalog.access` and
may call one another.
"""
