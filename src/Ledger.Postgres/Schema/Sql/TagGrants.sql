-- Roles that may append to the log but not write the tags of its events, so that their appends fail. A row for each missing privilege: the role, the privilege,
-- the table; none if Marten has not made the tables.
select r.rolname, p.privilege, t.name
from unnest(array[
    'mt_event_tag_ledger_actor', 'mt_event_tag_ledger_model', 'mt_event_tag_ledger_tool', 'mt_event_tag_ledger_task',
    'mt_dcb_tag_version']) as t (name)
cross join unnest(array['INSERT', 'SELECT', 'UPDATE']) as p (privilege)
cross join pg_catalog.pg_roles as r
where to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null
  and (p.privilege <> 'UPDATE' or t.name = 'mt_dcb_tag_version')
  and has_table_privilege(r.oid, to_regclass(quote_ident({events_text}) || '.mt_events'), 'INSERT')
  and has_table_privilege(r.oid, to_regclass(quote_ident({events_text}) || '.mt_events'), 'SELECT')
  and not has_table_privilege(r.oid, to_regclass(quote_ident({events_text}) || '.' || t.name), p.privilege)
order by r.rolname collate "C", t.name collate "C", p.privilege collate "C"
