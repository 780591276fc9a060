-- Takes a tenant off the list of a schema of many. $1 the tenant.
delete from {ledger}.tenant as t
where t.tenant_id = $1
