-- Keeps others from rebuilding the same while this session lasts, and says whether nobody does. $1 the projection.
select pg_try_advisory_lock({ledger}.shard_key_v1('rebuild ' || $1))
