-- Locks and returns documents. {documents} their table; $1 ids, sorted by code point. A JSON null means that there is no document.
select d.id,
       d.data
from unnest($1::text[]) as n (id)
cross join lateral (
    select *
    from {documents} as m
    where m.id = n.id
    for no key update) as d
