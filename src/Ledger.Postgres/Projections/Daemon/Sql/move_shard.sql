-- Moves a shard's progress on. $1 the shard, $2 where it is, $3 where it goes.
select {ledger}.move_shard_v1($1, $2, $3)
