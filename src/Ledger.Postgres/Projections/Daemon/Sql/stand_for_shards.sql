-- Announces that the node of this session can run shards, by shared locks for the lifetime of the session. $1 the shards.
select count(pg_advisory_lock_shared({ledger}.shard_key_v1(n.name || ':candidate')))
from unnest($1::text[]) as n (name)
