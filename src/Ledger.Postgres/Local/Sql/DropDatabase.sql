-- Drops a database and ends the sessions in it. {database} its name, a quoted identifier.
-- Result: none, also where there is no such database.
drop database if exists {database} with (force);
