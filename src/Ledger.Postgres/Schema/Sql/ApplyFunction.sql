-- Function {name}: applied and recorded unless the database has this text, or a newer program's.
-- A function whose parameters or result have changed, as the checksum in signature shows, is dropped first, because one with another result cannot
-- replace it. The arguments are its parameters as DROP takes them. Where roles were made, a function that ran as its owner does so again; one that was dropped
-- is made for everyone and belongs to the user who migrates, so that it gets the owner and the callers of the dropped one.
do $ledger_function$
declare
    known {ledger}.schema_function;
    before oid[];
    as_owner oid[];
    callers text[];
    owner text;
    replaced record;
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger migrate', 0));
    perform set_config('check_function_bodies', 'off', true);
    select f.* into known from {ledger}.schema_function as f where f.name = '{name}';
    if known.checksum = '{checksum}'
        or string_to_array(known.applied_by, '.')::integer[] > string_to_array('{version}', '.')::integer[]
        or exists (select from {ledger}.migration as m where m.number > {last})
    then
        return;
    end if;

    select array_agg(p.oid), coalesce(array_agg(p.oid) filter (where p.prosecdef), '{}'), min(pg_get_userbyid(p.proowner)::text) filter (where p.prosecdef)
    into before, as_owner, owner
    from pg_catalog.pg_proc as p
    where p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
      and p.proname = '{name}';
    callers := array(
        select distinct k.rolname::text
        from pg_catalog.pg_proc as p
        cross join lateral aclexplode(p.proacl) as a
        join pg_catalog.pg_roles as k on k.oid = a.grantee
        where p.oid = any (as_owner)
          and a.grantee <> p.proowner);
    if known.signature <> '{signature}' then
        execute format('drop routine if exists %I.%I(%s)', {ledger_text}, known.name, known.arguments);
    end if;

    execute $ledger_text$
{text}
$ledger_text$;
    for replaced in
        select p.oid::regprocedure::text as name, p.oid <> all (before) as is_new
        from pg_catalog.pg_proc as p
        where as_owner <> '{}'
          and p.pronamespace = to_regnamespace(quote_ident({ledger_text}))
          and p.proname = '{name}'
          and not p.prosecdef
          and (p.oid = any (as_owner) or p.oid <> all (before))
    loop
        if replaced.is_new then
            execute format('revoke all on function %s from public', replaced.name);
            execute format('alter function %s owner to %I', replaced.name, owner);
            execute (
                select coalesce(string_agg(format('grant execute on function %s to %I', replaced.name, n.role), '; '), '')
                from unnest(callers) as n (role));
        end if;

        execute format('alter function %s security definer set search_path = pg_catalog, pg_temp', replaced.name);
    end loop;

    insert into {ledger}.schema_function as f (name, checksum, signature, arguments, applied_at, applied_by)
    values ('{name}', '{checksum}', '{signature}', '{arguments}', clock_timestamp(), '{version}')
    on conflict (name) do update
    set checksum = excluded.checksum,
        signature = excluded.signature,
        arguments = excluded.arguments,
        applied_at = excluded.applied_at,
        applied_by = excluded.applied_by;
end
$ledger_function$;
