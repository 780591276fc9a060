-- Writes a stream on the server: $1 its name, $2 how many events. The payload is that of the writers.
with stream as (
    insert into ledger.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
    values ($1, $2, now(), now(), '*DEFAULT*', false)
    returning id)
insert into ledger.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, is_archived)
select nextval('ledger.mt_events_sequence'),
       gen_random_uuid(),
       stream.id,
       n,
       jsonb_build_object(
           'id', 'obj-' || n % 1000,
           'type', 'claim',
           'data', jsonb_build_object('text', 'New finding about something that is quite long enough', 'n', n % 1000)),
       'object.created',
       now(),
       '*DEFAULT*',
       'Ledger.ObjectCreated, Ledger',
       stream.id,
       false
from stream, generate_series(1, $2) as n
