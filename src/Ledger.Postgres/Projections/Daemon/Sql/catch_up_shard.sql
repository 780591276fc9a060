-- Records that a shard has caught up with the log for the first time. $1 the shard.
update {ledger}.projection_shard as s
set caught_up_at = clock_timestamp()
where s.name = $1
  and s.caught_up_at is null
