-- The history of the database that the server writes, which is another one after each failover: a standby that is promoted begins it.
-- https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
