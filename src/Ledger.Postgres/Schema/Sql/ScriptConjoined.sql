-- In the script for psql: a schema with the logs of many tenants is made and changed by a role that row-level security holds, and not of one log.

do $tenancy$
declare
    free constant text := (
        select r.rolname::text
        from pg_catalog.pg_roles as r
        where r.rolname in (current_user, session_user)
          and (r.rolsuper or r.rolbypassrls)
        order by r.rolname
        limit 1);
    has_streams boolean;
begin
    if free is not null then
        raise exception 'The role % would own what it makes, and row-level security would not hold for its views and functions, because it is a superuser or has BYPASSRLS. Run the script as a role that is neither, with the right to create in the database. Nothing was changed.', free;
    end if;

    -- A role that sees only the rows of a tenant would change only those.
    perform set_config('ledger.tenant', '', false);
    if to_regclass(quote_ident({ledger_text}) || '.tenant_seed') is not null or to_regclass(quote_ident({events_text}) || '.mt_streams') is null then
        return;
    end if;

    if exists (
        select
        from pg_catalog.pg_trigger as g
        join pg_catalog.pg_class as c on c.oid = g.tgrelid
        where c.relnamespace = to_regnamespace(quote_ident({events_text}))
          and c.relname = 'mt_events'
          and g.tgname = 'tr_mt_events_guarded')
    then
        raise exception 'The schema % has roles by ''ledger roles'', which are made after its tables are divided. Make another schema. Nothing was changed.', {ledger_text};
    end if;

    execute format('select exists (select from %I.mt_streams)', {events_text}) into has_streams;
    if has_streams then
        raise exception 'The schema % has a log already, which is of no tenant. Make another schema, and import it there as that of a tenant. Nothing was changed.', {ledger_text};
    end if;
end
$tenancy$;
