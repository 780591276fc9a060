-- Whether the role that asks may read and write a log.
select coalesce(bool_and(has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')), false)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = {events_text}
  and c.relname in ('mt_streams', 'mt_events')
