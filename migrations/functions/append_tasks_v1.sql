-- Appends a batch with events of tasks and writes the rows of the tasks. A request that breaks a rule of the tasks is refused; the others are written.
-- The batch is first tried as a whole, which is the ordinary case; only where it breaks a rule is each request tried by itself, with the
-- streams of all locked before. The rules are those of apply_tasks_v1, whose failures are taken back to a savepoint: a savepoint keeps what
-- was written before it, and the numbers that were drawn after it are lost, as in a rollback.
--   as for append_v4; p_projections has ledger:task
-- Result: as that of append_v4. The parts of a request that breaks a rule are refused, and the refusal of its first part tells the rule
-- (state, the SQLSTATE; constraint), and what the rows have of the things that its events name, as in task_facts_v1.
create or replace function {ledger}.append_tasks_v1(
    p_streams text[],
    part_request integer[],
    part_stream integer[],
    part_expected bigint[],
    part_count integer[],
    event_stream text[],
    event_id uuid[],
    event_type text[],
    event_clr_type text[],
    event_data jsonb[],
    event_headers jsonb[],
    event_correlation text[],
    event_causation text[],
    p_new boolean,
    p_projections text[],
    out outcomes text[],
    out versions bigint[],
    out sequences bigint[],
    out ids uuid[],
    out holders text[],
    out refusals jsonb[])
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    part_total constant integer := cardinality(part_request);
    event_total constant integer := cardinality(event_id);
    stream_total constant integer := cardinality(p_streams);
    others constant text[] := array_remove(p_projections, 'ledger:task');
    -- With rows of worlds alone the functions of the log do not say which streams they have written, which is asked here.
    others_told constant text[] := case when others = array['ledger:world'] then others || 'ledger:touched'::text else others end;
    is_one constant boolean := part_request[1] = part_request[part_total];
    is_written boolean := false;
    is_next boolean := false;
    is_rule boolean;
    failed_state text;
    failed_constraint text;
    made_here text[];
    kept text[] := '{}';
    touched text[] := '{}';
    names text[];
    first_part integer := 1;
    last_part integer;
    first_event integer;
    last_event integer := 0;
    answer record;
