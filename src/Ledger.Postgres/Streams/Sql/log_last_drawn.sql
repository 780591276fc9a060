-- The last sequence number that any transaction has drawn; 0 before the first.
select case when s.is_called then s.last_value else 0 end
from {events}.mt_events_sequence as s
