-- What agents do, call and say: rows of the streams task:{id}, written inside the append and derived from its events alone.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- The columns are those of Agent OS, and times are Unix milliseconds; run, interrupted and the leases are ours. The foreign keys are
-- deferrable for the rebuild, which goes stream by stream.

create table {ledger}.tasks (
    id text collate "C" not null,
    parent_task_id text collate "C",
    completion_status text collate "C",
    system_prompt text not null,
    created_at bigint not null,
    updated_at bigint not null,
    run text,
    constraint pk_tasks primary key (id),
    constraint fk_tasks_parent_task foreign key (parent_task_id) references {ledger}.tasks (id) deferrable,
    constraint ck_tasks_parent_task check (parent_task_id <> id)
);

create index ix_tasks_created_at on {ledger}.tasks (created_at, id);

create index ix_tasks_updated_at on {ledger}.tasks (updated_at);

create index ix_tasks_completion_status on {ledger}.tasks (completion_status, created_at, id);

-- PostgreSQL does not take "is null" for an order: without it, a page of the active tasks would sort all of them.
create index ix_tasks_active on {ledger}.tasks (created_at, id) where completion_status is null;

create index ix_tasks_parent_task_id on {ledger}.tasks (parent_task_id, created_at, id);

create table {ledger}.messages (
    id text collate "C" not null,
    task_id text collate "C" not null,
    role text not null,
    content text not null,
    "timestamp" bigint not null,
    interrupted boolean not null,
    constraint pk_messages primary key (id),
    constraint fk_messages_task foreign key (task_id) references {ledger}.tasks (id) deferrable,
    constraint ck_messages_role check (role in ('system', 'user', 'assistant'))
);

-- What looks for a task alone uses it too.
create index ix_messages_task_timestamp on {ledger}.messages (task_id, "timestamp", id);

create index ix_messages_timestamp on {ledger}.messages ("timestamp");

create table {ledger}.calls (
    id text collate "C" not null,
    task_id text collate "C" not null,
    ability_name text not null,
    parameters text not null,
    status text not null,
    details text not null,
    created_at bigint not null,
    updated_at bigint not null,
    start_message_id text collate "C" not null,
    end_message_id text collate "C",
    constraint pk_calls primary key (id),
    constraint fk_calls_task foreign key (task_id) references {ledger}.tasks (id) deferrable,
    constraint fk_calls_start_message foreign key (start_message_id) references {ledger}.messages (id) deferrable,
    constraint fk_calls_end_message foreign key (end_message_id) references {ledger}.messages (id) deferrable,
    constraint ck_calls_status check (status in ('pending', 'in_progress', 'completed', 'failed'))
);

create index ix_calls_task_id on {ledger}.calls (task_id, created_at, id);

create index ix_calls_created_at on {ledger}.calls (created_at);

create index ix_calls_status on {ledger}.calls (status, created_at, id);

-- Which runner holds a task, and until when by the log's clock. A row may be over; the next lease replaces it.
create table {ledger}.task_lease (
    task_id text collate "C" not null,
    lease_id uuid not null,
    runner text not null,
    expires_at timestamptz not null,
    constraint pk_task_lease primary key (task_id),
    constraint fk_task_lease_task foreign key (task_id) references {ledger}.tasks (id) deferrable
);

-- Events of tasks that another program appended without these rows, and that do not fit them. They are passed over for good, so that a
-- rebuild gives the same rows.
create table {ledger}.task_fault (
    stream varchar not null,
    version bigint not null,
    fault text not null,
    constraint pk_task_fault primary key (stream, version),
    constraint fk_task_fault_stream foreign key (stream) references {events}.mt_streams (id) on delete cascade
);

