-- The numbers of the log, one row: the last one that any transaction has drawn, that of the newest event, both 0 before the first; and whether
-- this server is a standby. The rows are as old as the statement, the number drawn is not older: drawn below newest, the sequence was set back.
select case when s.is_called then s.last_value else 0 end,
       (select coalesce(max(e.seq_id), 0) from {events}.mt_events as e),
       pg_is_in_recovery()
from {events}.mt_events_sequence as s
