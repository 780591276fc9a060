-- Whether the server has everything up to a place: $1, as text. A primary has everything, but for one that was left in favour of another and lags.
-- https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL
select case when pg_is_in_recovery() then coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) else pg_current_wal_insert_lsn() >= $1::pg_lsn end
