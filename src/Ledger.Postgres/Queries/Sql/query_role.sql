-- Lets a question run as a role, for the rest of its transaction: $1 its name, or null for that of readers: the one that a trigger names which was made with the
-- roles of this log, else $2 if it may use the log's schema, as roles are those of all databases of a server. No row where there is no such role, or the session
-- may not become it.
select set_config('role', r.rolname, true)
from pg_roles as r
cross join (
    select coalesce(
        $1,
        (select nullif(split_part(encode(g.tgargs, 'escape'), '\000', 2), '')
         from pg_trigger as g
         where g.tgrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
           and g.tgname = 'tr_mt_events_guarded')) as role) as named
where (r.rolname = named.role
       or (named.role is null
           and r.rolname = $2
           and has_schema_privilege(r.oid, to_regnamespace(quote_ident({ledger_text})), 'USAGE')))
  and pg_has_role(r.oid, 'MEMBER')
