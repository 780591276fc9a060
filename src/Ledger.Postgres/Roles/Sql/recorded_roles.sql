-- The names of the roles that were made for a log, as the arguments of a trigger, each with a zero byte after it: operator, reader, auditor, writer, marten-writer.
-- No row if none were.
select g.tgargs
from pg_catalog.pg_trigger as g
where g.tgrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
  and g.tgname = 'tr_mt_events_guarded'
