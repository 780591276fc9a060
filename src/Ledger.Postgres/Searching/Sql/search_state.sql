-- Up to which number events are indexed, and the number of the newest event; no row where none is: $1 the shard of the index.
select p.last_seq_id,
       (select coalesce(max(e.seq_id), 0) from {events}.mt_events as e)
from {events}.mt_event_progression as p
where p.name = $1
  and p.last_seq_id > 0
