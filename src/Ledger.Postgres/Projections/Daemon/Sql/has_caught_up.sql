-- Whether a shard was ever level with the log. $1 the shard.
select exists (select from {ledger}.projection_shard as s where s.name = $1 and s.caught_up_at is not null)
