-- Writes runs on the server, one after the other: $1 how many, $2 events of each. The first quarter of a run's events make objects, the
-- others patch them.
with stream as (
    insert into ledger.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
    select 'run:' || r, $2, now(), now(), '*DEFAULT*', false
    from generate_series(1, $1) as r
    returning id)
insert into ledger.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, is_archived)
select nextval('ledger.mt_events_sequence'),
       gen_random_uuid(),
       stream.id,
       n,
       case
           when n <= $2 / 4 then jsonb_build_object(
               'id', 'obj-' || n,
               'type', 'claim',
               'data', jsonb_build_object('text', 'New finding about something that is quite long enough', 'n', n))
           else jsonb_build_object('id', 'obj-' || 1 + n % greatest($2 / 4, 1), 'patch', jsonb_build_object('n', n))
       end,
       case when n <= $2 / 4 then 'object.created' else 'object.patched' end,
       now(),
       '*DEFAULT*',
       case when n <= $2 / 4 then 'Ledger.ObjectCreated, Ledger' else 'Ledger.ObjectPatched, Ledger' end,
       stream.id,
       false
from stream, generate_series(1, $2) as n
