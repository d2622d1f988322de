"""The product, and where everything is put together: settings, the server, the command, the pages.

Composes the catalog and its facades; holds no rule of its own about people and teams, and never touches a table.
"""
