-- What fork_v2 does, for nodes of the version before, which write the rows of worlds themselves afterwards and find them written.
--   p_*, event_*  as for fork_v2
-- Result: as that of fork_v2.
create or replace function {ledger}.fork_v1(
    p_stream text,
    p_name text,
    p_parent text,
    p_position bigint,
    p_max_depth integer,
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    event_causation text,
    p_projections text[],
    out outcome text,
    out root text,
    out fork_position bigint,
    out segment_stream text[],
    out segment_taken bigint[],
    out created_at timestamptz,
    out id_holder text,
    out available bigint)
language sql
volatile
as $function$
    select a.outcome, a.root, a.fork_position, a.segment_stream, a.segment_taken, a.created_at, a.id_holder, a.available
    from {ledger}.fork_v2(p_stream, p_name, p_parent, p_position, p_max_depth, event_id, event_type, event_clr_type, event_data, event_headers, event_causation, p_projections) as a
$function$;
