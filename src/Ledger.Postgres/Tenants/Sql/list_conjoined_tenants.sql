-- The tenants of a schema of many that are not switched off, by name, as its owner sees them. Result: a row for each, and whether the role sees all.
select t.tenant_id::text, o.sees_all
from (
    select pg_has_role(current_user, c.relowner, 'usage') as sees_all
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    where n.nspname = {ledger_text}
      and c.relname = 'tenant') as o
left join {ledger}.tenant as t on t.disabled_at is null
order by t.tenant_id collate "C"
