-- One page of the log: $1 the number before the first wanted, $2 the last wanted, $3 the most rows.
select e.stream_id,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from {events}.mt_events as e
where e.seq_id > $1
  and e.seq_id <= $2
order by e.seq_id
limit $3
