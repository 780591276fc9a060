-- Moves the head of the tree: $1 its size, $2 the last number.
update {ledger}.seal_head as h
set size = $1,
    seq = $2
