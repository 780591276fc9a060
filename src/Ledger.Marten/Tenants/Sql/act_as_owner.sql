-- Goes on as the role that owns the tables, to which what Marten makes then belongs; until the pool resets the connection. One row, or none for that role itself.
select set_config('role', r.rolname, false)
from pg_catalog.pg_class as c
join pg_catalog.pg_roles as r on r.oid = c.relowner
where c.oid = to_regclass(quote_ident({events_text}) || '.mt_events')
  and r.rolname <> current_user
