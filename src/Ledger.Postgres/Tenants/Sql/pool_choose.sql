-- The database that has the fewest tenants of those that take more: no row if all are full, or one: name, connection string.
select p.database_id, p.connection_string
from {events}.mt_database_pool as p
where not p.is_full
order by (select count(*) from {events}.mt_tenant_assignments as a where a.database_id = p.database_id and not a.disabled), p.database_id collate "C"
limit 1
