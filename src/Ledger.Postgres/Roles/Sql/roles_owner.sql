-- The schemas, and what is Ledger's or Marten's in them, get their owner: of routines, those with the parameters that Ledger's migrations give them, and Marten's
-- that the owner of the events or the current user has.
do $ledger_owner$
declare
    owner oid;
    r record;
begin
    if not exists (select from pg_catalog.pg_roles as k where k.rolname = {owner_text}) then
        execute format('create role %I', {owner_text});
    end if;

    select k.oid into owner from pg_catalog.pg_roles as k where k.rolname = {owner_text};
    for r in
        select o.kind, o.name
        from (
            select 1 as place, 'schema' as kind, quote_ident(n.nspname) as name
            from pg_catalog.pg_namespace as n
            where n.nspname in ({events_text}, {ledger_text})
              and n.nspname <> 'public'
              and n.nspowner <> owner
            union all
            select 2,
                   case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end,
                   format('%I.%I', n.nspname, c.relname)
            from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where n.nspname in ({events_text}, {ledger_text})
              and c.relkind in ('r', 'p', 'v', 'S')
              and c.relowner <> owner
              and (n.nspname = {ledger_text} and c.relname = any (array[{relations}]) or n.nspname = {events_text} and starts_with(c.relname, 'mt_'))
              and not exists (
                  select
                  from pg_catalog.pg_depend as d
                  where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i', 'e'))
            union all
            select 3, 'routine', p.oid::regprocedure::text
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname in ({events_text}, {ledger_text})
              and p.proowner <> owner
              and (n.nspname = {ledger_text} and format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) = any (array[{routines}])
                  or n.nspname = {events_text}
                      and starts_with(p.proname, 'mt_')
                      and (pg_get_userbyid(p.proowner) = current_user
                          or p.proowner = (
                              select c.relowner from pg_catalog.pg_class as c where c.oid = to_regclass(quote_ident({events_text}) || '.mt_events')))
                      and not exists (
                          select
                          from pg_catalog.pg_depend as d
                          where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'))) as o
        order by o.place, o.name
    loop
        execute format('alter %s %s owner to %I', r.kind, r.name, {owner_text});
    end loop;
end
$ledger_owner$;

grant usage, create on schema {events}, {ledger} to {owner};
