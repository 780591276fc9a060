-- The tables of a log with what they have of it, in the order of an append, so that their locks are waited for before others are taken. One row each: schema, name, quoted
-- columns in order without the tenant. Of a schema of many tenants those that are divided.
select n.nspname::text,
       c.relname::text,
       string_agg(quote_ident(a.attname), ', ' order by a.attnum)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attname <> 'tenant_id'
where n.nspname in ({events_text}, {ledger_text})
  and c.relkind in ('r', 'p')
  and not c.relispartition
  and not (n.nspname = {ledger_text} and c.relname in ('migration', 'schema_function', 'tenant', 'tenant_seed'))
  and not (n.nspname = {events_text} and c.relname in ('mt_event_projection_floors', 'mt_high_water_skips'))
  and (to_regclass(quote_ident({ledger_text}) || '.tenant_seed') is null
      or exists (select from pg_policy as y where y.polrelid = c.oid and y.polname = 'tenant_own'))
group by n.nspname, c.relname
order by
    c.relname <> 'mt_streams',
    c.relname <> 'mt_events',
    n.nspname collate "C",
    c.relname collate "C"
