-- The number of the last event of a log, or zero.
select coalesce(max(e.seq_id), 0) from {events}.mt_events as e
