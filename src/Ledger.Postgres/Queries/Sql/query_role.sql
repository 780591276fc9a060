-- Lets a question run as a role, for the rest of its transaction: $1 its name, or null for that of readers: the one that a trigger names which was made with the
-- roles of this log, else $2. No row where there is no such role, or the session may not become it.
select set_config('role', r.rolname, true)
from pg_roles as r
where r.rolname = coalesce(
        $1,
        (select nullif(split_part(encode(g.tgargs, 'escape'), '\000', 2), '')
         from pg_trigger as g
         where g.tgrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
           and g.tgname = 'tr_mt_events_guarded'),
        $2)
  and pg_has_role(r.oid, 'MEMBER')
