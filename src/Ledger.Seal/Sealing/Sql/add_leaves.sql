-- Adds leaves in order: $1 the number of the first, $2 the numbers of their events, $3 the salts, 16 bytes of the payload and 16 of the headers for each, $4 the
-- checksums, 26 bytes for each.
insert into {ledger}.seal_leaf (leaf, seq, data_salt, headers_salt, checksums)
select $1 + n.i - 1,
       n.seq,
       substr($3, (32 * n.i - 31)::integer, 16),
       substr($3, (32 * n.i - 15)::integer, 16),
       substr($4, (26 * n.i - 25)::integer, 26)
from unnest($2::bigint[]) with ordinality as n (seq, i)
