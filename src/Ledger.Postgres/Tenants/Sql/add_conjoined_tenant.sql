-- Adds a tenant to a schema of many, or switches one on again: that of the session, after use_tenant in the same transaction.
do $add$
declare
    tenant constant text := current_setting('ledger.tenant');
    seed record;
begin
    insert into {ledger}.tenant as t (tenant_id)
    values (tenant)
    on conflict (tenant_id) do update set disabled_at = null;
    for seed in select s.table_name, s.first_row || jsonb_build_object('tenant_id', tenant) as first_row from {ledger}.tenant_seed as s loop
        execute format('insert into %s select (jsonb_populate_record(null::%1$s, $1)).* on conflict do nothing', seed.table_name) using seed.first_row;
    end loop;
end
$add$
