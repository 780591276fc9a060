-- The first snapshot that is old enough: $1 streams, the most wanted first, $2 the largest version wanted of each.
select d.id,
       d.mt_version,
       d.data
from unnest($1::text[], $2::bigint[]) with ordinality as w (stream, at_most, ordinal)
cross join lateral (
    select *
    from {events}.mt_doc_ledger_world as s
    where s.id = w.stream
      and s.mt_version between 0 and w.at_most) as d
order by w.ordinal
limit 1
