-- Refuses new connections to a database, so that it can be copied at any time. {database} its name, a quoted identifier.
-- Result: none. Sessions that are open stay.
alter database {database} with allow_connections false;
