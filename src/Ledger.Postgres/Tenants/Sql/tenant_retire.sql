-- Makes every table of this log refuse writes, because another database has the log now. The record of migrations is this database's own.
create function {ledger}.log_has_moved()
    returns trigger
    language plpgsql
as $$
begin
    raise exception 'This log has moved to another database: nothing was written. Ask the map of tenants again.' using errcode = 'LG042';
end
$$;
do $$
declare
    copied text;
begin
    -- Partitioned tables too: a statement on one does not run the triggers of its parts.
    for copied in
        select format('%I.%I', n.nspname, c.relname)
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ({events_text}, {ledger_text})
          and c.relkind in ('r', 'p')
          and not (n.nspname = {ledger_text} and c.relname in ('migration', 'schema_function'))
    loop
        execute format(
            'create trigger tr_log_has_moved before insert or update or delete or truncate on %s for each statement execute function %I.log_has_moved()',
            copied,
            {ledger_text});
    end loop;
end
$$
