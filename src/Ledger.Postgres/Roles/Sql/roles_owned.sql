-- Functions that everyone with a role may call run as the owner of the tables, who must not be a superuser then.
do $ledger_owned$
declare
    owner text;
begin
    select k.rolname
    into owner
    from pg_catalog.pg_class as c
    join pg_catalog.pg_roles as k on k.oid = c.relowner
    where c.oid = to_regclass(quote_ident({events_text}) || '.mt_events')
      and k.rolsuper;
    if found then
        raise exception 'The tables belong to ''%'', a superuser, and with roles a writer''s appends would run as one. Name another owner, with --owner ROLE; it is made, and gets the tables. Nothing was changed', owner
            using errcode = 'LG031';
    end if;
end
$ledger_owned$;
