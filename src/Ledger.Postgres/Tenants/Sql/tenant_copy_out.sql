-- The rows of a table as PostgreSQL's binary form: {table} its quoted name, {columns} its quoted columns.
copy (select {columns} from {table}) to stdout (format binary)
