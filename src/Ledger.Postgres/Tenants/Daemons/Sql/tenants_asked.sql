-- What tenants ask of their daemon: $1 the tenants. One row each that asks something: tenant, its shards that may not run, whether a request waits for a node.
-- A tenant is named to row-level security before its rows are looked at, as in tenants_reach.
select t.tenant,
       coalesce(x.stopped, '{}'),
       y.waits
from unnest($1::text[]) as n (name)
cross join lateral (select set_config('ledger.tenant', n.name, true) as tenant offset 0) as t
cross join lateral (
    select array_agg(s.name) as stopped
    from {ledger}.projection_shard as s
    where s.tenant_id = t.tenant
      and s.state <> 'running') as x
cross join lateral (
    select exists (
        select
        from {ledger}.projection_request as r
        where r.tenant_id = t.tenant
          and r.node is null
          and not r.cancelled) as waits) as y
where x.stopped is not null
   or y.waits
