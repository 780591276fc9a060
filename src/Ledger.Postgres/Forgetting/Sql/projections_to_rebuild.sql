-- The projections of the application that the database knows of. A row for each: the name of its shard, or of an inline one its own.
with recursive inline (name) as (
    select min(h.projection) from {ledger}.projection_head as h
    union all
    select (select min(h.projection) from {ledger}.projection_head as h where h.projection > i.name)
    from inline as i
    where i.name is not null)
select i.name, false
from inline as i
where i.name is not null
union all
select s.name, true
from {ledger}.projection_shard as s
where s.kind <> 'subscription'
