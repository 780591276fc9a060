-- Resumes a shard. $1 the shard. The rows changed: none if there is no such shard.
update {ledger}.projection_shard as s
set state = 'running'
where s.name = $1
