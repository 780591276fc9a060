-- Whether the head of the tree is another than the size $1 and the last number $2.
select h.size <> $1 or h.seq <> $2
from {ledger}.seal_head as h
