-- Locks the rebuild of a projection for this session, and returns whether that succeeded. $1 the projection.
select pg_try_advisory_lock({ledger}.shard_key_v1('rebuild ' || $1))
