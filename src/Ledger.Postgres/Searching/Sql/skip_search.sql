-- Gives the next event an entry without keys, because they could not be written: $1 where the shard is, $2 the last number wanted.
insert into {ledger}.search_entry as s (seq, keys)
select e.seq_id, null
from {events}.mt_events as e
where e.seq_id > $1
  and e.seq_id <= $2
order by e.seq_id
limit 1
on conflict ({tenant_key}seq) do update set keys = null
