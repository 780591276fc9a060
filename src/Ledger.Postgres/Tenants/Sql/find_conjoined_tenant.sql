-- Whether a schema of many tenants has one that is not switched off, after use_tenant in the same transaction. $1 the tenant. One row, or none.
select t.tenant_id
from {ledger}.tenant as t
where t.tenant_id = $1
  and t.disabled_at is null
