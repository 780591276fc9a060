-- Which tenants have events after those that are known: $1 the tenants, $2 the last number that is known of each. One row each that has: tenant, its newest number.
-- A tenant is named to row-level security before its rows are looked at: what is looked at is made for each row of what names it. If it were not, no row would be found.
select t.tenant,
       x.newest
from unnest($1::text[], $2::bigint[]) as n (name, known)
cross join lateral (select set_config('ledger.tenant', n.name, true) as tenant offset 0) as t
cross join lateral (
    select e.seq_id as newest
    from {events}.mt_events as e
    where e.tenant_id = t.tenant
      and e.seq_id > n.known
    order by e.seq_id desc
    limit 1) as x
