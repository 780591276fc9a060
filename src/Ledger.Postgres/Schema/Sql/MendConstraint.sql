-- A constraint that a table has lost. {table}: its qualified name. {part}: the constraint's, quoted. {definition}: what it demands.
alter table {table} add constraint {part} {definition};
