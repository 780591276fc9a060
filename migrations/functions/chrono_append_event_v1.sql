-- What chrono_append_event_v2 does, for nodes of the version before.
--   p_*, after_*, event_*, row_*  as for chrono_append_event_v2
-- Result: as that of chrono_append_event_v2.
create or replace function {ledger}.chrono_append_event_v1(
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
    row_spelled text)
returns boolean
language sql
volatile
as $function$
    select {ledger}.chrono_append_event_v2(
        p_stream, p_version, p_seq, p_hash, after_seq, after_hash, event_id, event_type, event_clr_type, event_data, event_headers,
        row_key, row_id, row_kind, row_status, row_confidence, row_text, row_spelled, false)
$function$;
