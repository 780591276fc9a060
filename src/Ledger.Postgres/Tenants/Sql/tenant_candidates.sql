-- The tenants and who runs their daemons: $1 their names, $2 the place that their schema has, or nothing. One row each: name, how many nodes can run them, whether one does. A node that can has a shared lock.
select t.name,
       (select count(*)
        from pg_locks as l
        where l.locktype = 'advisory'
          and l.database = d.oid
          and l.mode = 'ShareLock'
          and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('ledger:tenants' || $2, 0)
          and l.objsubid = 1
          and l.granted)::integer,
       exists (
           select
           from pg_locks as l
           where l.locktype = 'advisory'
             and l.database = d.oid
             and l.mode = 'ExclusiveLock'
             and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('ledger:tenant:' || $2 || t.name, 0)
             and l.objsubid = 1
             and l.granted)
from unnest($1::text[]) as t (name)
cross join (select oid from pg_database where datname = current_database()) as d
