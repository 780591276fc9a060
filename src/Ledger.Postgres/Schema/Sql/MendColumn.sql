-- A column that a table has lost. {table}: its qualified name. {part}: the column's, quoted. {definition}: type, constraint and default.
alter table {table} add column {part} {definition};
