-- Roles that were made for this log under other names lose what they have, also their membership in the roles of now and those in theirs; they stay, for
-- the server's administrator to drop. Among the roles of now, only the memberships of now are left. The trigger's arguments name the roles, each with a zero
-- byte after it.
do $ledger_former$
declare
    recorded oid[];
    former oid[];
    r record;
begin
    select array_agg(k.oid), coalesce(array_agg(k.oid) filter (where k.rolname <> all (array[{names}])), '{}')
    into recorded, former
    from pg_catalog.pg_trigger as g
    cross join lateral regexp_split_to_table(regexp_replace(encode(g.tgargs, 'hex'), '(..)', '\1 ', 'g'), '00 ') as t (text)
    join pg_catalog.pg_roles as k on k.rolname = convert_from(decode(replace(t.text, ' ', ''), 'hex'), 'UTF8')
    where g.tgrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
      and g.tgname = 'tr_mt_events_guarded';

    for r in
        select distinct format('revoke all on %s from %I', a.object, f.rolname) as text
        from pg_catalog.pg_roles as f
        cross join lateral (
            select format('schema %I', n.nspname) as object
            from pg_catalog.pg_namespace as n
            cross join lateral aclexplode(n.nspacl) as x
            where n.nspname in ({events_text}, {ledger_text}) and x.grantee = f.oid
            union all
            select format('%s %I.%I', case c.relkind when 'S' then 'sequence' else 'table' end, n.nspname, c.relname)
            from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where n.nspname in ({events_text}, {ledger_text})
              and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
              and (exists (select from aclexplode(c.relacl) as x where x.grantee = f.oid)
                  or exists (
                      select
                      from pg_catalog.pg_attribute as t
                      cross join lateral aclexplode(t.attacl) as x
                      where t.attrelid = c.oid and x.grantee = f.oid))
            union all
            select format('routine %s', p.oid::regprocedure)
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            cross join lateral aclexplode(p.proacl) as x
            where n.nspname in ({events_text}, {ledger_text}) and x.grantee = f.oid) as a
        where f.oid = any (former)
        union all
        select format('revoke %I from %I', g.rolname, b.rolname)
        from pg_catalog.pg_auth_members as m
        join pg_catalog.pg_roles as g on g.oid = m.roleid
        join pg_catalog.pg_roles as b on b.oid = m.member
        where g.oid = any (former) and (b.oid = any (recorded) or b.rolname = any (array[{names}]))
           or b.oid = any (former) and (g.oid = any (recorded) or g.rolname = any (array[{names}]))
           or g.rolname = any (array[{names}])
               and b.rolname = any (array[{names}])
               and not exists (select from (values {memberships}) as n (role, member) where n.role = g.rolname and n.member = b.rolname)
    loop
        execute r.text;
    end loop;
end
$ledger_former$;
