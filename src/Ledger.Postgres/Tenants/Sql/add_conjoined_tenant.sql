-- Adds a tenant to a schema of many, or switches one on again, in the transaction of the caller. {tenant_text} its name as a string constant.
do $add$
declare
    seed record;
begin
    perform set_config('ledger.tenant', {tenant_text}, true);
    insert into {ledger}.tenant as t (tenant_id)
    values ({tenant_text})
    on conflict (tenant_id) do update set disabled_at = null;
    for seed in select s.table_name, s.first_row || jsonb_build_object('tenant_id', {tenant_text}) as first_row from {ledger}.tenant_seed as s loop
        execute format('insert into %s select (jsonb_populate_record(null::%1$s, $1)).* on conflict do nothing', seed.table_name) using seed.first_row;
    end loop;
end
$add$;
