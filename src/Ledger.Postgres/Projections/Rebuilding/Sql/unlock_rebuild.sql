-- Unlocks the rebuild of a projection. $1 the projection.
select pg_advisory_unlock({ledger}.shard_key_v1('rebuild ' || $1))
