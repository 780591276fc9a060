-- The last number in the log, or 0.
select coalesce(max(e.seq_id), 0)
from {events}.mt_events as e
