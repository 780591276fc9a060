-- Creates a database as a copy of another. {database} the new name, {template} the copied one, both quoted identifiers. {strategy} how it is
-- copied: wal_log goes through the log, file_copy copies files between two checkpoints.
-- Result: none. SQLSTATE 42P04 when the name is taken.
create database {database} template {template} strategy {strategy};
