-- Makes an empty copy of a table with the same columns, options, indexes, constraints, triggers and privileges, under provisional names, for
-- a rebuild. An older copy is dropped. The name of the copy ends with _rebuild.
--   p_table  the table's name, quoted where needed
-- Result: none.
create or replace function {ledger}.create_shadow_v1(p_table text)
returns void
language plpgsql
volatile
as $function$
declare
    live record;
    shadow text;
    r record;
begin
    select c.oid, n.nspname, c.relname, c.reloptions, c.relowner, c.relacl
    into strict live
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.oid = p_table::regclass;
    shadow := format('%I.%I', live.nspname, left(live.relname, 55) || '_rebuild');
    execute format('drop table if exists %s', shadow);
    execute format('create table %s (like %I.%I including all excluding indexes)', shadow, live.nspname, live.relname);
    if live.reloptions is not null then
        execute format('alter table %s set (%s)', shadow, array_to_string(live.reloptions, ', '));
    end if;

    for r in
        select x.relname,
               i.indisunique,
               pg_get_indexdef(i.indexrelid) as definition,
               pg_get_constraintdef(k.oid) as constraint_definition
        from pg_catalog.pg_index as i
        join pg_catalog.pg_class as x on x.oid = i.indexrelid
        left join pg_catalog.pg_constraint as k
            on k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x')
        where i.indrelid = live.oid
    loop
        if r.constraint_definition is not null then
            execute format('alter table %s add constraint %I %s', shadow, 'rebuild_' || md5(r.relname), r.constraint_definition);
        else
            execute format(
                'create %s index %I on %s%s',
                case when r.indisunique then 'unique' else '' end,
                'rebuild_' || md5(r.relname),
                shadow,
                substr(r.definition, strpos(r.definition, ' USING ')));
        end if;
    end loop;

    for r in
        select k.conname, pg_get_constraintdef(k.oid) as definition
        from pg_catalog.pg_constraint as k
        where k.conrelid = live.oid and k.contype = 'f'
    loop
        execute format('alter table %s add constraint %I %s', shadow, 'rebuild_' || md5(r.conname), r.definition);
    end loop;

    for r in
        select pg_get_triggerdef(t.oid) as definition
        from pg_catalog.pg_trigger as t
        where t.tgrelid = live.oid and not t.tgisinternal
    loop
        execute replace(r.definition, format(' ON %I.%I ', live.nspname, live.relname), format(' ON %s ', shadow));
    end loop;

    for r in
        select a.grantee, a.privilege_type, a.is_grantable
        from aclexplode(live.relacl) as a
        where a.grantee <> live.relowner
    loop
        execute format(
            'grant %s on %s to %s%s',
            r.privilege_type,
            shadow,
            case when r.grantee = 0 then 'public' else r.grantee::regrole::text end,
            case when r.is_grantable then ' with grant option' else '' end);
    end loop;

    if live.relowner <> (select u.oid from pg_catalog.pg_roles as u where u.rolname = current_user) then
        execute format('alter table %s owner to %s', shadow, live.relowner::regrole);
    end if;
end
$function$;
