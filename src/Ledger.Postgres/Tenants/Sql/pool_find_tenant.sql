-- The database that has a tenant: $1 the tenant. No row, or one: the database, its connection string, whether the tenant is switched off.
select p.database_id, p.connection_string, a.disabled
from {events}.mt_tenant_assignments as a
join {events}.mt_database_pool as p on p.database_id = a.database_id
where a.tenant_id = $1
