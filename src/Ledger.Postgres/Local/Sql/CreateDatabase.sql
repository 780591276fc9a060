-- Creates a database as a copy of another. {database} the new name, {template} the copied one, both quoted identifiers.
-- Result: none. SQLSTATE 42P04 when the name is taken.
create database {database} template {template};
