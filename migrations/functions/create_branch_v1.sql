-- What create_branch_v2 does, for nodes of the version before, which write the rows of worlds themselves afterwards and find them written.
--   p_*, segment_*, event_*  as for create_branch_v2
-- Result: as that of create_branch_v2.
create or replace function {ledger}.create_branch_v1(
    p_stream text,
    p_parent text,
    p_root text,
    p_fork_position bigint,
    p_name text,
    segment_stream text[],
    segment_taken bigint[],
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    event_correlation text,
    event_causation text,
    p_projections text[],
    out outcome text,
    out created_at timestamptz,
    out id_holder text,
    out prefix_length bigint)
language sql
volatile
as $function$
    select a.outcome, a.created_at, a.id_holder, a.prefix_length
    from {ledger}.create_branch_v2(p_stream, p_parent, p_root, p_fork_position, p_name, segment_stream, segment_taken, event_id, event_type, event_clr_type, event_data, event_headers, event_correlation, event_causation, p_projections) as a
$function$;
