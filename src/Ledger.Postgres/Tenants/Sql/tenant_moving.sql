-- Where the log is going or has gone, as it was noted when it began to refuse writes: no row, or one text, 'moving to ' and the place until it is there.
select obj_description(g.oid, 'pg_trigger')
from pg_trigger as g
join pg_class as c on c.oid = g.tgrelid
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = {events_text}
  and c.relname = 'mt_events'
  and g.tgname = 'tr_moved_' || md5(coalesce(current_setting('ledger.tenant', true), ''))
