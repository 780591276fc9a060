-- Appends events to a record store and writes the rows that follow from them, if the store's head is as the writer believes. A store that has a head takes one
-- statement; append_events_v3 and chrono_rows_v1 do the same step by step, and decide what it does not write.
--   p_version               the version that the stream must have
--   event_*, p_projections  as for append_events_v3, but an element for each event
--   the others              as for chrono_rows_v1
-- Result: written, or the outcome of append_events_v3, and nothing was written.
create or replace function {ledger}.chrono_append_v1(
    p_stream text,
    p_version bigint,
    p_seq bigint,
    p_hash text,
    after_version bigint,
    after_seq bigint,
    after_hash text,
    event_id uuid[],
    event_type text[],
    event_clr_type text[],
    event_data jsonb[],
    event_headers jsonb[],
    row_key bytea[],
    row_ordinal bigint[],
    row_seq bigint[],
    row_id text[],
    row_kind text[],
    row_status text[],
    row_confidence double precision[],
    row_text text[],
    row_spelled text[],
    change_key bytea[],
    change_version bigint[],
    change_applied boolean[],
    p_projections text[])
returns text
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    outcome text;
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    stream_moved bigint;
    head_moved bigint;
begin
    -- No other stream: append_events_v3 refuses some. The ids are as they were before the stream was locked, whose version says that nothing came to it since;
    -- one that came to another stream is refused by the index.
    if p_seq > 0 and p_projections is null and starts_with(p_stream, 'chrono:') then
        with stream as (
            update {events}.mt_streams as t
            set version = p_version + cardinality(event_id),
                "timestamp" = greatest(clock_timestamp(), t."timestamp")
            where t.id = p_stream
              and t.version = p_version
              and t.is_archived is not true
              and not exists (select from {events}.mt_events as e where e.id = any (event_id))
              and not exists (select from {ledger}.chrono_archive as a where a.id = any (event_id))
            returning t."timestamp"),
        head as (
            update {ledger}.chrono_head as h
            set version = after_version,
                seq = after_seq,
                hash = after_hash
            from stream as s
            where h.stream = p_stream
              and h.seq = p_seq
              and h.hash = p_hash
              and h.version >= 0
            returning s."timestamp"),
        event as (
            insert into {events}.mt_events (
                seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, headers, is_archived)
            select nextval(sequence), e.id, p_stream, p_version + e.ordinal, e.data, e.type, h."timestamp", {tenant}, e.clr_type, e.headers, false
            from head as h
            cross join (
                select generate_series(1, cardinality(event_id)) as ordinal,
                       unnest(event_id) as id,
                       unnest(event_data) as data,
                       unnest(event_type) as type,
                       unnest(event_clr_type) as clr_type,
                       unnest(event_headers) as headers) as e),
        record as (
            insert into {ledger}.chrono_record as r (stream, key, ordinal, seq, id, kind, status, confidence, text, spelled)
            select p_stream, n.key, n.ordinal, n.seq, n.id, n.kind, n.status, n.confidence, n.text, n.spelled
            from head as h
            cross join unnest(row_key, row_ordinal, row_seq, row_id, row_kind, row_status, row_confidence, row_text, row_spelled)
                as n (key, ordinal, seq, id, kind, status, confidence, text, spelled)
            on conflict ({tenant_key}stream, key) do update
            set seq = excluded.seq,
                id = excluded.id,
                kind = excluded.kind,
                status = excluded.status,
                confidence = excluded.confidence,
                text = excluded.text,
                spelled = excluded.spelled),
        change as (
            insert into {ledger}.chrono_change (stream, key, version, applied)
            select p_stream, n.key, n.version, n.applied
            from head as h
            cross join unnest(change_key, change_version, change_applied) as n (key, version, applied)
            on conflict ({tenant_key}stream, key, version) do nothing)
        select (select count(*) from stream), (select count(*) from head) into stream_moved, head_moved;
        if head_moved > 0 then
            if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
                perform {ledger}.tag_events_v1(event_id);
            end if;

            return 'written';
        elsif stream_moved > 0 then
            raise exception 'the head of % is not seq %', p_stream, p_seq using errcode = 'LG010';
        end if;
    end if;

    -- Archived events are looked up only where there are any; the stream's own are by append_events_v3.
    if exists (select from {ledger}.chrono_archive as a where a.id = any (event_id)) then
        return 'already_written';
    end if;

    select coalesce(a.outcome, 'written') into outcome
    from {ledger}.append_events_v3(
        p_stream, p_version, event_id, event_type, event_clr_type, event_data, event_headers, '{}', '{}', false, p_projections) as a;
    if outcome = 'written' then
        perform {ledger}.chrono_rows_v1(
            p_stream, p_seq, p_hash, after_version, after_seq, after_hash,
            row_key, row_ordinal, row_seq, row_id, row_kind, row_status, row_confidence, row_text, row_spelled,
            change_key, change_version, change_applied);
    end if;

    return outcome;
end
$function$;
