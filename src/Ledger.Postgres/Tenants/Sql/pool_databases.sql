-- The databases of a pool, by name. One row each: name, connection string, whether it takes no more tenants, how many tenants it has that are not switched off.
select p.database_id,
       p.connection_string,
       p.is_full,
       (select count(*)::integer from {events}.mt_tenant_assignments as a where a.database_id = p.database_id and not a.disabled)
from {events}.mt_database_pool as p
order by p.database_id collate "C"
