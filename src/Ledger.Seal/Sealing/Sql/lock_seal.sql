-- Holds the head of the tree until the transaction ends, so that one writer extends it. Its commit does not wait for the disk: that of the checkpoint does, and a crash loses
-- only what no checkpoint has. Result: the size and the last number.
select h.size, h.seq, set_config('synchronous_commit', 'off', true)
from {ledger}.seal_head as h
for update
