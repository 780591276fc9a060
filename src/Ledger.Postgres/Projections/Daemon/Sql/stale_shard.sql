-- The shard that is furthest behind a number, and its position; no row if none is behind. $1 shards, $2 the number.
select n.name,
       coalesce(p.last_seq_id, 0)
from unnest($1::text[]) as n (name)
left join {events}.mt_event_progression as p on p.name = n.name
where coalesce(p.last_seq_id, 0) < $2
order by 2
limit 1
