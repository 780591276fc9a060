-- One page of a history: $1 streams, $2 the first and $3 the last version wanted of each. In the order of the streams, then by
-- version, without a sort: the nested loop gives that order, and the reader checks it.
select s.ordinal,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from unnest($1::text[], $2::bigint[], $3::bigint[]) with ordinality as s (stream, first, last, ordinal)
cross join lateral (
    select *
    from {events}.mt_events as m
    where m.stream_id = s.stream
      and m.version between s.first and s.last
    order by m.version) as e
