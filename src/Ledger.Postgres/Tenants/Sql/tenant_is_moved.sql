-- Where the log of this database has gone: no row, or the place as text.
select obj_description(p.oid, 'pg_proc')
from pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where n.nspname = {ledger_text}
  and p.proname = 'log_has_moved'
