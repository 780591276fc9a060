-- Rows of a table in PostgreSQL's binary form: {table} its quoted name, {columns} its quoted columns.
copy {table} ({columns}) from stdin (format binary)
