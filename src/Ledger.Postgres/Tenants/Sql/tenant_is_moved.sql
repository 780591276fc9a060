-- Where the log has gone: no row, or the place as text. That of a tenant in a schema of many, of the session's tenant.
select obj_description(p.oid, 'pg_proc')
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where n.nspname = {ledger_text}
  and p.proname = 'log_has_moved'
union all
select obj_description(g.oid, 'pg_trigger')
from pg_trigger as g
join pg_class as c on c.oid = g.tgrelid
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = {events_text}
  and c.relname = 'mt_events'
  and g.tgname = 'tr_moved_' || md5(coalesce(current_setting('ledger.tenant', true), ''))
  and not starts_with(obj_description(g.oid, 'pg_trigger'), 'moving to ')
