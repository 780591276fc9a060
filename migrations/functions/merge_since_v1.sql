-- Where a history goes on from what others contain.
--   p_stream        the run or branch
--   p_at            the number of its first events
--   p_base_streams  the runs or branches that may contain events of it
--   p_base_ats      the number of first events of each
--   p_merges        the merges, from merge_events_v1
-- Result: the position of its first event that one of them does not contain; p_at if all contain all.
create or replace function {ledger}.merge_since_v1(
    p_stream text, p_at bigint, p_base_streams text[], p_base_ats bigint[], p_merges jsonb)
returns bigint
language plpgsql
stable
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    return (
        with contained as materialized (
            select b.ordinal, c.stream, c.upto
            from unnest(p_base_streams, p_base_ats) with ordinality as b (stream, at, ordinal)
            cross join lateral {ledger}.merge_contents_v1(b.stream, b.at, p_merges) as c
        )
        select coalesce(min(s.before + coalesce(c.upto, 0)), p_at)
        from generate_series(1, cardinality(p_base_streams)) as b (ordinal)
        cross join {ledger}.world_segment_v1(p_stream, p_at) as s
        left join contained as c on c.ordinal = b.ordinal and c.stream = s.stream
        where coalesce(c.upto, 0) < s.upto);
end
$function$;
