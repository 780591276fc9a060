-- Records the owner of a shard, and creates its progress if it has none. $1 the shard, $2 its kind, $3 the node, $4 where it begins.
with progress as (
    insert into {events}.mt_event_progression as p (name, last_seq_id, last_updated)
    values ($1, $4, clock_timestamp())
    on conflict ({tenant_key}name) do nothing)
insert into {ledger}.projection_shard as s (name, kind, state, node, owned_since)
values ($1, $2, 'running', $3, clock_timestamp())
on conflict ({tenant_key}name) do update set
    kind = excluded.kind,
    node = excluded.node,
    owned_since = excluded.owned_since
