-- The events of the touched streams that a projection has not applied, in the order of the log. $1 the projection.
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
from {ledger}.pending_v1($1) as e
