-- What of a run belongs to a task's calls, and whether rows of tasks are missing because another program appended without them.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.

create index ix_tasks_run on {ledger}.tasks (run, created_at, id) where run is not null;

-- How far the log is known to have its rows of tasks: up to the number seq. sighted is a later number, which takes its place once none of the
-- transactions that could still commit a number below it, the holders, is left. One row.
create table {ledger}.task_tail (
    is_only boolean not null,
    seq bigint not null,
    sighted bigint,
    holders text[] not null,
    constraint pk_task_tail primary key (is_only),
    constraint ck_task_tail_is_only check (is_only)
);

insert into {ledger}.task_tail (is_only, seq, holders) values (true, 0, '{}');

-- The streams of tasks whose rows lack an event: of those that events behind task_tail are in, or of all where there are too many such events.
create function {ledger}.tasks_behind_v1()
returns setof text
language plpgsql
stable
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    known constant bigint := (select t.seq from {ledger}.task_tail as t);
    newest constant bigint := coalesce((select max(e.seq_id) from {events}.mt_events as e), 0);
begin
    -- A server that crashed may have lost commits that were not waited for, and hand their numbers out again.
    if newest between known and known + 50000 then
        return query
            select s.stream::text
            from (
                select distinct e.stream_id as stream
                from {events}.mt_events as e
                where e.seq_id > known
                  and starts_with(e.stream_id, 'task:')) as s
            join {events}.mt_streams as t on t.id = s.stream
            left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = s.stream
            where t.version > coalesce(h.version, 0);
    else
        return query
            select t.id::text
            from {events}.mt_streams as t
            left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = t.id
            where starts_with(t.id, 'task:')
              and t.version > coalesce(h.version, 0);
    end if;
end
$function$;

-- Whether rows are missing of a task, or of any (p_task null), and whether this session may write them. What is found to be complete is kept in
-- task_tail now and then. The order matters: the newest number, then who could commit one below it, then the rows, each with its own snapshot.
create function {ledger}.tasks_lag_v1(p_task text)
returns table (lags boolean, can_catch_up boolean)
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    tail record;
    newest bigint;
    holding text[];
    is_settled boolean;
begin
    can_catch_up := not pg_is_in_recovery()
        and current_setting('transaction_read_only') = 'off'
        and has_table_privilege(format('%I.task_tail', {ledger_text}), 'update');
    if p_task is not null then
        lags := exists (
            select
            from {events}.mt_streams as t
            left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = t.id
            where t.id = 'task:' || p_task
              and t.version > coalesce(h.version, 0));
        return next;
        return;
    end if;

    select t.seq, t.sighted, t.holders into tail from {ledger}.task_tail as t;
    newest := coalesce((select max(e.seq_id) from {events}.mt_events as e), 0);
    if can_catch_up and newest not between tail.seq and tail.seq + 1000 then
        -- nextval leaves this lock to the end of its transaction; a holder without a pid is a prepared one, whose name has changed.
        holding := array(
            select case when l.pid is null then 'prepared' else l.virtualtransaction end
            from pg_catalog.pg_locks as l
            join pg_catalog.pg_class as c on c.oid = l.relation
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where l.locktype = 'relation'
              and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = current_database())
              and l.mode = 'RowExclusiveLock'
              and l.granted
              and l.pid is distinct from pg_backend_pid()
              and c.relname = 'mt_events_sequence'
              and n.nspname = {events_text});
    end if;

    lags := exists (select from {ledger}.tasks_behind_v1() as b);
    if holding is not null and not lags then
        is_settled := tail.sighted is not null and not tail.holders && holding and not 'prepared' = any (holding);
        perform from {ledger}.task_tail as t where t.sighted is not distinct from tail.sighted for update skip locked;
        if found and holding = '{}' then
            update {ledger}.task_tail as t set seq = newest, sighted = null, holders = '{}';
        elsif found and (is_settled or tail.sighted is null) then
            update {ledger}.task_tail as t
            set seq = case when is_settled then tail.sighted else t.seq end,
                sighted = newest,
                holders = holding;
        end if;
    end if;

    return next;
end
$function$;

create function {ledger}.call_events(p_call text)
returns table (
    at bigint, stream text, version bigint, id uuid, type text, data jsonb, headers jsonb, "timestamp" timestamptz)
language sql
stable
as $function$
    select h.*
    from {ledger}.calls as c
    join {ledger}.tasks as t on t.id = c.task_id
    cross join lateral {ledger}.history(t.run) as h
    where c.id = p_call
      and t.run is not null
      and h.headers ->> 'call_id' = p_call
    order by h.at
$function$;

comment on function {ledger}.call_events(text) is
    'The events of the run that the task of a call works in which belong to the call by their header call_id, with their positions.';
