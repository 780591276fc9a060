-- Takes a tenant that is switched off from the list of a schema of many. $1 the tenant.
delete from {ledger}.tenant as t
where t.tenant_id = $1
  and t.disabled_at is not null
