-- The tables of the log, the largest first. $1 the schemas. One row each: name, rows, dead rows, bytes without indexes, bytes of indexes, changed rows since the last
-- analyze, whether it was ever analysed, and whether autovacuum passes over it. Rows are the server's estimates.
select format('%s.%s', n.nspname, c.relname),
       greatest(s.n_live_tup, 0),
       s.n_dead_tup,
       pg_table_size(c.oid),
       pg_indexes_size(c.oid),
       s.n_mod_since_analyze,
       coalesce(s.last_analyze, s.last_autoanalyze) is not null,
       coalesce('autovacuum_enabled=false' = any (c.reloptions) or 'autovacuum_enabled=off' = any (c.reloptions), false)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_stat_all_tables as s on s.relid = c.oid
where n.nspname = any ($1)
  and c.relkind = 'r'
order by pg_total_relation_size(c.oid) desc, c.relname collate "C"
