-- Switches a tenant of a schema of many off; its log stays. $1 the tenant. The number of rows changed.
update {ledger}.tenant as t
set disabled_at = coalesce(t.disabled_at, clock_timestamp())
where t.tenant_id = $1
