-- Appends a batch of requests, each all or nothing, in their order. Called by append_v4 for a batch that its fast path does not take.
-- Each statement stands alone on purpose: in READ COMMITTED it sees what was committed while the one before waited for its locks. One
-- statement that locks, looks up and inserts has left holes in versions under contention.
-- Functions keep the plans that they made on empty tables, hence enable_seqscan = off. Without force_generic_plan the statements with
-- arrays would be planned at each call, because a plan for known arrays looks cheaper.
-- An append whose ids are all in their streams already is a repetition only if types and JSON are the same too; JSON is compared by
-- value, as jsonb does, and nothing is compared unless an id was found.
--   p_streams      the distinct streams of the batch
--   part_*         a row for each part of a request, in order: its request (from 1, rising), the index of its stream in p_streams (from
--                  1), the expected version (null: any), the number of its events
--   event_*        a row for each event, in the order of the parts: the index of its part, its stream, and its columns; an event id may
--                  occur once in a batch
--   p_projections  the inline projections that follow in this transaction, or null: a rebuild that would miss the events has to wait,
--                  and pending_v2 finds the streams that were written;
--                  with ledger:world, append_v4 and those before it write the rows of worlds, unless ledger:world-by-caller is there too
-- Result: a row for each part: its outcome (written, already_written, wrong_version, archived, id_in_use, or not_at_fault where another
-- part of the request was refused), the version that it ends at or that the stream has, its last sequence number, and for id_in_use
-- the id and the stream that has it; where that event has another type or other data, last_sequence is its sequence number, else 0.
create or replace function {ledger}.append_v1(
    p_streams text[],
    part_request integer[],
    part_stream integer[],
    part_expected bigint[],
    part_count integer[],
    event_part integer[],
    event_stream text[],
    event_id uuid[],
    event_type text[],
    event_clr_type text[],
    event_data jsonb[],
    event_headers jsonb[],
    event_correlation text[],
    event_causation text[],
    p_projections text[])
returns table (
    outcome text,
    version bigint,
    last_sequence bigint,
    id_in_use uuid,
    id_holder text)
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    stream_count constant integer := cardinality(p_streams);
    part_total constant integer := cardinality(part_request);
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    found_count integer;
    made_here text[] := '{}';
    just_created text[];
    versions bigint[] := array_fill(0::bigint, array[stream_count]);
    times timestamptz[] := array_fill('-infinity'::timestamptz, array[stream_count]);
    archived boolean[] := array_fill(false, array[stream_count]);
    kept boolean[] := array_fill(false, array[stream_count]);
    changed boolean[] := array_fill(false, array[stream_count]);
    accepted integer := 0;
    any_refused boolean := false;
    any_known boolean;
    -- For each part: how many events come before it in event_*, how many accepted ones, and the version before its first event
    -- (-1: none is written).
    part_offset integer[] := array_fill(0, array[part_total]);
    part_drawn integer[] := array_fill(0, array[part_total]);
    part_base bigint[] := array_fill(-1::bigint, array[part_total]);
    part_outcome text[] := array_fill('written'::text, array[part_total]);
    part_version bigint[] := array_fill(0::bigint, array[part_total]);
    part_sequence bigint[] := array_fill(0::bigint, array[part_total]);
    part_id uuid[] := array_fill(null::uuid, array[part_total]);
    part_holder text[] := array_fill(null::text, array[part_total]);
    first_part integer := 1;
    last_part integer;
    first_event integer;
    last_event integer;
    verdict text;
    offending uuid;
    offending_event integer;
    offending_number bigint;
    holder text;
    known record;
    row_found record;
    moment timestamptz;
    drawn bigint[];
    s integer;
