-- The replication slots of the server. One row each: name, whether something reads from it, the bytes of changes that are kept for it, and what the server says about
-- them: https://www.postgresql.org/docs/current/view-pg-replication-slots.html
select s.slot_name::text,
       s.active,
       coalesce(pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, s.restart_lsn), 0)::bigint,
       -- Null until something has read from the slot.
       coalesce(s.wal_status, 'unused')
from pg_replication_slots as s
order by s.slot_name collate "C"
