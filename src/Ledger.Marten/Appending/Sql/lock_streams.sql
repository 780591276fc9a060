-- Locks the streams, in code point order. $1 the names.
select 1
from {events}.mt_streams as t
where t.id = any ($1::text[])
order by t.id collate "C"
for no key update
