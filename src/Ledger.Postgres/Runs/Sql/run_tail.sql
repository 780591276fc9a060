-- How far the summaries are known to go, and the number of the newest event. $1 the shard of the daemon.
select greatest(
           t.seq,
           coalesce((select p.last_seq_id from {events}.mt_event_progression as p where p.name = $1), 0)),
       (select coalesce(max(e.seq_id), 0) from {events}.mt_events as e)
from {ledger}.run_tail as t
