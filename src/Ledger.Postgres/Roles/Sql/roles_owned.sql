-- Functions that everyone with a role may call run as the owner of the tables, who must not be a superuser then.
do $ledger_owned$
declare
    owner text;
    fault text;
begin
    select k.rolname,
           case
               when k.rolsuper then 'a superuser, and with roles a writer''s appends would run as one'
               else 'a role with BYPASSRLS, and with roles a writer''s appends would see those of all tenants'
           end
    into owner, fault
    from pg_catalog.pg_class as c
    join pg_catalog.pg_roles as k on k.oid = c.relowner
    where c.oid = to_regclass(quote_ident({events_text}) || '.mt_events')
      and (k.rolsuper or k.rolbypassrls and to_regclass(quote_ident({ledger_text}) || '.tenant_seed') is not null);
    if found then
        raise exception 'The tables belong to ''%'', %. Name another owner, with --owner ROLE; it is made, and gets the tables. Nothing was changed', owner, fault
            using errcode = 'LG031';
    end if;
end
$ledger_owned$;
