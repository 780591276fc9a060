-- Which events are in the log. $1 their ids. A row for each that is: its id, its stream, its type and its JSON, which is
-- empty if it was masked.
select e.id,
       e.stream_id,
       e.type,
       case when exists (select from {ledger}.masked_event as m where m.seq = e.seq_id) then '' else e.data::text end
from {events}.mt_events as e
where e.id = any ($1)
