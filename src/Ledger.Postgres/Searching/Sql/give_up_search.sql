-- Gives numbers that the log lacks entries without keys, so that every search looks whether their events have appeared: $1 the number before the first, $2 the last.
-- The last thousand: a sequence may have moved on by millions.
insert into {ledger}.search_entry as s (seq, keys)
select n.seq, '{}'
from (
    select g.seq
    from generate_series($1::bigint + 1, $2::bigint) as g (seq)
    where not exists (select from {events}.mt_events as e where e.seq_id = g.seq)
    order by g.seq desc
    limit 1000) as n
on conflict ({tenant_key}seq) do nothing
