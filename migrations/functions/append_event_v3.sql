-- Appends one event to one stream. A new one takes one statement: the update locks the stream's row, and the number is drawn under that lock. An id
-- that may be in the log is looked up in between, by a statement of its own, which sees what was committed meanwhile. Where it cannot just be
-- written, append_v1 decides.
--   p_stream       the stream
--   p_expected     the version that it must have (null: any)
--   event_*        the columns of the event
--   p_new          whether the id was made for this call, so that it cannot be in the log and is not looked up
--   p_projections  as for append_v1
-- Result: one row, as those of append_v1; the outcome is null if the event was written. For refused, the refusal says which rule of the tasks it
-- breaks; see append_tasks_v1.
create or replace function {ledger}.append_event_v3(
    p_stream text,
    p_expected bigint,
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    event_correlation text,
    event_causation text,
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
as $function$
declare
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    own_time timestamptz;
    was_made boolean := false;
    rest text[];
begin
    if starts_with(p_stream, 'masked:') or starts_with(p_stream, 'retention:') then
        perform {ledger}.guard_own_streams_v1(array[p_stream]);
    end if;

    if 'ledger:task' = any (p_projections) then
        select a.outcomes[1], a.versions[1], a.sequences[1], a.ids[1], a.holders[1], a.refusals[1]
        into outcome, append_event_v3.version, last_sequence, id_in_use, id_holder, refusal
        from {ledger}.append_tasks_v1(
            array[p_stream], array[1], array[1], array[p_expected], array[1], array[p_stream], array[event_id], array[event_type],
            array[event_clr_type], array[event_data], array[event_headers], array[event_correlation], array[event_causation],
            p_new, p_projections) as a;
        return;
    end if;

    -- The locks of the streams are enough for the rows of worlds, which are rebuilt stream by stream, and no statement after this one asks which streams were written.
    if p_projections <> array['ledger:world'] then
        perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from unnest(p_projections) as n (name);
        perform set_config('ledger.touched', array[p_stream]::text, true);
    end if;

    -- In two steps each would be a statement to set up.
    if p_new then
        with moved as (
            update {events}.mt_streams as t
            set version = coalesce(t.version, 0) + 1,
                "timestamp" = greatest(clock_timestamp(), t."timestamp")
            where t.id = p_stream
              and t.is_archived is not true
              and (p_expected is null or coalesce(t.version, 0) = p_expected)
            returning t.version, t."timestamp")
        insert into {events}.mt_events as e (
            seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
            correlation_id, causation_id, headers, is_archived)
        select nextval(sequence), event_id, p_stream, m.version, event_data, event_type, m."timestamp", {tenant}, event_clr_type,
               event_correlation, event_causation, event_headers, false
        from moved as m
        returning e.seq_id, e.version into last_sequence, append_event_v3.version;
    end if;

    if last_sequence is null then
        loop
            update {events}.mt_streams as t
            set version = coalesce(t.version, 0) + 1,
                "timestamp" = greatest(clock_timestamp(), t."timestamp")
            where t.id = p_stream
              and t.is_archived is not true
              and (p_expected is null or coalesce(t.version, 0) = p_expected)
            returning t.version, t."timestamp" into append_event_v3.version, own_time;
            exit when found;
            exit when p_expected <> 0 or exists (select from {events}.mt_streams as t where t.id = p_stream);

            own_time := clock_timestamp();
            insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
            values (p_stream, 0, own_time, own_time, {tenant}, false)
            on conflict do nothing;
            was_made := found;
        end loop;

        if append_event_v3.version is not null and (p_new or not exists (select from {events}.mt_events as e where e.id = event_id)) then
            last_sequence := nextval(sequence);
            insert into {events}.mt_events (
                seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
                correlation_id, causation_id, headers, is_archived)
            values (
                last_sequence, event_id, p_stream, append_event_v3.version, event_data, event_type, own_time, {tenant}, event_clr_type,
                event_correlation, event_causation, event_headers, false);
        end if;
    end if;

    if last_sequence is not null then
        if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
            perform {ledger}.tag_events_v1(array[event_id]);
        end if;

        if 'ledger:world' = any (p_projections) then
            rest := {ledger}.project_events_v1(array[p_stream], array[append_event_v3.version], array[event_type], array[event_data]);
            if rest is not null then
                perform {ledger}.fold_world_v2(rest, 10000);
            end if;
        end if;

        return;
    end if;

    if append_event_v3.version is not null then
        -- The row as it was: its time is that of its last event.
        update {events}.mt_streams as t
        set version = t.version - 1,
            "timestamp" = coalesce(
                (select e."timestamp" from {events}.mt_events as e where e.stream_id = t.id and e.version = t.version - 1),
                t.created)
        where t.id = p_stream;
    end if;

    if was_made then
        delete from {events}.mt_streams as t where t.id = p_stream;
    end if;

    select nullif(a.outcome, 'written'), a.version, a.last_sequence, a.id_in_use, a.id_holder
    into outcome, append_event_v3.version, last_sequence, id_in_use, id_holder
    from {ledger}.append_v1(
        array[p_stream], array[1], array[1], array[p_expected], array[1], array[1], array[p_stream], array[event_id], array[event_type],
        array[event_clr_type], array[event_data], array[event_headers], array[event_correlation], array[event_causation], p_projections) as a;

    if 'ledger:world' = any (p_projections) then
        perform {ledger}.project_touched_v1();
    end if;
end
$function$;
