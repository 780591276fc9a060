-- The other transactions that may still commit a drawn sequence number: nextval leaves this lock to the end of its transaction.
-- $1 the event schema. A holder without a pid is a prepared transaction.
select l.virtualtransaction,
       l.pid is null as prepared
from pg_catalog.pg_locks as l
join pg_catalog.pg_class as c on c.oid = l.relation
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where l.locktype = 'relation'
  and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
  and l.mode = 'RowExclusiveLock'
  and l.granted
  and l.pid is distinct from pg_backend_pid()
  and c.relname = 'mt_events_sequence'
  and n.nspname = $1
