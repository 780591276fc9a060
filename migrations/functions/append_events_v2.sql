-- What append_events_v3 does, for nodes of the version before, which write the rows of worlds themselves afterwards and find them written.
--   p_*, event_*  as for append_events_v3
-- Result: as that of append_events_v3.
create or replace function {ledger}.append_events_v2(
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
language sql
volatile
as $function$
    select a.outcome, a.version, a.last_sequence, a.id_in_use, a.id_holder, a.refusal
    from {ledger}.append_events_v3(p_stream, p_expected, event_id, event_type, event_clr_type, event_data, event_headers, event_correlation, event_causation, p_new, p_projections) as a
$function$;
