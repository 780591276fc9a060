-- What append_v4 does, for nodes of the version before, which write the rows of worlds themselves afterwards and find them written.
--   p_*, part_*, event_*  as for append_v4
-- Result: as that of append_v4.
create or replace function {ledger}.append_v3(
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
language sql
volatile
as $function$
    select a.outcomes, a.versions, a.sequences, a.ids, a.holders, a.refusals
    from {ledger}.append_v4(p_streams, part_request, part_stream, part_expected, part_count, event_stream, event_id, event_type, event_clr_type, event_data, event_headers, event_correlation, event_causation, p_new, p_projections) as a
$function$;
