-- The last marks within parts of streams, in the order of the lists: $1 the streams, $2 how many of their events. A row for each: the version and totals
-- of the mark, or null.
select m.version,
       m.totals
from unnest($1::text[], $2::bigint[]) with ordinality as w (stream, taken, place)
left join lateral (
    select *
    from {ledger}.run_mark as n
    where n.stream = w.stream
      and n.version <= w.taken
    order by n.version desc
    limit 1) as m on true
order by w.place
