-- Writes runs of agents on the server, one after the other: $1 how many, $2 events of each. Of ten events in a row a model is asked and answers, a tool is called and
-- returns, an object is made and patched. The last event of every hundredth run is a failure; 50 actors, 5,000 quays, 20,000 objects and a common one.
with stream as (
    insert into ledger.mt_streams (id, version, "timestamp", created, tenant_id, is_archived)
    select 'run:' || r, $2, now(), now(), '*DEFAULT*', false
    from generate_series(1, $1) as r
    returning id, substr(id, 5)::integer as r)
insert into ledger.mt_events (
    seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, correlation_id, is_archived, headers)
select nextval('ledger.mt_events_sequence'),
       gen_random_uuid(),
       s.id,
       n,
       case t.type
           when 'call.failed' then jsonb_build_object('kind', 'llm', 'error', 'The model did not answer within a minute.')
           when 'llm.request' then jsonb_build_object(
               'model', 'model-' || n % 5,
               'messages', jsonb_build_array(jsonb_build_object(
                   'role', 'user', 'content', 'What is known about finding ' || n || ' of ' || s.id || '? Answer in two sentences.')))
           when 'llm.response' then jsonb_build_object(
               'model', 'model-' || n % 5,
               'text', 'Nothing more is known of this finding yet. Two sources contradict each other, and a third is missing.',
               'cost_usd', 0.0001 * n * (1 + s.r % 7),
               'usage', jsonb_build_object('input_tokens', 30, 'output_tokens', 20))
           when 'tool.called' then jsonb_build_object(
               'tool', case when s.r % 3 = 0 then 'sonar' else 'lookup' end,
               'arguments', jsonb_build_object('quay', jsonb_build_object('name', 'quay-' || s.r % 5000), 'depth', n))
           when 'tool.returned' then jsonb_build_object(
               'result', jsonb_build_object('echoes', jsonb_build_array(s.r % 91, n, s.r % 17), 'note', 'The bottom is sand, ' || s.r % 40 || ' metres down.'))
           when 'object.created' then jsonb_build_object(
               'id', 'obj-' || s.r % 20000,
               'type', 'claim',
               'data', jsonb_build_object('text', 'New finding about something that is quite long enough', 'n', n))
           else jsonb_build_object('id', case when s.r % 10 = 0 then 'harbour' else 'obj-' || s.r % 20000 end, 'patch', jsonb_build_object('n', n))
       end,
       t.type,
       clock_timestamp(),
       '*DEFAULT*',
       null,
       s.id,
       false,
       jsonb_build_object('actor', 'agent-' || s.r % 50)
from stream as s
cross join generate_series(1, $2) as n
cross join lateral (
    select case
               when n = $2 and s.r % 100 = 0 then 'call.failed'
               else (array['llm.request', 'llm.response', 'tool.called', 'tool.returned', 'object.created', 'object.patched', 'llm.request', 'llm.response', 'tool.called', 'llm.response'])[1 + (n - 1) % 10]
           end as type) as t
