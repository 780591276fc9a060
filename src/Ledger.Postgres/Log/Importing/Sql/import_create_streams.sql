-- Creates the streams that are missing, in code point order: no two writers wait in a circle. $1 their names.
insert into {events}.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
select n.name, 0, clock_timestamp(), clock_timestamp(), {tenant}, false
from unnest($1) as n (name)
order by n.name collate "C"
on conflict do nothing
