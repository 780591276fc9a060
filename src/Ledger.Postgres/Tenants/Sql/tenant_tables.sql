-- The tables of a log, but for the record of its migrations, which every database has of its own. $1 the schemas. One row each: quoted name, quoted columns in order.
select format('%I.%I', n.nspname, c.relname),
       string_agg(quote_ident(a.attname), ', ' order by a.attnum)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
where n.nspname = any ($1)
  and c.relkind = 'r'
  and not (n.nspname = {ledger_text} and c.relname in ('migration', 'schema_function'))
group by n.nspname, c.relname
order by
    -- In the order of an append, so that its locks are waited for before others are taken.
    c.relname <> 'mt_streams',
    c.relname <> 'mt_events',
    n.nspname collate "C",
    c.relname collate "C"
