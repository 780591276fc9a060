-- The tenants of a schema of many, also those that are switched off, as its owner sees them without a tenant of its own. One row each: name.
select t.tenant_id::text
from {ledger}.tenant as t
order by t.tenant_id collate "C"
