-- Moves a shard's progress past its next event. $1 the shard, $2 where it is, $3 the last number wanted.
select {ledger}.move_shard_v1(
    $1,
    $2,
    (select e.seq_id from {events}.mt_events as e where e.seq_id > $2 and e.seq_id <= $3 order by e.seq_id limit 1))
