"""What is measured, and against what: `make bench`. Nothing here fails a build."""
