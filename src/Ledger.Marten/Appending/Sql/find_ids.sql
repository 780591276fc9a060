-- Which ids the log has already. $1 the ids. A row for each: the id, the stream, the version, the number,
-- the type and the JSON of the event, which is empty if it was masked.
select e.id,
       e.stream_id,
       e.version,
       e.seq_id,
       e.type,
       case when exists (select from {ledger}.masked_event as m where m.seq = e.seq_id) then '' else e.data::text end
from {events}.mt_events as e
where e.id = any ($1::uuid[])
