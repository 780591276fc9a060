-- Where a shard is; no row if it has not begun. $1 the shard.
select p.last_seq_id
from {events}.mt_event_progression as p
where p.name = $1
