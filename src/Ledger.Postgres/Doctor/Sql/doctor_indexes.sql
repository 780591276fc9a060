-- The indexes of the log that are not used because their creation failed; not those that are being created now. $1 the schemas. One row each: index, table.
select format('%s.%s', n.nspname, i.relname),
       t.relname::text
from pg_index as x
join pg_class as i on i.oid = x.indexrelid
join pg_class as t on t.oid = x.indrelid
join pg_namespace as n on n.oid = i.relnamespace
where n.nspname = any ($1)
  and not x.indisvalid
  and not exists (select from pg_stat_progress_create_index as p where p.index_relid = x.indexrelid)
order by i.relname collate "C"
