-- The events that change the worlds of some streams, each stream's in order. $1 the streams, $2 the version before the first of each, $3 the last of each, $4 the
-- types. A row for each event: the place of its stream from 1, its version, its type, its data.
select n.ordinal,
       e.version,
       e.type,
       e.data
from unnest($1::text[], $2::bigint[], $3::bigint[]) with ordinality as n (stream, before, last, ordinal)
cross join lateral (
    select m.version, m.type, m.data
    from {events}.mt_events as m
    where m.stream_id = n.stream
      and m.version > n.before
      and m.version <= n.last
      and m.type = any ($4)
    order by m.version
    offset 0) as e
