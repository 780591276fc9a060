-- All tenants by name, those that are switched off too. One row each: name, connection string, whether it is switched off.
select t.tenant_id, t.connection_string, t.disabled
from {events}.mt_tenant_databases as t
order by t.tenant_id collate "C"
