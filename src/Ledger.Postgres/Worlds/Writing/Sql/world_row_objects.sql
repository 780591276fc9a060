-- The rows of objects. $1 the streams, $2 for each object the number of its stream from 1, $3 its id. A row for each object that has one: its place
-- from 1, type, null, null, where it was created, the version that its state is from, whether it is removed, and its data (null: together they are
-- more than 16 MB, which is left to the server).
select n.ordinal,
       o.type,
       null::text,
       null::text,
       o.created_at,
       o.valid_from,
       o.removed,
       case when sum(pg_column_size(o.data)) over () <= 16777216 then o.data end
from unnest($2::integer[], $3::text[]) with ordinality as n (stream, id, ordinal)
cross join lateral (
    select w.type, w.data, w.created_at, w.valid_from, w.removed
    from {ledger}.world_object as w
    where w.stream = ($1::text[])[n.stream]
      and w.id = n.id
    offset 0) as o
