-- Locks the entries of events that were rewritten since they were indexed, or may have appeared since: $1 how many at most. Others may have locked some.
-- The next statement sees the events as they were when these were locked, or later; whoever rewrites one now waits, and removes its keys again.
select coalesce(array_agg(l.seq), '{}')
from (
    select n.seq
    from {ledger}.search_entry as n
    where (n.keys is null or n.keys = '{}')
      and (n.keys is null or exists (select from {events}.mt_events as e where e.seq_id = n.seq))
    order by n.seq
    limit $1
    for update of n skip locked) as l
