-- What the rows have of the tasks, calls and messages that events of tasks name, for the text of a refusal.
--   p_tasks     the ids of the tasks whose events they are
--   event_data  the data of the events
-- Result: an object: tasks and calls, with their state, and the ids of messages.
create or replace function {ledger}.task_facts_v1(p_tasks text[], event_data jsonb[])
returns jsonb
language plpgsql
stable
set enable_seqscan = off
as $function$
declare
    named constant text[] := array(
        select d.value
        from unnest(event_data) as e (data)
        cross join lateral (
            values (e.data ->> 'id'), (e.data ->> 'parent_task_id'), (e.data ->> 'start_message_id'), (e.data ->> 'end_message_id')) as d (value)
        where d.value is not null);
begin
    return jsonb_build_object(
        'tasks', (
            select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'status', t.completion_status, 'updated_at', t.updated_at)), '[]')
            from {ledger}.tasks as t
            where t.id = any (p_tasks || named)),
        'calls', (
            select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'task_id', c.task_id, 'status', c.status, 'updated_at', c.updated_at)), '[]')
            from {ledger}.calls as c
            where c.id = any (named)),
        'messages', (
            select coalesce(jsonb_agg(m.id), '[]')
            from {ledger}.messages as m
            where m.id = any (named)));
end
$function$;
