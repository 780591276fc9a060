-- Creates the streams that are missing, in code point order. $1 the names.
insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
select n.name, 0, clock_timestamp(), clock_timestamp(), {tenant}, false
from unnest($1::text[]) as n (name)
order by n.name collate "C"
on conflict do nothing
