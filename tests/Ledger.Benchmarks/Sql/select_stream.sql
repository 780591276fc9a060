-- The columns that a read has: $1 the stream.
select version, seq_id, id, type, data, headers, "timestamp", correlation_id, causation_id
from ledger.mt_events
where stream_id = $1
order by version
