-- The functions that write run with the rights of their owner, and with a fixed search path: the roles that may call them need no rights to what they write.
-- Only those with the parameters that the migrations give them; one that the owner of the tables does not have may be called by its owner alone.
do $ledger_functions$
declare
    roles constant text := (select string_agg(quote_ident(n.name), ', ') from unnest(array[{names}]) as n (name));
    f record;
begin
    for f in
        select p.oid::regprocedure::text as name,
               g.role,
               p.proowner = c.relowner as is_owned,
               p.prosecdef and 'search_path=pg_catalog, pg_temp' = any (p.proconfig) as runs_as_owner
        from (values {functions}) as g (routine, role)
        join pg_catalog.pg_proc as p on format('%s(%s)', p.proname, oidvectortypes(p.proargtypes)) = g.routine
        join pg_catalog.pg_class as c on c.oid = to_regclass(quote_ident({events_text}) || '.mt_events')
        where p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
          and pg_has_role(current_user, p.proowner, 'usage')
        order by p.oid::regprocedure::text
    loop
        execute format('revoke all on function %s from public, %s', f.name, roles);
        continue when not f.is_owned;
        if f.runs_as_owner is not true then
            execute format('alter function %s security definer set search_path = pg_catalog, pg_temp', f.name);
        end if;

        if f.role is not null then
            execute format('grant execute on function %s to %I', f.name, f.role);
        end if;
    end loop;
end
$ledger_functions$;
