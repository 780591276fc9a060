-- Refuses to change or delete events and streams, except to the owner of the tables and the operator: the triggers that `ledger roles create` makes. Archiving
-- changes a column that the triggers do not name. The first argument of a trigger is the operator's role.
-- Result: null, which a trigger after the row and one for a statement ignore.
create or replace function {ledger}.guard_event_v1()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $function$
begin
    if pg_has_role(current_user, (select c.relowner from pg_class as c where c.oid = tg_relid), 'usage')
        or pg_has_role(current_user, tg_argv[0]::name, 'usage') then
        return null;
    end if;

    raise exception 'Role ''%'' may not % what is in the log: only the operator and the owner of the tables may. Nothing was changed', current_user, lower(tg_op)
        using errcode = 'LG030';
end
$function$;
