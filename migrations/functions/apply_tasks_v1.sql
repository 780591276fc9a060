-- Applies events of tasks in their order, or fails as a whole. It looks only at the task's own rows, because only its stream is locked.
--   event_task                          the id of the task of each event
--   event_type, event_data, event_time  the columns of the events
-- Result: none. What cannot be applied fails with the name of a constraint, or with LG081 (a task or call is not as expected), LG082 (a
-- status would move back), LG083 (the call is another task's), LG084 (another runner holds the task), LG085 (the task has ended),
-- LG086 (the lease was lost).
create or replace function {ledger}.apply_tasks_v1(event_task text[], event_type text[], event_data jsonb[], event_time timestamptz[])
returns void
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    event_count constant integer := cardinality(event_task);
    first integer := 1;
    last integer;
    task text;
    data jsonb;
    known record;
begin
    while first <= event_count loop
        last := first;
        task := event_task[first];
        data := event_data[first];
        case event_type[first]
            when 'message.saved' then
                while event_type[last + 1] = 'message.saved' loop
                    last := last + 1;
                end loop;

                insert into {ledger}.messages (id, task_id, role, content, "timestamp", interrupted)
                select m.data ->> 'id',
                       m.task,
                       m.data ->> 'role',
                       m.data ->> 'content',
                       (m.data ->> 'timestamp')::bigint,
                       coalesce((m.data ->> 'interrupted')::boolean, false)
                from unnest(event_task[first:last], event_data[first:last]) as m (task, data);

            when 'call.saved' then
                select c.task_id, c.status, c.updated_at into known from {ledger}.calls as c where c.id = data ->> 'id';
                if known.task_id <> task then
                    raise exception 'The call belongs to another task.' using errcode = 'LG083';
                elsif known.updated_at is distinct from (data ->> 'expected_updated_at')::bigint and data ? 'expected_updated_at' then
                    raise exception 'The call is not as it was expected.' using errcode = 'LG081';
                elsif data ->> 'moves' = 'forward' and known.status <> data ->> 'status'
                    and (known.status in ('completed', 'failed') or data ->> 'status' = 'pending') then
                    raise exception 'The status of the call would move back.' using errcode = 'LG082';
                end if;

                insert into {ledger}.calls as c (
                    id, task_id, ability_name, parameters, status, details, created_at, updated_at, start_message_id, end_message_id)
                values (
                    data ->> 'id',
                    task,
                    data ->> 'ability_name',
                    data ->> 'parameters',
                    data ->> 'status',
                    data ->> 'details',
                    (data ->> 'created_at')::bigint,
                    (data ->> 'updated_at')::bigint,
                    data ->> 'start_message_id',
                    data ->> 'end_message_id')
                on conflict ({tenant_key}id) do update
                set ability_name = excluded.ability_name,
                    parameters = excluded.parameters,
                    status = excluded.status,
                    details = excluded.details,
                    created_at = excluded.created_at,
                    updated_at = excluded.updated_at,
                    start_message_id = excluded.start_message_id,
                    end_message_id = excluded.end_message_id
                where c.task_id = excluded.task_id;
                if not found then
                    -- Another task's stream got the id while we looked.
                    raise exception 'The call belongs to another task.' using errcode = 'LG083';
                end if;

            when 'task.saved' then
                select t.completion_status, t.updated_at into known from {ledger}.tasks as t where t.id = task;
                if known.updated_at is distinct from (data ->> 'expected_updated_at')::bigint and data ? 'expected_updated_at' then
                    raise exception 'The task is not as it was expected.' using errcode = 'LG081';
                elsif data ->> 'moves' = 'forward' and known.completion_status is not null
                    and known.completion_status is distinct from data ->> 'completion_status' then
                    raise exception 'The status of the task would move back.' using errcode = 'LG082';
                end if;

                insert into {ledger}.tasks as t (
                    id, parent_task_id, completion_status, system_prompt, created_at, updated_at, run)
                values (
                    task,
                    data ->> 'parent_task_id',
                    data ->> 'completion_status',
                    data ->> 'system_prompt',
                    (data ->> 'created_at')::bigint,
                    (data ->> 'updated_at')::bigint,
                    data ->> 'run')
                on conflict ({tenant_key}id) do update
                set parent_task_id = excluded.parent_task_id,
                    completion_status = excluded.completion_status,
                    system_prompt = excluded.system_prompt,
                    created_at = excluded.created_at,
                    updated_at = excluded.updated_at,
                    run = excluded.run;

            when 'task.leased' then
                select l.expires_at into known from {ledger}.task_lease as l where l.task_id = task;
                if known.expires_at > event_time[first] then
                    raise exception 'Another runner holds the task.' using errcode = 'LG084';
                elsif exists (select from {ledger}.tasks as t where t.id = task and t.completion_status is not null) then
                    raise exception 'The task has ended.' using errcode = 'LG085';
                end if;

                insert into {ledger}.task_lease as l (task_id, lease_id, runner, expires_at)
                values (
                    task,
                    (data ->> 'lease_id')::uuid,
                    data ->> 'runner',
                    event_time[first] + (data ->> 'duration_ms')::bigint * interval '1 millisecond')
                on conflict ({tenant_key}task_id) do update
                set lease_id = excluded.lease_id,
                    runner = excluded.runner,
                    expires_at = excluded.expires_at;

            when 'task.lease_renewed' then
                update {ledger}.task_lease as l
                set expires_at = event_time[first] + (data ->> 'duration_ms')::bigint * interval '1 millisecond'
                where l.task_id = task and l.lease_id = (data ->> 'lease_id')::uuid;
                if not found then
                    raise exception 'The lease was lost.' using errcode = 'LG086';
                end if;

            else
                delete from {ledger}.task_lease as l where l.task_id = task and l.lease_id = (data ->> 'lease_id')::uuid;
        end case;

        first := last + 1;
    end loop;
end
$function$;
