-- Writes a run on the server and the rows of its world: $1 its stream, $2 how many events, $3 how many objects. The first events create
-- the objects, the others patch them in turn.
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
       case
           when n <= $3 then jsonb_build_object(
               'id', 'obj-' || n,
               'type', 'claim',
               'data', jsonb_build_object('text', 'New finding about something that is quite long enough', 'n', n))
           else jsonb_build_object('id', 'obj-' || n % $3 + 1, 'patch', jsonb_build_object('n', n))
       end,
       case when n <= $3 then 'object.created' else 'object.patched' end,
       now(),
       '*DEFAULT*',
       'Ledger.Events.Object, Ledger',
       stream.id,
       false
from stream, generate_series(1, $2) as n
