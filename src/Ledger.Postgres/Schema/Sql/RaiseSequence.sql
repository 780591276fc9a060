-- Sets the sequence of the log to the number of the newest event if it is behind. No row if it is not.
select setval(format('%I.mt_events_sequence', {events_text}::text)::regclass, n.newest)
from (select max(e.seq_id) as newest from {events}.mt_events as e) as n
cross join {events}.mt_events_sequence as s
where n.newest > case when s.is_called then s.last_value else 0 end
