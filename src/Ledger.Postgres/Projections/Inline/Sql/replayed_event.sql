-- One event in the place of those that are pending, to be applied again. {sequence}: its number; the parameters are those of pending_events.
select e.stream_id,
       e.version,
       e.seq_id,
       e.id,
       e.type,
       e.data,
       e.headers,
       e."timestamp",
       e.correlation_id,
       e.causation_id
from {ledger}.replayed_v1({sequence}) as e
where $1::text is not null
  and starts_with(e.stream_id, $2::text)
  and ($3::text[] is null or e.type = any ($3))
