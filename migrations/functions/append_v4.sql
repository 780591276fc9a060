-- Appends a batch of requests, each all or nothing, in their order. What the fast path does not take goes to append_v1.
--   p_streams, part_*, p_projections  as for append_v1
--   event_*                           as for append_v1 without the index of the part, which follows from part_count. The arrays of texts and
--                                     headers have an element for each event, or one where all are equal, or none where all are null:
--                                     what is not sent is neither read nor copied
--   p_new                             whether all ids were made for this call, so that none can be in the log and none is looked up
-- Result: one row of arrays with an element for each part: the outcome, the version that it ends at or that the stream has, its last
-- sequence number, for id_in_use the id and the stream that has it, and for refused which rule of the tasks its request breaks; see
-- append_tasks_v1. If every part was written, outcomes, ids, holders and refusals are null; refusals also if none is refused.
create or replace function {ledger}.append_v4(
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
    stream_count constant integer := cardinality(p_streams);
    part_total constant integer := cardinality(part_request);
    event_total constant integer := cardinality(event_id);
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    same_stream constant text := case when cardinality(event_stream) = 1 then event_stream[1] end;
    same_type constant text := case when cardinality(event_type) = 1 then event_type[1] end;
    same_clr_type constant text := case when cardinality(event_clr_type) = 1 then event_clr_type[1] end;
    same_headers constant jsonb := case when cardinality(event_headers) = 1 then event_headers[1] end;
    same_correlation constant text := case when cardinality(event_correlation) = 1 then event_correlation[1] end;
    same_causation constant text := case when cardinality(event_causation) = 1 then event_causation[1] end;
    stream_version bigint[];
    newest timestamptz;
    any_archived boolean;
    is_plain boolean;
    drawn bigint[];
    event_version bigint[] := array_fill(0::bigint, array[event_total]);
    moment timestamptz;
    version bigint;
    written integer := 0;
    s integer;
    rest text[];
begin
    -- As a text, because a look at each stream would be a statement.
    if strpos(p_streams::text, 'masked:') > 0 or strpos(p_streams::text, 'retention:') > 0 then
        perform {ledger}.guard_own_streams_v1(p_streams);
    end if;

    if 'ledger:task' = any (p_projections) then
        select a.outcomes, a.versions, a.sequences, a.ids, a.holders, a.refusals
        into outcomes, versions, sequences, ids, holders, refusals
        from {ledger}.append_tasks_v1(
            p_streams, part_request, part_stream, part_expected, part_count, event_stream, event_id, event_type, event_clr_type, event_data,
            event_headers, event_correlation, event_causation, p_new, p_projections) as a;
        return;
    end if;

    -- The locks of the streams are enough for the rows of worlds, which are rebuilt stream by stream, and no statement after this one asks which streams were written.
    if p_projections <> array['ledger:world'] then
        perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from unnest(p_projections) as n (name);
        perform set_config('ledger.touched', '{}', true);
    end if;

    -- No row is locked unless all are there: append_v1 creates those that are missing before it locks any.
    select array_agg(l.version order by l.ordinal), max(l."timestamp"), bool_or(l.is_archived)
    into stream_version, newest, any_archived
    from (
        select n.ordinal, coalesce(t.version, 0) as version, t."timestamp", coalesce(t.is_archived, false) as is_archived
        from unnest(p_streams) with ordinality as n (name, ordinal)
        join {events}.mt_streams as t on t.id = n.name
        where (select count(*) from {events}.mt_streams as m where m.id = any (p_streams)) = stream_count
        order by n.name collate "C"
        for no key update of t) as l;

    is_plain := cardinality(stream_version) = stream_count and not any_archived;
    if is_plain and not p_new then
        is_plain := not exists (select from {events}.mt_events as e where e.id = any (event_id));
    end if;

    moment := clock_timestamp();
    if is_plain and moment >= newest then
        versions := array_fill(0::bigint, array[part_total]);
        for p in 1..part_total loop
            s := part_stream[p];
            version := stream_version[s];
            if part_expected[p] <> version then
                is_plain := false;
                exit;
            end if;

            for n in 1..part_count[p] loop
                written := written + 1;
                version := version + 1;
                event_version[written] := version;
            end loop;

            versions[p] := version;
            stream_version[s] := version;
        end loop;
    else
        is_plain := false;
    end if;

    if not is_plain then
        if event_total > 1 then
            if cardinality(event_stream) < event_total then
                event_stream := array_fill(same_stream, array[event_total]);
            end if;

            if cardinality(event_type) < event_total then
                event_type := array_fill(same_type, array[event_total]);
            end if;

            if cardinality(event_clr_type) < event_total then
                event_clr_type := array_fill(same_clr_type, array[event_total]);
            end if;

            if cardinality(event_headers) < event_total then
                event_headers := array_fill(same_headers, array[event_total]);
            end if;

            if cardinality(event_correlation) < event_total then
                event_correlation := array_fill(same_correlation, array[event_total]);
            end if;

            if cardinality(event_causation) < event_total then
                event_causation := array_fill(same_causation, array[event_total]);
            end if;
        end if;

        select array_agg(a.outcome order by a.ordinality), array_agg(a.version order by a.ordinality),
               array_agg(a.last_sequence order by a.ordinality), array_agg(a.id_in_use order by a.ordinality),
               array_agg(a.id_holder order by a.ordinality)
        into outcomes, versions, sequences, ids, holders
        from {ledger}.append_v1(
            p_streams, part_request, part_stream, part_expected, part_count,
            array(
                select c.part::integer
                from unnest(part_count) with ordinality as c (count, part)
                cross join generate_series(1, c.count)
                order by c.part),
            event_stream, event_id, event_type, event_clr_type, event_data, event_headers, event_correlation, event_causation,
            p_projections) with ordinality as a (outcome, version, last_sequence, id_in_use, id_holder, ordinality);
        if 'ledger:world' = any (p_projections) and not 'ledger:world-by-caller' = any (p_projections) then
            perform {ledger}.project_touched_v1();
        end if;

        return;
    end if;

    sequences := array_fill(0::bigint, array[part_total]);
    if event_total = 0 then
        return;
    end if;

    select array_agg(nextval(sequence)) into drawn from generate_series(1, event_total);
    written := 0;
    for p in 1..part_total loop
        if part_count[p] > 0 then
            written := written + part_count[p];
            sequences[p] := drawn[written];
        end if;
    end loop;

    -- Side by side and not joined: the rows go through no table of their own.
    insert into {events}.mt_events (
        seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
        correlation_id, causation_id, headers, is_archived)
    select e.seq_id,
           e.id,
           coalesce(same_stream, e.stream),
           e.version,
           e.data,
           coalesce(same_type, e.type),
           moment,
           {tenant},
           coalesce(same_clr_type, e.clr_type),
           coalesce(same_correlation, e.correlation),
           coalesce(same_causation, e.causation),
           coalesce(same_headers, e.headers),
           false
    from (
        select unnest(drawn) as seq_id,
               unnest(event_id) as id,
               unnest(event_stream) as stream,
               unnest(event_version) as version,
               unnest(event_data) as data,
               unnest(event_type) as type,
               unnest(event_clr_type) as clr_type,
               unnest(event_correlation) as correlation,
               unnest(event_causation) as causation,
               unnest(event_headers) as headers) as e;

    update {events}.mt_streams as t
    set version = n.version,
        "timestamp" = moment
    from unnest(p_streams, stream_version) as n (name, version)
    where t.id = n.name
      and t.version is distinct from n.version;

    if p_projections <> array['ledger:world'] then
        perform set_config('ledger.touched', array(select distinct n.name from unnest(event_stream) as n (name))::text, true);
    end if;

    if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
        perform {ledger}.tag_events_v1(event_id);
    end if;

    if 'ledger:world' = any (p_projections) and not 'ledger:world-by-caller' = any (p_projections) then
        rest := {ledger}.project_events_v1(event_stream, event_version, event_type, event_data);
        if rest is not null then
            perform {ledger}.fold_world_v2(rest, 10000);
        end if;
    end if;
end
$function$;
