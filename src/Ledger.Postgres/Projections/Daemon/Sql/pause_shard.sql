-- Stops a shard. $1 the shard. The rows changed: none where there is no such shard.
insert into {ledger}.projection_shard as s (name, kind, state)
select p.name, 'unknown', 'paused'
from {events}.mt_event_progression as p
where p.name = $1
on conflict (name) do update set state = 'paused'
