-- The schemas of this database that have a table of tenants. One row each.
select n.nspname::text
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relname = 'mt_tenant_databases'
  and c.relkind in ('r', 'p')
order by n.nspname collate "C"
