-- The tags of events, by rule: what tag_events_v1 writes for Marten, whichever engine appended.
--   ledger_actor  the actor in the headers
--   ledger_model  the model of llm.request and llm.response
--   ledger_tool   the tool of tool.called; that of the call for a tool.returned, whose call_id is the id of the call, or the foreign id of one among the
--                 hundred events before it in its stream
--   ledger_task   the task of a stream task:{id}
-- Only a text of 1 to 1,000 bytes is a tag: an index takes no long ones.
--   p_ids  the ids of the events
-- Result: a row for each tag: its kind, its value, the number of the event.
create or replace function {ledger}.event_tags_v1(p_ids uuid[])
returns table (kind text, value text, seq_id bigint)
language sql
stable
set enable_seqscan = off
as $function$
    select t.kind,
           t.value #>> '{}',
           e.seq_id
    from {events}.mt_events as e
    cross join lateral (values
        ('ledger_actor', e.headers -> 'actor'),
        ('ledger_model', case when e.type in ('llm.request', 'llm.response') then e.data -> 'model' end),
        ('ledger_tool', case e.type
            when 'tool.called' then e.data -> 'tool'
            when 'tool.returned' then coalesce(
                (select c.data -> 'tool'
                 from {events}.mt_events as c
                 where c.id = case
                         when e.data ->> 'call_id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then (e.data ->> 'call_id')::uuid
                     end
                   and c.type = 'tool.called'),
                (select c.data -> 'tool'
                 from {events}.mt_events as c
                 where c.stream_id = e.stream_id
                   and c.version between e.version - 100 and e.version - 1
                   and c.type = 'tool.called'
                   and c.headers ->> 'foreign_id' = e.data ->> 'call_id'
                 order by c.version desc
                 limit 1))
        end),
        ('ledger_task', case when starts_with(e.stream_id, 'task:') then to_jsonb(substr(e.stream_id, 6)) end)) as t (kind, value)
    where e.id = any (p_ids)
      and jsonb_typeof(t.value) = 'string'
      and octet_length(t.value #>> '{}') between 1 and 1000
$function$;
