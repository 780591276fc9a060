-- Whether row-level security holds the owner of the tables of many tenants, in the transaction of the caller. {force} force or no force.
do $force$
declare
    divided regclass;
begin
    for divided in
        select c.oid::regclass
        from pg_catalog.pg_policy as y
        join pg_catalog.pg_class as c on c.oid = y.polrelid
        where y.polname = 'tenant_own'
          and c.relnamespace in (to_regnamespace(quote_ident({events_text})), to_regnamespace(quote_ident({ledger_text})))
          and c.oid <> to_regclass(quote_ident({ledger_text}) || '.tenant')
    loop
        execute format('alter table %s {force} row level security', divided);
    end loop;
end
$force$;
