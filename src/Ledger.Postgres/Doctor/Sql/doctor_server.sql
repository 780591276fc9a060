-- The server and the database, one row: version, database, bytes, whether it is a standby, connections in use, their limit, transactions since the oldest frozen one,
-- when the server freezes by force, and whether the role sees the transactions of others.
select current_setting('server_version'),
       current_database()::text,
       pg_database_size(current_database()),
       pg_is_in_recovery(),
       (select count(*) from pg_stat_activity where backend_type = 'client backend'),
       current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint,
       (select age(datfrozenxid)::bigint from pg_database where datname = current_database()),
       current_setting('autovacuum_freeze_max_age')::bigint,
       pg_has_role(current_user, 'pg_read_all_stats', 'usage')
