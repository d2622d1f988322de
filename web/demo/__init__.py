"""A believable company with three years of history, to try things on: `muster demo`.

`company` is what it is made of, `story` what happens in it, `living` how that comes about through the catalog's own
services, each thing on its day; `command` is the command's side.
"""
