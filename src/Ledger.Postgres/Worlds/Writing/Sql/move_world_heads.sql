-- Says what the rows of streams without a prefix stand for. $1 streams, $2 versions, $3 where the budget was exhausted (null: not in these events),
-- $4 where the first of these events is that cannot be applied, $5 its fault.
insert into {ledger}.world_head as h (stream, version, prefix, budget_version, fault_version, fault)
select n.stream, n.version, 0, n.budget, n.fault_version, n.fault
from unnest($1, $2, $3, $4, $5) as n (stream, version, budget, fault_version, fault)
on conflict ({tenant_key}stream) do update
set version = excluded.version,
    budget_version = coalesce(h.budget_version, excluded.budget_version),
    fault_version = coalesce(h.fault_version, excluded.fault_version),
    fault = coalesce(h.fault, excluded.fault)
