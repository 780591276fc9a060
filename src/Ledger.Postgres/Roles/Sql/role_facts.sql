-- What `ledger roles create` makes besides rights: a row for each fact: its kind, a role, and a text.
--   owner       the owner of the events; superuser or nothing
--   role        one of the roles {names}, and an attribute that it must not have, or nothing
--   member      a role that one of them is a member of
--   owned       an object that has another owner than the events, and its owner
--   definer     a function of Ledger's that runs as its owner, with a fixed search path
--   overload    a routine that has the name of one of Ledger's but other parameters, and its owner
--   trigger     one of the triggers, enabled
--   foreign     a trigger on a table of Ledger's or Marten's that neither the migrations nor these roles make, and the owner of the table
--   document    a table of Marten's that is not in {relations}
with owner as (
    select k.oid, k.rolname, k.rolsuper
    from pg_catalog.pg_class as c
    join pg_catalog.pg_roles as k on k.oid = c.relowner
    where c.relnamespace = to_regnamespace(quote_ident({events_text}))
      and c.relname = 'mt_events'
),
facts as (
    select 'owner' as kind, o.rolname::text as role, case when o.rolsuper then 'superuser' else '' end as text
    from owner as o
    union all
    select 'role', k.rolname, a.attribute
    from pg_catalog.pg_roles as k
    cross join lateral (
        values (''),
            (case when k.rolsuper then 'superuser' end),
            (case when k.rolcreaterole then 'createrole' end),
            (case when k.rolcreatedb then 'createdb' end),
            (case when k.rolreplication then 'replication' end),
            (case when k.rolbypassrls then 'bypassrls' end)) as a (attribute)
    where k.rolname = any (array[{names}])
      and a.attribute is not null
    union all
    select 'member', b.rolname, g.rolname
    from pg_catalog.pg_auth_members as a
    join pg_catalog.pg_roles as g on g.oid = a.roleid
    join pg_catalog.pg_roles as b on b.oid = a.member
    where b.rolname = any (array[{names}])
    union all
    select 'owned', pg_get_userbyid(c.relowner), format('%s %s.%s', case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, n.nspname, c.relname)
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ({events_text}, {ledger_text})
      and c.relkind in ('r', 'p', 'v', 'S')
      and c.relname = any (array[{relations}])
      and n.nspname = case when starts_with(c.relname, 'mt_') then {events_text} else {ledger_text} end
      and c.relowner <> (select o.oid from owner as o)
    union all
    select 'owned', pg_get_userbyid(p.proowner), format('function %s.%s', n.nspname, p.proname)
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where n.nspname = {ledger_text}
      and format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) = any (array[{routines}])
      and p.proowner <> (select o.oid from owner as o)
    union all
    select 'definer', '', p.proname
    from pg_catalog.pg_proc as p
    where p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
      and format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) = any (array[{routines}])
      and p.prosecdef
      and 'search_path=pg_catalog, pg_temp' = any (p.proconfig)
    union all
    select 'overload', pg_get_userbyid(p.proowner), format('%s.%s(%s)', {ledger_text}, p.proname, oidvectortypes(p.proargtypes))
    from pg_catalog.pg_proc as p
    where p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
      and format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) <> all (array[{routines}])
      and exists (select from unnest(array[{routines}]) as r (routine) where starts_with(r.routine, p.proname || '('))
    union all
    select 'foreign', pg_get_userbyid(c.relowner), format('%s on table %s.%s', g.tgname, n.nspname, c.relname)
    from pg_catalog.pg_trigger as g
    join pg_catalog.pg_class as c on c.oid = g.tgrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where not g.tgisinternal
      and n.nspname in ({events_text}, {ledger_text})
      and c.relname = any (array[{relations}])
      and n.nspname = case when starts_with(c.relname, 'mt_') then {events_text} else {ledger_text} end
      and g.tgname <> all (array[{triggers}])
      and not (starts_with(g.tgname, 'tr_moved_') and g.tgfoid = to_regprocedure(quote_ident({ledger_text}) || '.tenant_has_moved_v1()'))
    union all
    select 'trigger', '', g.tgname
    from pg_catalog.pg_trigger as g
    join pg_catalog.pg_class as c on c.oid = g.tgrelid
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = {events_text}
      and c.relname in ('mt_events', 'mt_streams')
      and g.tgenabled = 'O'
      and obj_description(g.oid, 'pg_trigger') like 'made by ledger roles, %'
    union all
    select 'document', '', c.relname
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = {events_text}
      and c.relkind in ('r', 'p')
      and starts_with(c.relname, 'mt_')
      and c.relname <> all (array[{relations}])
)
select f.kind, f.role::text, f.text::text
from facts as f
order by 1, 2, 3
