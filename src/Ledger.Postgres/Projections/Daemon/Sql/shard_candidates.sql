-- How many nodes can run some shards, and whether one owns them. $1 the shards.
with held as materialized (
    select (l.classid::bigint << 32) | l.objid::bigint as key
    from pg_catalog.pg_locks as l
    where l.locktype = 'advisory'
      and l.objsubid = 1
      and l.granted
      and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database()))
select n.name,
       (select count(*)::integer from held as h where h.key = {ledger}.shard_key_v1(n.name || ':candidate')),
       exists (select from held as h where h.key = {ledger}.shard_key_v1(n.name))
from unnest($1::text[]) with ordinality as n (name, place)
order by n.place
