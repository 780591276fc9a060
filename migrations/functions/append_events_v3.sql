-- Appends events to one stream, as append_event_v3 appends one: the update locks the stream's row, as a lock alone would; the look-up is the next
-- statement, and sees what was committed meanwhile. Where they cannot just be written, append_v1 decides.
--   p_stream       the stream
--   p_expected     the version that it must have (null: any)
--   event_*        as for append_v4, at least one event
--   p_new          whether all ids were made for this call, so that none can be in the log and none is looked up
--   p_projections  as for append_v1
-- Result: one row, as those of append_v1; the outcome is null if the events were written, and the refusal is as in append_event_v3.
create or replace function {ledger}.append_events_v3(
    p_stream text,
    p_expected bigint,
    event_id uuid[],
    event_type text[],
    event_clr_type text[],
    event_data jsonb[],
    event_headers jsonb[],
    event_correlation text[],
    event_causation text[],
    p_new boolean,
    p_projections text[],
    out outcome text,
    out version bigint,
    out last_sequence bigint,
    out id_in_use uuid,
    out id_holder text,
    out refusal jsonb)
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    event_count constant integer := cardinality(event_id);
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    same_type constant text := case when cardinality(event_type) = 1 then event_type[1] end;
    same_clr_type constant text := case when cardinality(event_clr_type) = 1 then event_clr_type[1] end;
    same_headers constant jsonb := case when cardinality(event_headers) = 1 then event_headers[1] end;
    same_correlation constant text := case when cardinality(event_correlation) = 1 then event_correlation[1] end;
    same_causation constant text := case when cardinality(event_causation) = 1 then event_causation[1] end;
    own_time timestamptz;
    was_made boolean := false;
begin
    if starts_with(p_stream, 'masked:') or starts_with(p_stream, 'retention:') then
        perform {ledger}.guard_own_streams_v1(array[p_stream]);
    end if;

    if 'ledger:task' = any (p_projections) then
        select a.outcomes[1], a.versions[1], a.sequences[1], a.ids[1], a.holders[1], a.refusals[1]
        into outcome, append_events_v3.version, last_sequence, id_in_use, id_holder, refusal
        from {ledger}.append_tasks_v1(
            array[p_stream], array[1], array[1], array[p_expected], array[event_count], array[p_stream], event_id, event_type, event_clr_type,
            event_data, event_headers, event_correlation, event_causation, p_new, p_projections) as a;
        return;
    end if;

    -- The locks of the streams are enough for the rows of worlds, which are rebuilt stream by stream, and no statement after this one asks which streams were written.
    if p_projections <> array['ledger:world'] then
        perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from unnest(p_projections) as n (name);
        perform set_config('ledger.touched', array[p_stream]::text, true);
    end if;

    loop
        update {events}.mt_streams as t
        set version = coalesce(t.version, 0) + event_count,
            "timestamp" = greatest(clock_timestamp(), t."timestamp")
        where t.id = p_stream
          and t.is_archived is not true
          and (p_expected is null or coalesce(t.version, 0) = p_expected)
        returning t.version - event_count, t."timestamp" into append_events_v3.version, own_time;
        exit when found;
        exit when p_expected <> 0 or exists (select from {events}.mt_streams as t where t.id = p_stream);

        own_time := clock_timestamp();
        insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
        values (p_stream, 0, own_time, own_time, {tenant}, false)
        on conflict do nothing;
        was_made := found;
    end loop;

    if append_events_v3.version is not null then
        if p_new or not exists (select from {events}.mt_events as e where e.id = any (event_id)) then
            -- Side by side and not joined: the rows go through no table of their own.
            insert into {events}.mt_events (
                seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
                correlation_id, causation_id, headers, is_archived)
            select nextval(sequence),
                   e.id,
                   p_stream,
                   append_events_v3.version + e.ordinal,
                   e.data,
                   coalesce(same_type, e.type),
                   own_time,
                   {tenant},
                   coalesce(same_clr_type, e.clr_type),
                   coalesce(same_correlation, e.correlation),
                   coalesce(same_causation, e.causation),
                   coalesce(same_headers, e.headers),
                   false
            from (
                select generate_series(1, event_count) as ordinal,
                       unnest(event_id) as id,
                       unnest(event_data) as data,
                       unnest(event_type) as type,
                       unnest(event_clr_type) as clr_type,
                       unnest(event_correlation) as correlation,
                       unnest(event_causation) as causation,
                       unnest(event_headers) as headers) as e;
            last_sequence := currval(sequence);
            version := version + event_count;
            if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
                perform {ledger}.tag_events_v1(event_id);
            end if;

            if 'ledger:world' = any (p_projections) and not 'ledger:world-by-caller' = any (p_projections)
                and (starts_with(p_stream, 'run:') or starts_with(p_stream, 'branch:')) then
                if event_count = 1 then
                    perform {ledger}.project_world_v2(array[p_stream], 10000);
                else
                    perform {ledger}.fold_world_v2(array[p_stream], 10000);
                end if;
            end if;

            return;
        end if;

        -- The row as it was: its time is that of its last event.
        update {events}.mt_streams as t
        set version = append_events_v3.version,
            "timestamp" = coalesce(
                (select e."timestamp" from {events}.mt_events as e where e.stream_id = t.id and e.version = append_events_v3.version),
                t.created)
        where t.id = p_stream;
    end if;

    if was_made then
        delete from {events}.mt_streams as t where t.id = p_stream;
    end if;

    select nullif(a.outcome, 'written'), a.version, a.last_sequence, a.id_in_use, a.id_holder
    into outcome, append_events_v3.version, last_sequence, id_in_use, id_holder
    from {ledger}.append_v1(
        array[p_stream],
        array[1],
        array[1],
        array[p_expected],
        array[event_count],
        array_fill(1, array[event_count]),
        array_fill(p_stream, array[event_count]),
        event_id,
        case when cardinality(event_type) < event_count then array_fill(same_type, array[event_count]) else event_type end,
        case when cardinality(event_clr_type) < event_count then array_fill(same_clr_type, array[event_count]) else event_clr_type end,
        event_data,
        case when cardinality(event_headers) < event_count then array_fill(same_headers, array[event_count]) else event_headers end,
        case when cardinality(event_correlation) < event_count then array_fill(same_correlation, array[event_count]) else event_correlation end,
        case when cardinality(event_causation) < event_count then array_fill(same_causation, array[event_count]) else event_causation end,
        p_projections) as a;

    if 'ledger:world' = any (p_projections) and not 'ledger:world-by-caller' = any (p_projections) then
        perform {ledger}.project_touched_v1();
    end if;
end
$function$;
