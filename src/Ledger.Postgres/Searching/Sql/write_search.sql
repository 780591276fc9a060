-- Writes the keys of events: $1 their numbers, $2 their keys, each an array as a text. An entry that is there stays: its event was rewritten since it was read.
insert into {ledger}.search_entry as s (seq, keys)
select n.seq, n.keys::smallint[]
from unnest($1::bigint[], $2::text[]) as n (seq, keys)
on conflict ({tenant_key}seq) do nothing
