-- Writes how many tenants each database has, which Marten asks.
update {events}.mt_database_pool as p
set tenant_count = n.count
from (
    select d.database_id,
           (select count(*)::integer from {events}.mt_tenant_assignments as a where a.database_id = d.database_id and not a.disabled) as count
    from {events}.mt_database_pool as d) as n
where n.database_id = p.database_id
  and p.tenant_count <> n.count
