-- The rows of relations: as world_row_objects, with the source and the target in the places of the nulls.
select n.ordinal,
       r.type,
       r.source_id,
       r.target_id,
       r.created_at,
       r.valid_from,
       r.removed,
       case when sum(pg_column_size(r.data)) over () <= 16777216 then r.data end
from unnest($2::integer[], $3::text[]) with ordinality as n (stream, id, ordinal)
cross join lateral (
    select w.type, w.source_id, w.target_id, w.data, w.created_at, w.valid_from, w.removed
    from {ledger}.world_relation as w
    where w.stream = ($1::text[])[n.stream]
      and w.id = n.id
    offset 0) as r
