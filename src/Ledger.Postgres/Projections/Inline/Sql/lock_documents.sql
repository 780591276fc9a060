-- Locks documents and gives them. {documents} their table; $1 ids, sorted by code point. The JSON null: there is none.
select d.id,
       d.data
from unnest($1::text[]) as n (id)
cross join lateral (
    select *
    from {documents} as m
    where m.id = n.id
    for no key update) as d
