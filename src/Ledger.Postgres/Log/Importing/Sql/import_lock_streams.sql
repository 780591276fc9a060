-- Locks streams in code point order. $1 their names. A row for each that exists: its place in $1 from 1, its version, the time of
-- its last event, whether it is archived.
select n.ordinal,
       coalesce(t.version, 0),
       t."timestamp",
       coalesce(t.is_archived, false)
from unnest($1) with ordinality as n (name, ordinal)
join {events}.mt_streams as t on t.id = n.name
order by n.name collate "C"
for no key update of t
