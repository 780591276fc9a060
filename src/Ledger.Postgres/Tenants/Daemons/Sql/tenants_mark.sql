-- The largest mark that was saved for one of some tenants, or 0: $1 the tenants, $2 the name of the mark's row.
-- A tenant is named to row-level security before its rows are looked at, as in tenants_reach.
select coalesce(max(x.mark), 0)
from unnest($1::text[]) as n (name)
cross join lateral (select set_config('ledger.tenant', n.name, true) as tenant offset 0) as t
cross join lateral (
    select p.last_seq_id as mark
    from {events}.mt_event_progression as p
    where p.tenant_id = t.tenant
      and p.name = $2
    limit 1) as x
