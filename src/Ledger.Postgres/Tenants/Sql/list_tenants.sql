-- All tenants by name. One row each: name, connection string.
select t.tenant_id, t.connection_string
from {events}.mt_tenant_databases as t
where not t.disabled
order by t.tenant_id collate "C"
