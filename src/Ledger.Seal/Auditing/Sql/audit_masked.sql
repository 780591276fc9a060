-- Which events were masked: $1 their numbers. A row for each: its number, the event.masked about it with its number, the salt of what that commits to, and of its data
-- which event it is about, the commitments to the payload and the headers that there are now, and whether another program had replaced these before.
select m.seq,
       m.masked_by,
       n.seq_id,
       m.salt,
       n.data ->> 'event_id',
       n.data ->> 'commitment',
       n.data ->> 'headers_commitment',
       n.data -> 'replaced' is not distinct from 'true'
from {ledger}.masked_event as m
join {events}.mt_events as n on n.id = m.masked_by and n.type = 'event.masked'
where m.seq = any ($1)
