-- Takes the locks of shards for this session, and returns those whose locks were free. $1 the shards, $2 the largest number to take.
select n.name
from unnest($1::text[]) as n (name)
where pg_try_advisory_lock({ledger}.shard_key_v1(n.name))
limit $2
