-- Which events of other streams have some ids. $1 the record store's stream, $2 the ids. A row for each: the id, the stream.
select e.id, e.stream_id
from {events}.mt_events as e
where e.id = any ($2)
  and e.stream_id <> $1
union all
select a.id, a.stream
from {ledger}.chrono_archive as a
where a.id = any ($2)
  and a.stream <> $1
