-- Writes the keys of rewritten events, whose entries are locked: $1 their numbers, $2 their keys, each an array as a text.
update {ledger}.search_entry as s
set keys = n.keys::smallint[]
from unnest($1::bigint[], $2::text[]) as n (seq, keys)
where s.seq = n.seq
