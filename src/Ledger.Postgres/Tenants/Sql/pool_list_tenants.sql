-- The tenants of a pool that are not switched off, by name. One row each: tenant, connection string of its database.
select a.tenant_id, p.connection_string
from {events}.mt_tenant_assignments as a
join {events}.mt_database_pool as p on p.database_id = a.database_id
where not a.disabled
order by a.tenant_id collate "C"
