-- In the script for psql: one log is not made of the logs of many tenants.

do $tenancy$
begin
    if to_regclass(quote_ident({ledger_text}) || '.tenant_seed') is not null then
        raise exception 'The schema % has the logs of many tenants, whose tables and functions are others: ''ledger migrate script --tenancy conjoined'' prints the script for it, and ''ledger migrate apply'' migrates it. Nothing was changed.', {ledger_text};
    end if;
end
$tenancy$;
