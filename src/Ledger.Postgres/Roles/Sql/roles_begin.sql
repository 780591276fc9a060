-- One role's rights include another's by membership.
set local client_min_messages = warning;

do $ledger_roles$
declare
    r record;
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger migrate', 0));
    for r in
        select n.name
        from unnest(array[{names}]) as n (name)
        where not exists (select from pg_catalog.pg_roles as k where k.rolname = n.name)
    loop
        execute format('create role %I', r.name);
    end loop;

    for r in
        select m.role, m.member
        from (values {memberships}) as m (role, member)
        where not exists (
            select
            from pg_catalog.pg_auth_members as a
            join pg_catalog.pg_roles as g on g.oid = a.roleid
            join pg_catalog.pg_roles as b on b.oid = a.member
            where g.rolname = m.role
              and b.rolname = m.member)
    loop
        execute format('grant %I to %I', r.role, r.member);
    end loop;
end
$ledger_roles$;
