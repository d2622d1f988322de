"""Exports as files: how rows are written (`formats`), the command, and `/exports/…`."""