begin
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1('ledger:task'));
    for attempt in 1..2 loop
        begin
            -- A new message of a task whose rows have all before it is one statement; its rows are those of apply_tasks_v1.
            if part_total = 1 and event_total = 1 and p_new and event_type[1] = 'message.saved' and others = '{}' and attempt = 1 then
                is_written := true;
                with moved as (
                    update {events}.mt_streams as t
                    set version = coalesce(t.version, 0) + 1,
                        "timestamp" = greatest(clock_timestamp(), t."timestamp")
                    where t.id = p_streams[1]
                      and t.is_archived is not true
                      and (part_expected[1] is null or coalesce(t.version, 0) = part_expected[1])
                    returning t.version, t."timestamp"),
                event as (
                    insert into {events}.mt_events as e (
                        seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
                        correlation_id, causation_id, headers, is_archived)
                    select nextval(sequence), event_id[1], p_streams[1], m.version, event_data[1], event_type[1], m."timestamp", {tenant},
                           event_clr_type[1], event_correlation[1], event_causation[1], event_headers[1], false
                    from moved as m
                    returning e.seq_id, e.version),
                head as (
                    update {ledger}.projection_head as h
                    set version = e.version
                    from event as e
                    where h.projection = 'ledger:task' and h.stream = p_streams[1] and h.version = e.version - 1
                    returning h.version),
                message as (
                    insert into {ledger}.messages (id, task_id, role, content, "timestamp", interrupted)
                    select event_data[1] ->> 'id',
                           substr(p_streams[1], 6),
                           event_data[1] ->> 'role',
                           event_data[1] ->> 'content',
                           (event_data[1] ->> 'timestamp')::bigint,
                           coalesce((event_data[1] ->> 'interrupted')::boolean, false)
                    from head)
                select array[e.seq_id], array[e.version], exists (select from head) into sequences, versions, is_next from event as e;
                is_written := sequences is not null;
                is_next := coalesce(is_next, false);
            end if;

            if is_written then
                outcomes := array[null::text];
                ids := array[null::uuid];
                holders := array[null::text];
                if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
                    perform {ledger}.tag_events_v1(event_id);
                end if;

                if is_next then
                    return;
                end if;

                perform set_config('ledger.touched', p_streams::text, true);
            elsif part_total = 1 and event_total = 1 then
                select array[a.outcome], array[a.version], array[a.last_sequence], array[a.id_in_use], array[a.id_holder]
                into outcomes, versions, sequences, ids, holders
                from {ledger}.append_event_v3(
                    p_streams[1], part_expected[1], event_id[1], event_type[1], event_clr_type[1], event_data[1], event_headers[1],
                    event_correlation[1], event_causation[1], p_new, others_told) as a;
            else
                select a.outcomes, a.versions, a.sequences, a.ids, a.holders
                into outcomes, versions, sequences, ids, holders
                from {ledger}.append_v4(
                    p_streams, part_request, part_stream, part_expected, part_count, event_stream, event_id, event_type, event_clr_type,
                    event_data, event_headers, event_correlation, event_causation, p_new, others_told) as a;
            end if;

            is_written := true;
            -- One event for each task, and its rows have all before it: the arguments say what there is to write.
            if event_total = part_total
                and stream_total = part_total
                and event_type <@ array['message.saved', 'call.saved', 'task.saved']
                and (outcomes is null or part_total = 1 and outcomes[1] is null) then
                if part_total = 1 then
                    update {ledger}.projection_head as h
                    set version = versions[1]
                    where h.projection = 'ledger:task' and h.stream = p_streams[1] and h.version = versions[1] - 1;
                    is_next := found;
                else
                    select count(*) = part_total
                    into is_next
                    from unnest(event_stream, versions) as n (name, version)
                    join {ledger}.projection_head as h on h.projection = 'ledger:task' and h.stream = n.name and h.version = n.version - 1;
                    if is_next then
                        update {ledger}.projection_head as h
                        set version = n.version
                        from unnest(event_stream, versions) as n (name, version)
                        where h.projection = 'ledger:task' and h.stream = n.name;
                    end if;
                end if;
            end if;

            if is_next then
                -- None of these types asks for the time.
                perform {ledger}.apply_tasks_v1(
                    array(
                        select substr(n.name, 6)
                        from unnest(case when part_total = 1 then p_streams else event_stream end) with ordinality as n (name, place)
                        order by n.place),
                    case when cardinality(event_type) = 1 then array_fill(event_type[1], array[event_total]) else event_type end,
                    event_data,
                    array_fill(null::timestamptz, array[event_total]));
            else
                perform {ledger}.project_tasks_v1();
            end if;

            return;
        exception
            when integrity_constraint_violation or data_exception or program_limit_exceeded
                or sqlstate 'LG081' or sqlstate 'LG082' or sqlstate 'LG083' or sqlstate 'LG084' or sqlstate 'LG085' or sqlstate 'LG086' then
                get stacked diagnostics
                    failed_state = returned_sqlstate,
                    failed_constraint = constraint_name;
                is_rule := failed_state like 'LG08_'
                    or failed_constraint in (
                        'pk_messages', 'fk_messages_task', 'fk_calls_task', 'fk_task_lease_task', 'fk_tasks_parent_task', 'fk_calls_start_message',
                        'fk_calls_end_message');
                if not is_written or not is_rule and attempt = 2 then
                    raise;
                end if;
        end;

        -- Events that another program appended without rows may be at fault, or be what is missing: they are applied by themselves, and passed
        -- over if they do not fit.
        exit when {ledger}.catch_up_tasks_v1(array(select b.stream from {ledger}.tasks_behind_v1() as b (stream))) = 0
            and is_rule;
        is_written := false;
        is_next := false;
    end loop;

    perform set_config('ledger.touched', '{}', true);
    if is_one then
        outcomes := array_fill('refused'::text, array[part_total]);
        versions := array_fill(0::bigint, array[part_total]);
        sequences := versions;
        ids := array_fill(null::uuid, array[part_total]);
        holders := array_fill(null::text, array[part_total]);
        refusals := array_fill(null::jsonb, array[part_total]);
        refusals[1] := jsonb_build_object('state', failed_state, 'constraint', failed_constraint)
            || {ledger}.task_facts_v1(
                array(select substr(n.name, 6) from unnest(p_streams) as n (name) where starts_with(n.name, 'task:')), event_data);
        return;
    end if;

    -- As in append_v1: created and then locked, both in code point order.
    with made as (
        insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
        select n.name, 0, clock_timestamp(), clock_timestamp(), {tenant}, false
        from unnest(p_streams) as n (name)
        order by n.name collate "C"
        on conflict do nothing
        returning t.id)
    select array_agg(made.id) into made_here from made;
    perform from {events}.mt_streams as t where t.id = any (p_streams) order by t.id collate "C" for no key update;

    outcomes := '{}';
    versions := '{}';
    sequences := '{}';
    ids := '{}';
    holders := '{}';
    refusals := '{}';
    while first_part <= part_total loop
        first_event := last_event + 1;
        last_part := first_part;
        loop
            last_event := last_event + part_count[last_part];
            exit when last_part = part_total or part_request[last_part + 1] <> part_request[first_part];
            last_part := last_part + 1;
        end loop;

        names := array(select p_streams[s.number] from unnest(part_stream[first_part:last_part]) with ordinality as s (number, ordinal) order by s.ordinal);
        select a.*
        into answer
        from {ledger}.append_tasks_v1(
            names,
            array_fill(1, array[cardinality(names)]),
            array(select generate_series(1, cardinality(names))),
            part_expected[first_part:last_part],
            part_count[first_part:last_part],
            case when cardinality(event_stream) < event_total then event_stream else event_stream[first_event:last_event] end,
            event_id[first_event:last_event],
            case when cardinality(event_type) < event_total then event_type else event_type[first_event:last_event] end,
            case when cardinality(event_clr_type) < event_total then event_clr_type else event_clr_type[first_event:last_event] end,
            event_data[first_event:last_event],
            case when cardinality(event_headers) < event_total then event_headers else event_headers[first_event:last_event] end,
            case when cardinality(event_correlation) < event_total then event_correlation else event_correlation[first_event:last_event] end,
            case when cardinality(event_causation) < event_total then event_causation else event_causation[first_event:last_event] end,
            p_new,
            p_projections) as a;
        touched := touched || coalesce(nullif(current_setting('ledger.touched', true), ''), '{}')::text[];
        if coalesce(answer.outcomes[1], 'written') in ('written', 'already_written') then
            kept := kept || names;
        end if;

        outcomes := outcomes || array(
            select coalesce(answer.outcomes[n.part], 'written') from generate_series(1, cardinality(names)) as n (part) order by n.part);
        versions := versions || answer.versions;
        sequences := sequences || answer.sequences;
        ids := ids || coalesce(answer.ids, array_fill(null::uuid, array[cardinality(names)]));
        holders := holders || coalesce(answer.holders, array_fill(null::text, array[cardinality(names)]));
        refusals := refusals || coalesce(answer.refusals, array_fill(null::jsonb, array[cardinality(names)]));
        first_part := last_part + 1;
    end loop;

    delete from {events}.mt_streams as t
    where t.id = any (made_here)
      and t.id <> all (kept)
      and t.version = 0;
    perform set_config('ledger.touched', array(select distinct n.name from unnest(touched) as n (name))::text, true);
end
$function$;
