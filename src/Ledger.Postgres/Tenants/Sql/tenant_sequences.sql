-- The sequences of a log: $1 the schemas. One row each: quoted name.
select format('%I.%I', n.nspname, c.relname)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = any ($1)
  and c.relkind = 'S'
order by n.nspname collate "C", c.relname collate "C"
