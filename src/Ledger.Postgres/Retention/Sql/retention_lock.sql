-- Locks retention for this session, and returns whether that succeeded.
select pg_try_advisory_lock({ledger}.shard_key_v1('retention'))
