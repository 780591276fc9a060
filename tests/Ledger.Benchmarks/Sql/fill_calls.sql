-- Writes runs of agents on the server, one after the other: $1 how many, $2 events of each, in turn a question to a model and its answer. The last event of
-- every hundredth is a failure.
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
           when n = $2 and stream.id like '%00' then jsonb_build_object('kind', 'llm', 'error', 'The model did not answer within a minute.')
           when n % 2 = 1 then jsonb_build_object(
               'model', 'model-' || n % 5,
               'messages', jsonb_build_array(jsonb_build_object(
                   'role', 'user', 'content', 'What is known about finding ' || n || ' of ' || stream.id || '? Answer in two sentences.')))
           else jsonb_build_object(
               'model', 'model-' || n % 5,
               'text', 'It is not known yet. Two sources contradict each other, and a third is missing.',
               'cost_usd', 0.0001 * n,
               'usage', jsonb_build_object('input_tokens', 30, 'output_tokens', 20))
       end,
       case when n = $2 and stream.id like '%00' then 'call.failed' when n % 2 = 1 then 'llm.request' else 'llm.response' end,
       clock_timestamp(),
       '*DEFAULT*',
       null,
       stream.id,
       false
from stream, generate_series(1, $2) as n
