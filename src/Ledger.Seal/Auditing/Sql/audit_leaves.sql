-- Leaves in order: $1 the first, $2 the leaf after the last.
select l.leaf, l.seq, l.data_salt, l.headers_salt, l.data_commitment, l.bdata_commitment, l.checksums, l.headers_commitment
from {ledger}.seal_leaf as l
where l.leaf >= $1
  and l.leaf < $2
order by l.leaf
