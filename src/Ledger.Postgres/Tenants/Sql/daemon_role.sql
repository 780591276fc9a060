-- What a role may that is to see the rows of all tenants. $1 its name. One row, or none if there is no such role: whether row-level security does not hold for it,
-- whether it has the rights of the role that owns the tables, whether that one has the rights of it.
select r.rolsuper or r.rolbypassrls,
       pg_has_role(r.oid, c.relowner, 'usage'),
       pg_has_role(c.relowner, r.oid, 'usage')
from pg_catalog.pg_roles as r
cross join pg_catalog.pg_class as c
where r.rolname = $1
  and c.oid = to_regclass(quote_ident({events_text}) || '.mt_events')
