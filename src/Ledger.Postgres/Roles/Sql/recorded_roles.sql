-- The names of the roles that were made for a log, as the arguments of a trigger, each with a zero byte after it: operator, reader, auditor, writer, marten-writer.
-- No row if none were. Needs no right to the schema, unlike to_regclass.
select g.tgargs
from pg_catalog.pg_trigger as g
join pg_catalog.pg_class as c on c.oid = g.tgrelid
where c.relnamespace = to_regnamespace(quote_ident({events_text}))
  and c.relname = 'mt_events'
  and g.tgname = 'tr_mt_events_guarded'
