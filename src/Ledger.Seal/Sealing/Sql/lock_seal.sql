-- Holds the head of the tree until the transaction ends, so that one writer extends it. Result: the size and the last number.
select h.size, h.seq
from {ledger}.seal_head as h
for update