-- Applies events of tasks in their order, or fails as a whole.
--   event_task  the id of the task
--   event_type, event_data, event_time  the columns of the event
-- What cannot be applied fails with the constraint's name, or with LG081 (a task or call is not as it was expected), LG082 (a status
-- would move back), LG083 (the call is another task's), LG084 (another runner holds the task), LG085 (the task has ended),
-- LG086 (the lease was lost). Only a task's own rows are looked at, because its stream alone is locked.
create function {ledger}.apply_tasks_v1(event_task text[], event_type text[], event_data jsonb[], event_time timestamptz[])
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
                on conflict (id) do update
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
                on conflict (id) do update
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
                on conflict (task_id) do update
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

-- The events of the touched tasks that the rows lack, in the order of the log. Each is looked up by its version: for a range of versions,
-- the plan of a log that was small when it was made reads the whole stream.
create function {ledger}.pending_tasks_v1()
returns setof {events}.mt_events
language sql
stable
rows 10
as $function$
    select e.*
    from {ledger}.touched_v1() as s
    join {events}.mt_streams as t on t.id = s.stream
    left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = s.stream
    cross join lateral generate_series(coalesce(h.version, 0) + 1, least(t.version, s.last)) as n (version)
    cross join lateral (
        select m.* from {events}.mt_events as m where m.stream_id = s.stream and m.version = n.version offset 0) as e
    where starts_with(s.stream, 'task:')
      and e.type in ('message.saved', 'call.saved', 'task.saved', 'task.leased', 'task.lease_renewed', 'task.lease_released')
    order by e.seq_id
$function$;

-- Writes the rows of the events of this transaction's append, and of what other writers left; fails where one does not fit.
create function {ledger}.project_tasks_v1()
returns void
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    tasks text[];
    types text[];
    datas jsonb[];
    times timestamptz[];
begin
    select array_agg(substr(p.stream_id, 6)), array_agg(p.type), array_agg(p.data), array_agg(p."timestamp")
    into tasks, types, datas, times
    from {ledger}.pending_tasks_v1() as p;
    if tasks is not null then
        perform {ledger}.apply_tasks_v1(tasks, types, datas, times);
    end if;

    perform {ledger}.advance_v2('ledger:task', 'task:');
end
$function$;

-- Writes the rows that other writers left in some streams of tasks; what does not fit is passed over, and remembered as a fault.
-- Result: how many events there were. p_streams: the names of the streams.
create function {ledger}.catch_up_tasks_v1(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    e record;
    applied bigint := 0;
begin
    perform {ledger}.touch_v1('ledger:task', p_streams);
    for e in select p.* from {ledger}.pending_tasks_v1() as p loop
        begin
            perform {ledger}.apply_tasks_v1(array[substr(e.stream_id, 6)], array[e.type]::text[], array[e.data], array[e."timestamp"]);
        exception
            when integrity_constraint_violation or data_exception or program_limit_exceeded
                or sqlstate 'LG081' or sqlstate 'LG082' or sqlstate 'LG083' or sqlstate 'LG084' or sqlstate 'LG085' or sqlstate 'LG086' then
                insert into {ledger}.task_fault (stream, version, fault) values (e.stream_id, e.version, sqlerrm);
        end;
        applied := applied + 1;
    end loop;

    perform {ledger}.advance_v2('ledger:task', 'task:');
    return applied;
end
$function$;

-- Removes all rows of tasks, for a rebuild of all in this transaction, whose end checks the foreign keys. What other writers left is looked
-- at before, so that what does not fit is known.
create function {ledger}.clear_tasks_v1()
returns void
language plpgsql
volatile
as $function$
begin
    perform {ledger}.catch_up_tasks_v1(array(
        select t.id
        from {events}.mt_streams as t
        left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = t.id
        where starts_with(t.id, 'task:') and t.version > coalesce(h.version, 0)));
    set constraints all deferred;
    delete from {ledger}.task_lease;
    delete from {ledger}.calls;
    delete from {ledger}.messages;
    delete from {ledger}.tasks;
    delete from {ledger}.projection_head as h where h.projection = 'ledger:task';
    perform set_config('ledger.tasks_cleared', 'yes', true);
end
$function$;

-- Makes the rows of some tasks anew. p_streams: their streams, which are locked. Result: how many events the streams have.
create function {ledger}.rewrite_tasks_v1(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    unfinished text[] := p_streams;
    ids constant text[] := array(select substr(n.stream, 6) from unnest(p_streams) as n (stream));
    each bigint;
    reached bigint[];
    further text[];
    tasks text[];
    types text[];
    datas jsonb[];
    times timestamptz[];
begin
    if current_setting('ledger.tasks_cleared', true) is distinct from 'yes' then
        perform {ledger}.catch_up_tasks_v1(p_streams);
        set constraints all deferred;
        delete from {ledger}.task_lease as l where l.task_id = any (ids);
        delete from {ledger}.calls as c where c.task_id = any (ids);
        delete from {ledger}.messages as m where m.task_id = any (ids);
        delete from {ledger}.tasks as t where t.id = any (ids);
        delete from {ledger}.projection_head as h where h.projection = 'ledger:task' and h.stream = any (p_streams);
    end if;

    while unfinished is not null loop
        each := greatest(10000 / cardinality(unfinished), 1);
        select array_agg(least(t.version, coalesce(h.version, 0) + each) order by n.ordinal),
               array_agg(n.stream order by n.ordinal) filter (where t.version > coalesce(h.version, 0) + each)
        into reached, further
        from unnest(unfinished) with ordinality as n (stream, ordinal)
        join {events}.mt_streams as t on t.id = n.stream
        left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = n.stream;

        perform {ledger}.touch_until_v1(unfinished, reached);
        select array_agg(substr(p.stream_id, 6)), array_agg(p.type), array_agg(p.data), array_agg(p."timestamp")
        into tasks, types, datas, times
        from {ledger}.pending_tasks_v1() as p
        where not exists (select from {ledger}.task_fault as f where f.stream = p.stream_id and f.version = p.version);
        if tasks is not null then
            perform {ledger}.apply_tasks_v1(tasks, types, datas, times);
        end if;

        perform {ledger}.advance_v2('ledger:task', 'task:');
        unfinished := further;
    end loop;

    perform {ledger}.touch_until_v1('{}', '{}');
    return (select coalesce(sum(t.version), 0) from {events}.mt_streams as t where t.id = any (p_streams));
end
$function$;
