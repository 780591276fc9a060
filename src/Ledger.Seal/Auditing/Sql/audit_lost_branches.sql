-- Branches of the table that no first event of their stream makes.
select b.stream
from {ledger}.branch as b
where not exists (
    select
    from {events}.mt_events as e
    where e.stream_id = b.stream
      and e.version = 1
      and e.type = 'branch.created')
order by b.stream
limit 1000
