-- Adds a database to a pool, or changes how it is reached: $1 the name, $2 the connection string.
insert into {events}.mt_database_pool as p (database_id, connection_string)
values ($1, $2)
on conflict (database_id) do update
    set connection_string = excluded.connection_string
