-- The server process of this session; through a pooler it is not the one that the client was told. Whether the server is a standby. And its timeline, 0 on a
-- standby: a standby that is promoted begins a new one. https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-TIMELINES
select pg_backend_pid(),
       pg_is_in_recovery(),
       case when pg_is_in_recovery() then 0 else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer end
