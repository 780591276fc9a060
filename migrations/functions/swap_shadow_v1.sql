-- Replaces a table by the copy that create_shadow_v1 made, and drops the table.
--   p_table  the table's name, quoted where needed
-- Result: none.
create or replace function {ledger}.swap_shadow_v1(p_table text)
returns void
language plpgsql
volatile
as $function$
declare
    live record;
    shadow text;
    indexes text[];
    foreign_keys text[];
    name text;
begin
    select c.oid, n.nspname, c.relname, left(c.relname, 55) || '_rebuild' as shadow
    into strict live
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where c.oid = p_table::regclass;
    shadow := format('%I.%I', live.nspname, live.shadow);

    -- Readers of the old table are waited for first, so that a wait that takes too long has touched nothing else.
    execute format('lock table %I.%I in access exclusive mode', live.nspname, live.relname);
    select array_agg(x.relname)
    into indexes
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as x on x.oid = i.indexrelid
    where i.indrelid = live.oid;
    select array_agg(k.conname)
    into foreign_keys
    from pg_catalog.pg_constraint as k
    where k.conrelid = live.oid and k.contype = 'f';
    execute format('drop table %I.%I', live.nspname, live.relname);
    execute format('alter table %s rename to %I', shadow, live.relname);
    foreach name in array coalesce(indexes, '{}') loop
        execute format('alter index %I.%I rename to %I', live.nspname, 'rebuild_' || md5(name), name);
    end loop;

    foreach name in array coalesce(foreign_keys, '{}') loop
        execute format('alter table %I.%I rename constraint %I to %I', live.nspname, live.relname, 'rebuild_' || md5(name), name);
    end loop;
end
$function$;
