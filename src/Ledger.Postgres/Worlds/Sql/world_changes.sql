-- The events from position $2 to $3 of the history of $1 that made, changed and removed the objects $4 and the relations $5, in order. The position, the
-- columns of a page of events, and the stream.
select c."position",
       c.version,
       c.seq_id,
       c.id,
       c.type,
       c.data,
       c.headers,
       c."timestamp",
       c.correlation_id,
       c.causation_id,
       c.stream
from {ledger}.world_changes_v1($1, $2, $3, $4, $5) as c
