-- All events with a payload or headers that another program has replaced, where no event says so: their ids, in the order of the log.
select e.id
from (
    select r.seq from {ledger}.rewritten_payload as r
    union
    select m.seq from {ledger}.masked_event as m
    union
    select l.seq from {ledger}.seal_leaf as l where l.data_salt is null or l.headers_salt is null) as n
join {ledger}.provable_event as e on e.seq_id = n.seq
where {ledger}.payload_replaced_v1(n.seq)
order by n.seq
