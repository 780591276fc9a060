-- Those of some shards that may not run. $1 the shards.
select s.name
from {ledger}.projection_shard as s
where s.name = any ($1)
  and s.state <> 'running'
