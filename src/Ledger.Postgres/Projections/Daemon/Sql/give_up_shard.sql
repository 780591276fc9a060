-- Releases the lock of a shard. $1 the shard.
select pg_advisory_unlock({ledger}.shard_key_v1($1))
