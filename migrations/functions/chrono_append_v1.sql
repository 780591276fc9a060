-- Appends events to a record store and writes the rows that follow from them, if the store's head is as the writer believes.
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
begin
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