begin
    if p_projections is not null then
        -- The caller may hold locks of streams, and those of projections come before these: append_v4 says why rows of worlds need none.
        if p_projections <> array['ledger:world'] then
            perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from unnest(p_projections) as n (name);
        end if;

        perform set_config('ledger.touched', '{}', true);
    end if;

    -- Every missing stream row is created before any row is locked, both in code point order: no two writers wait in a circle.
    loop
        if stream_count > 1 then
            select count(*) into found_count from {events}.mt_streams as t where t.id = any (p_streams);
        else
            found_count := stream_count;
        end if;

        if found_count = stream_count then
            found_count := 0;
            for row_found in
                select n.ordinal, t.version, t."timestamp", t.is_archived
                from unnest(p_streams) with ordinality as n (name, ordinal)
                join {events}.mt_streams as t on t.id = n.name
                order by n.name collate "C"
                for no key update of t
            loop
                versions[row_found.ordinal] := coalesce(row_found.version, 0);
                times[row_found.ordinal] := row_found."timestamp";
                archived[row_found.ordinal] := coalesce(row_found.is_archived, false);
                found_count := found_count + 1;
            end loop;
            exit when found_count = stream_count;
        end if;

        moment := clock_timestamp();
        with made as (
            insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
            select n.name, 0, moment, moment, {tenant}, false
            from unnest(p_streams) as n (name)
            order by n.name collate "C"
            on conflict do nothing
            returning t.id)
        select array_agg(made.id) into just_created from made;
        made_here := made_here || coalesce(just_created, '{}');
    end loop;

    select exists (select from {events}.mt_events as e where e.id = any (event_id)) into any_known;
    moment := clock_timestamp();

    -- Decide request by request; an accepted one moves the versions that the next one sees.
    last_event := 0;
    while first_part <= part_total loop
        first_event := last_event + 1;
        last_part := first_part;
        loop
            part_offset[last_part] := last_event;
            last_event := last_event + part_count[last_part];
            exit when last_part = part_total or part_request[last_part + 1] <> part_request[first_part];
            last_part := last_part + 1;
        end loop;

        verdict := 'written';
        if any_known and last_event >= first_event then
            select count(*) as here,
                   count(*) filter (where e.stream_id = n.stream) as in_place,
                   min(n.ordinal) as ordinal,
                   (array_agg(e.id order by n.ordinal))[1] as id,
                   (array_agg(e.stream_id order by n.ordinal))[1] as stream
            into known
            from unnest(event_id[first_event:last_event], event_stream[first_event:last_event])
                with ordinality as n (id, stream, ordinal)
            join {events}.mt_events as e on e.id = n.id;
            if known.here > 0 then
                verdict := case when known.in_place = last_event - first_event + 1 then 'already_written' else 'id_in_use' end;
                offending := known.id;
                offending_event := first_event - 1 + known.ordinal;
                offending_number := 0;
                holder := known.stream;
            end if;

            if verdict = 'already_written' then
                select e.id, e.seq_id, n.ordinal
                into known
                from unnest(event_id[first_event:last_event], event_type[first_event:last_event], event_data[first_event:last_event])
                    with ordinality as n (id, type, data, ordinal)
                join {events}.mt_events as e on e.id = n.id
                where e.type <> n.type
                   or (e.data <> n.data and not exists (select from {ledger}.masked_event as m where m.seq = e.seq_id))
                order by n.ordinal
                limit 1;
                if found then
                    verdict := 'id_in_use';
                    offending := known.id;
                    offending_event := first_event - 1 + known.ordinal;
                    offending_number := known.seq_id;
                    holder := event_stream[offending_event];
                end if;
            end if;
        end if;

        if verdict = 'written' then
            for p in first_part..last_part loop
                s := part_stream[p];
                if archived[s] then
                    verdict := 'archived';
                    exit;
                end if;
            end loop;
        end if;

        if verdict = 'written' then
            for p in first_part..last_part loop
                s := part_stream[p];
                if part_expected[p] <> versions[s] then
                    verdict := 'wrong_version';
                    exit;
                end if;
            end loop;
        end if;

        for p in first_part..last_part loop
            s := part_stream[p];
            part_version[p] := versions[s];
            part_outcome[p] := verdict;
            if verdict = 'written' then
                kept[s] := true;
                if part_count[p] > 0 then
                    changed[s] := true;
                    part_drawn[p] := accepted;
                    accepted := accepted + part_count[p];
                    part_base[p] := versions[s];
                    times[s] := greatest(moment, times[s]);
                    versions[s] := versions[s] + part_count[p];
                    part_version[p] := versions[s];
                end if;
            elsif verdict = 'already_written' then
                if part_count[p] = 0 then
                    any_refused := true;
                else
                    kept[s] := true;
                    select max(e.version) as version, max(e.seq_id) as seq_id into known
                    from {events}.mt_events as e
                    where e.id = any (event_id[part_offset[p] + 1:part_offset[p] + part_count[p]]);
                    part_version[p] := known.version;
                    part_sequence[p] := known.seq_id;
                end if;
            else
                any_refused := true;
                if verdict = 'wrong_version' and (part_expected[p] <> versions[s]) is not true
                    or verdict = 'archived' and not archived[s]
                    or verdict = 'id_in_use'
                        and offending_event not between part_offset[p] + 1 and part_offset[p] + part_count[p] then
                    part_outcome[p] := 'not_at_fault';
                elsif verdict = 'id_in_use' then
                    part_id[p] := offending;
                    part_holder[p] := holder;
                    part_sequence[p] := offending_number;
                end if;
            end if;
        end loop;

        first_part := last_part + 1;
    end loop;

    if accepted > 0 then
        select array_agg(nextval(sequence)) into drawn from generate_series(1, accepted);

        insert into {events}.mt_events (
            seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
            correlation_id, causation_id, headers, is_archived)
        select drawn[part_drawn[e.part] + e.ordinal - part_offset[e.part]],
               e.id,
               e.stream,
               part_base[e.part] + e.ordinal - part_offset[e.part],
               e.data,
               e.type,
               times[part_stream[e.part]],
               {tenant},
               e.clr_type,
               e.correlation,
               e.causation,
               e.headers,
               false
        from unnest(event_part, event_stream, event_id, event_type, event_clr_type, event_data, event_headers,
                    event_correlation, event_causation)
             with ordinality as e (part, stream, id, type, clr_type, data, headers, correlation, causation, ordinal)
        where part_base[e.part] >= 0;

        update {events}.mt_streams as t
        set version = n.version,
            "timestamp" = n.time
        from unnest(p_streams, versions, times, changed) as n (name, version, time, changed)
        where t.id = n.name
          and n.changed;

        if p_projections is not null then
            perform set_config('ledger.touched', array_agg(n.name)::text, true)
            from unnest(p_streams, changed) as n (name, changed)
            where n.changed;
        end if;

        if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
            perform {ledger}.tag_events_v1(event_id);
        end if;
    end if;

    if any_refused and cardinality(made_here) > 0 then
        delete from {events}.mt_streams as t
        using unnest(p_streams, kept) as n (name, kept)
        where t.id = n.name
          and t.id = any (made_here)
          and not n.kept;
    end if;

    for p in 1..part_total loop
        outcome := part_outcome[p];
        version := part_version[p];
        last_sequence := case when part_base[p] >= 0 then drawn[part_drawn[p] + part_count[p]] else part_sequence[p] end;
        id_in_use := part_id[p];
        id_holder := part_holder[p];
        return next;
    end loop;
end
$function$;
