-- The schemas of this database that have a table of databases with many tenants each. One row each.
select n.nspname::text
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relname = 'mt_database_pool'
  and c.relkind in ('r', 'p')
order by n.nspname collate "C"
