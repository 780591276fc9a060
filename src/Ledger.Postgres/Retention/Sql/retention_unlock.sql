-- Unlocks retention.
select pg_advisory_unlock({ledger}.shard_key_v1('retention'))
