-- Takes the locks of shards for this session, and gives those whose locks were free. $1 the shards, $2 how many of them at most.
select n.name
from unnest($1::text[]) as n (name)
where pg_try_advisory_lock({ledger}.shard_key_v1(n.name))
limit $2
