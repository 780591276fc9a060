-- Saves the last error of a shard, and the event that it failed at. $1 the shard, $2 its state, unless it is paused, $3 the error, $4 its position.
update {ledger}.projection_shard as s
set state = case when s.state = 'running' then $2 else s.state end,
    error = $3,
    error_sequence = (select e.seq_id from {events}.mt_events as e where e.seq_id > $4 order by e.seq_id limit 1),
    error_at = clock_timestamp()
where s.name = $1
