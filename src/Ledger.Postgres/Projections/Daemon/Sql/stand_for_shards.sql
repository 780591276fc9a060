-- Says for as long as this session lasts that its node can run shards, by locks that all such nodes share. $1 the shards.
select count(pg_advisory_lock_shared({ledger}.shard_key_v1(n.name || ':candidate')))
from unnest($1::text[]) as n (name)
