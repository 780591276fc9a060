-- Switches a tenant off: $1 the name. Its database stays as it is. One row if there was one.
update {events}.mt_tenant_databases as t
set disabled = true
where t.tenant_id = $1
  and not t.disabled
returning t.tenant_id
