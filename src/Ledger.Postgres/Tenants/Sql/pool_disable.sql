-- Switches a tenant off: $1 its name. Its log stays as it is.
update {events}.mt_tenant_assignments as a
set disabled = true
where a.tenant_id = $1
  and not a.disabled
