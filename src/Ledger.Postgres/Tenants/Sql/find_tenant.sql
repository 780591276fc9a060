-- The database of a tenant: $1 its name. No row, or one: name, connection string.
select t.tenant_id, t.connection_string
from {events}.mt_tenant_databases as t
where t.tenant_id = $1
  and not t.disabled
