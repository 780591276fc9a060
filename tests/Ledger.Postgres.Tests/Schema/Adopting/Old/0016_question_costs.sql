-- Questions cost what they answer: lists of tasks do not look at what is complete, and a comparison of two worlds reads the rows that changed.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.

-- A sequential scan that is switched off counts as so dear that it was compiled first, and joins made for a small log read all of a large one.
create or replace function {ledger}.tasks_behind_v1()
returns setof text
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    known constant bigint := (select t.seq from {ledger}.task_tail as t where t.is_only);
    newest constant bigint := coalesce((select max(e.seq_id) from {events}.mt_events as e), 0);
    streams text[];
begin
    if newest = known then
        return;
    end if;

    -- A server that crashed may have lost commits that were not waited for, and hand their numbers out again.
    if newest between known and known + 10000 then
        streams := array(
            select distinct e.stream_id
            from {events}.mt_events as e
            where e.seq_id > known
              and starts_with(e.stream_id, 'task:'));
        return query
            select n.stream
            from unnest(streams) as n (stream)
            cross join lateral (select t.version from {events}.mt_streams as t where t.id = n.stream offset 0) as t
            left join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = n.stream
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

create or replace function {ledger}.tasks_lag_v1(p_task text)
returns table (lags boolean, can_catch_up boolean)
language plpgsql
volatile
set enable_seqscan = off
set jit = off
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

    select t.seq, t.sighted, t.holders into tail from {ledger}.task_tail as t where t.is_only;
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
        perform from {ledger}.task_tail as t where t.is_only and t.sighted is not distinct from tail.sighted for update skip locked;
        if found and holding = '{}' then
            update {ledger}.task_tail as t set seq = newest, sighted = null, holders = '{}' where t.is_only;
        elsif found and (is_settled or tail.sighted is null) then
            update {ledger}.task_tail as t
            set seq = case when is_settled then tail.sighted else t.seq end,
                sighted = newest,
                holders = holding
            where t.is_only;
        end if;
    end if;

    return next;
end
$function$;

-- What differs between two histories, each taken up to a position: the state of every object and relation that differs, null where there
-- is none. What changed behind the common events is told by the rows of a stream, or by its events where those are fewer.
create or replace function {ledger}.world_diff_v1(p_a text, p_at_a bigint, p_b text, p_at_b bigint)
returns table (
    kind text, id text,
    old_type text, old_source_id text, old_target_id text, old_data jsonb,
    new_type text, new_source_id text, new_target_id text, new_data jsonb)
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    with common as materialized (
        select {ledger}.world_common_v1(p_a, p_at_a, p_b, p_at_b) as length
    ),
    segment as materialized (
        select s.stream, s.upto, greatest((select c.length from common as c) - s.before, 0) as same
        from {ledger}.world_segment_v1(p_a, p_at_a) as s
        union all
        select s.stream, s.upto, greatest((select c.length from common as c) - s.before, 0)
        from {ledger}.world_segment_v1(p_b, p_at_b) as s
    ),
    changed as materialized (
        select s.stream,
               s.upto,
               s.same,
               (select count(*)
                from (
                    select from {ledger}.world_object as o where o.stream = s.stream
                    union all
                    select from {ledger}.world_relation as r where r.stream = s.stream
                    limit s.upto - s.same) as n) < s.upto - s.same as by_rows
        from segment as s
        where s.same < s.upto
    ),
    touched as materialized (
        select 'object' as kind, m.id
        from changed as s
        cross join lateral (
            select o.id from {ledger}.world_object as o where o.stream = s.stream and o.valid_from > s.same offset 0) as m
        where s.by_rows
        union
        select 'relation', m.id
        from changed as s
        cross join lateral (
            select r.id from {ledger}.world_relation as r where r.stream = s.stream and r.valid_from > s.same offset 0) as m
        where s.by_rows
        union
        select case when m.type like 'object.%' then 'object' else 'relation' end, m.data ->> 'id'
        from changed as s
        cross join lateral (
            select e.type, e.data
            from {events}.mt_events as e
            where e.stream_id = s.stream
              and e.version > s.same
              and e.version <= s.upto
              and e.type in ('object.created', 'object.patched', 'object.removed', 'relation.created', 'relation.removed')
            offset 0) as m
        where not s.by_rows
    )
    select t.kind, t.id, a.type, null, null, a.data, b.type, null, null, b.data
    from touched as t
    left join lateral {ledger}.world_object_at_v1(p_a, t.id, p_at_a) as a on not a.removed
    left join lateral {ledger}.world_object_at_v1(p_b, t.id, p_at_b) as b on not b.removed
    where t.kind = 'object'
      and (a.type, a.data) is distinct from (b.type, b.data)
    union all
    select t.kind, t.id, a.type, a.source_id, a.target_id, a.data, b.type, b.source_id, b.target_id, b.data
    from touched as t
    left join lateral {ledger}.world_relation_at_v1(p_a, t.id, p_at_a) as a on not a.removed
    left join lateral {ledger}.world_relation_at_v1(p_b, t.id, p_at_b) as b on not b.removed
    where t.kind = 'relation'
      and (a.type, a.source_id, a.target_id, a.data) is distinct from (b.type, b.source_id, b.target_id, b.data);
end
$function$;

-- Makes the rows of all worlds anew, a page of streams a transaction. Runs come first, then branches, each behind its ancestors: what a
-- branch takes over is read from their rows.
create procedure {ledger}.rebuild_worlds()
language plpgsql
as $procedure$
declare
    reached text := '';
    page text[];
    branch text;
begin
    loop
        select array_agg(n.id order by n.id), max(n.id)
        into page, reached
        from (
            select t.id, t.version, sum(t.version) over (order by t.id) as events
            from {events}.mt_streams as t
            where t.id > reached
              and t.version > 0
              and (starts_with(t.id, 'run:') or exists (select from {ledger}.world_head as h where h.stream = t.id))
              and not exists (select from {ledger}.branch as b where b.stream = t.id)
            order by t.id
            limit 1000) as n
        where n.events <= 10000 or n.events = n.version;
        exit when page is null;
        perform {ledger}.touch_v1('ledger:world', page);
        perform {ledger}.rewrite_world_v1(page);
        commit;
    end loop;

    for branch in select b.stream from {ledger}.branch as b order by cardinality(b.segment_stream), b.stream loop
        perform {ledger}.touch_v1('ledger:world', array[branch]);
        perform {ledger}.rewrite_world_v1(array[branch]);
        commit;
    end loop;
end
$procedure$;

comment on procedure {ledger}.rebuild_worlds() is
    'Makes the rows of all worlds anew from the events, a page of streams a transaction, beside readers and writers. '
    'Call it outside a transaction.';
