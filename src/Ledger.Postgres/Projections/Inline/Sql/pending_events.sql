-- The events of the touched streams that a projection has not applied, in the order of the log. $1 the projection, $2 the prefix of the streams' names, $3 the
-- names of the event types, or null for all.
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
from {ledger}.pending_v2($1, $2, $3) as e
