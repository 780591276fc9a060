-- Appends one event: $1 stream, $2 id, $3 type, $4 .NET type, $5 JSON.
with stream as (
    update ledger.mt_streams
    set version = version + 1,
        "timestamp" = clock_timestamp()
    where id = $1
    returning id, version, "timestamp")
insert into ledger.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, is_archived)
select nextval('ledger.mt_events_sequence'),
       $2,
       stream.id,
       stream.version,
       $5,
       $3,
       stream."timestamp",
       '*DEFAULT*',
       $4,
       stream.id,
       false
from stream
