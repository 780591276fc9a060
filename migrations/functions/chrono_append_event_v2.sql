-- Appends one event to a record store and writes the row that follows from it, as chrono_append_v1 does with several: single values need neither arrays nor rows made of
-- them. Only for a store that has a head, in a stream chrono:{project}, without projections after it; what it does not write, chrono_append_v1 decides. A head alone makes no
-- stream such a store: chrono_rows_v1 gives one to any.
--   p_stream, p_version  the stream, and the version that it must have
--   p_seq, p_hash        the head that the store must have
--   after_seq, after_hash  its head afterwards, at the event's version
--   event_*              the columns of the event
--   row_*                the columns of its record; an existing record keeps its ordinal, a new one gets the version of the event
--   p_new                whether the id was made for this call, so that it cannot be in the log and is not looked up
-- Result: whether it was written; LG010 if the stream is as expected and the head is not.
create or replace function {ledger}.chrono_append_event_v2(
    p_stream text,
    p_version bigint,
    p_seq bigint,
    p_hash text,
    after_seq bigint,
    after_hash text,
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    row_key bytea,
    row_id text,
    row_kind text,
    row_status text,
    row_confidence double precision,
    row_text text,
    row_spelled text,
    p_new boolean)
returns boolean
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    own_time timestamptz;
begin
    -- Before the stream is locked, whose version says that nothing came to it since; an id that came to another stream is refused by the index.
    if not p_new then
        if exists (select from {events}.mt_events as e where e.id = event_id)
            or exists (select from {ledger}.chrono_archive as a where a.id = event_id) then
            return false;
        end if;
    end if;

    -- One table a statement: a statement of several takes longer to set up than all of these.
    update {events}.mt_streams as t
    set version = p_version + 1,
        "timestamp" = greatest(clock_timestamp(), t."timestamp")
    where t.id = p_stream
      and starts_with(p_stream, 'chrono:')
      and p_seq > 0
      and t.version = p_version
      and t.is_archived is not true
    returning t."timestamp" into own_time;
    if not found then
        return false;
    end if;

    update {ledger}.chrono_head as h
    set version = p_version + 1,
        seq = after_seq,
        hash = after_hash
    where h.stream = p_stream
      and h.seq = p_seq
      and h.hash = p_hash
      and h.version >= 0;
    if not found then
        raise exception 'the head of % is not seq %', p_stream, p_seq using errcode = 'LG010';
    end if;

    insert into {events}.mt_events (
        seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type, headers, is_archived)
    values (nextval(sequence), event_id, p_stream, p_version + 1, event_data, event_type, own_time, {tenant}, event_clr_type, event_headers, false);

    insert into {ledger}.chrono_record as r (stream, key, ordinal, seq, id, kind, status, confidence, text, spelled)
    values (p_stream, row_key, p_version + 1, after_seq, row_id, row_kind, row_status, row_confidence, row_text, row_spelled)
    on conflict ({tenant_key}stream, key) do update
    set seq = excluded.seq,
        id = excluded.id,
        kind = excluded.kind,
        status = excluded.status,
        confidence = excluded.confidence,
        text = excluded.text,
        spelled = excluded.spelled;

    -- Of a version that is new: one that is there makes it fail, and chrono_append_v1 decides.
    insert into {ledger}.chrono_change (stream, key, version, applied)
    values (p_stream, row_key, p_version + 1, true);

    if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
        perform {ledger}.tag_events_v1(array[event_id]);
    end if;

    return true;
end
$function$;
