-- The functions that write run with the rights of their owner, and with a fixed search path: the roles that may call them need no rights to what they write.
do $ledger_functions$
declare
    roles constant text := (select string_agg(quote_ident(n.name), ', ') from unnest(array[{names}]) as n (name));
    f record;
begin
    for f in
        select p.oid::regprocedure::text as name,
               g.role,
               p.prosecdef and 'search_path=pg_catalog, pg_temp' = any (p.proconfig) as runs_as_owner
        from (values {functions}) as g (name, role)
        join pg_catalog.pg_proc as p on p.proname = g.name
        where p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
        order by p.oid::regprocedure::text
    loop
        if f.runs_as_owner is not true then
            execute format('alter function %s security definer set search_path = pg_catalog, pg_temp', f.name);
        end if;

        execute format('revoke all on function %s from public, %s', f.name, roles);
        if f.role is not null then
            execute format('grant execute on function %s to %I', f.name, f.role);
        end if;
    end loop;
end
$ledger_functions$;
