-- Forgets the progress of a projection that runs inline now. $1 its shard.
with state as (
    delete from {ledger}.projection_shard as s
    where s.name = $1)
delete from {events}.mt_event_progression as p
where p.name = $1
