-- The rows that a tenant has in a table as PostgreSQL's binary form: {table} its quoted name, {columns} what is selected from it as t, {rows} which rows.
copy (select {columns} from {table} as t {rows}) to stdout (format binary)
