-- Moves a shard while no other transaction writes its projection. $1 the projection, $2 the shard, $3 where it is, $4 where it goes.
select {ledger}.move_shard_v1(l.shard, $3, $4)
from (select $2::text as shard, pg_advisory_xact_lock({ledger}.projection_key_v1($1)) as locked offset 0) as l
where l.locked is not null
