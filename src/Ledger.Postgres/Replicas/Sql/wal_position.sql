-- The place of the server in its record of changes, after everything that was committed before this statement. One row: the place as text, null on a standby.
-- https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-BACKUP
select case when pg_is_in_recovery() then null else pg_current_wal_insert_lsn()::text end
