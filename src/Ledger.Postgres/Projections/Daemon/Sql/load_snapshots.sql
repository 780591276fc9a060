-- The documents of streams, with only the name if a stream has none yet; a branch has no row. {documents} their table; $1 streams.
select n.id,
       d.mt_version,
       d.data
from unnest($1::text[]) as n (id)
left join lateral (
    select *
    from {documents} as m
    where m.id = n.id
    limit 1) as d on true
where not exists (select from {ledger}.branch as b where b.stream = n.id)
