-- One page of a history: $1 streams, $2 the first and $3 the last version wanted of each. In the order of the streams, then by
-- version, without a sort: the nested loop gives that order, and the reader checks it. A stream that retention is removing ends where its row says.
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
      and m.version >= s.first
      and m.version <= least(s.last, (select t.version from {events}.mt_streams as t where t.id = s.stream and t.is_archived))
    order by m.version) as e
