-- How far the seal is: the size, its last number, how many events follow it, counted up to 10,000, and how many checkpoints there are.
select h.size,
       h.seq,
       (select count(*)
        from (
            select
            from {events}.mt_events as e
            where e.seq_id > h.seq
            limit 10000) as n),
       (select count(*) from {ledger}.seal_checkpoint)
from {ledger}.seal_head as h
