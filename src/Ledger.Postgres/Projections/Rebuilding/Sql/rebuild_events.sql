-- The events of some streams, each stream's in order. $1 the streams, $2 the version before the first of each, $3 the last of each, $4 the
-- names of their types, or null for all.
select n.stream,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from unnest($1::text[], $2::bigint[], $3::bigint[]) as n (stream, before, last)
cross join lateral (
    select *
    from {events}.mt_events as m
    where m.stream_id = n.stream
      and m.version > n.before
      and m.version <= n.last
      and ($4::text[] is null or m.type = any ($4))
    order by m.version) as e
