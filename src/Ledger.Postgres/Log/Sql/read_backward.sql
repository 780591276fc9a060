-- One page of a stream from the youngest to the oldest: $1 the stream, $2 the oldest and $3 the youngest version wanted.
select 1::bigint as ordinal,
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
where e.stream_id = $1
  and e.version between $2 and $3
order by e.version desc
