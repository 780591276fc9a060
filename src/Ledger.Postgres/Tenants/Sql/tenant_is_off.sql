-- Whether a tenant of a schema of many is switched off. $1 the tenant. No row where there is none.
select t.disabled_at is not null
from {ledger}.tenant as t
where t.tenant_id = $1
