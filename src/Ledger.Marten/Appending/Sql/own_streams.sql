-- Gives streams the tenant of a session, which Marten compares: $1 their names, $2 the tenant. Other writers of the database name none.
update {events}.mt_streams as t
set tenant_id = $2
where t.id = any ($1)
  and t.tenant_id is distinct from $2
