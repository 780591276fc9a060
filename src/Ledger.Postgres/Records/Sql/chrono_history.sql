-- The events about a record. $1 the stream, $2 the record's key, $3 the version of the last one known, $4 at most so many.
-- A row for each: whether it was applied, and the event.
select e.version, e.seq_id, e.id, e.type, e.data, e.headers, e."timestamp", c.applied
from (
    select c.version, c.applied
    from {ledger}.chrono_change as c
    where c.stream = $1
      and c.key = $2
      and c.version > $3
      and not {ledger}.retaining_v1($1)
    order by c.version
    limit $4) as c
cross join lateral {ledger}.chrono_events_v1($1, c.version, c.version, 1) as e
order by c.version
