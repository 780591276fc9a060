-- Moves the head of the tree, and holds it until the transaction ends: $1 and $2 the size and the last number that it must have, $3 and $4 those that it gets. No row if
-- it has others. The commit does not wait for the disk: that of the checkpoint does, and a crash loses only what no checkpoint has.
update {ledger}.seal_head as h
set size = $3,
    seq = $4
where h.size = $1
  and h.seq = $2
returning set_config('synchronous_commit', 'off', true)
