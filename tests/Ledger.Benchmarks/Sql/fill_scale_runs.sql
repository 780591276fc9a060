-- Writes runs on the server, one after the other: $1 the number of the first, $2 how many, $3 events of each. The first twentieth of a run's events make objects; a
-- fortieth of the others are calls of a tool, the rest patch the objects in turn.
with stream as (
    insert into ledger.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
    select 'run:' || r, $3, now(), now(), '*DEFAULT*', false
    from generate_series($1, $1 + $2 - 1) as r
    returning id)
insert into ledger.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, is_archived)
select nextval('ledger.mt_events_sequence'),
       gen_random_uuid(),
       stream.id,
       n,
       case
           when n <= $3 / 20 then jsonb_build_object(
               'id', 'obj-' || n,
               'type', 'claim',
               'data', jsonb_build_object('text', 'New finding about something that is quite long enough', 'n', n))
           when n % 40 = 0 then jsonb_build_object('tool', 'search', 'arguments', jsonb_build_object('query', 'question ' || n), 'result', jsonb_build_object('hits', n % 7))
           else jsonb_build_object('id', 'obj-' || 1 + n % greatest($3 / 20, 1), 'patch', jsonb_build_object('n', n))
       end,
       case when n <= $3 / 20 then 'object.created' when n % 40 = 0 then 'scale.tool' else 'object.patched' end,
       now(),
       '*DEFAULT*',
       'Ledger.ObjectPatched, Ledger',
       stream.id,
       false
from stream, generate_series(1, $3) as n
