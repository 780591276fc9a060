-- What a state of a history contains, through forks and merges.
--   p_stream  the run or branch
--   p_at      the number of its first events
--   p_merges  the merges, from merge_events_v1
-- Result: a row for each stream: up to which version its events are contained.
create or replace function {ledger}.merge_contents_v1(p_stream text, p_at bigint, p_merges jsonb)
returns table (stream text, upto bigint)
language plpgsql
stable
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    with recursive merge as materialized (
        select m.*
        from jsonb_to_recordset(p_merges) as m (stream text, version bigint, source text, at bigint)
        where m.source is not null
    ),
    reach as (
        select s.stream, s.upto from {ledger}.world_segment_v1(p_stream, p_at) as s
        union
        select s.stream, s.upto
        from reach as r
        cross join lateral (
            select m.source, max(m.at) as at
            from merge as m
            where m.stream = r.stream and m.version <= r.upto
            group by m.source) as l
        cross join lateral {ledger}.world_segment_v1(l.source, l.at) as s
    )
    select r.stream, max(r.upto) from reach as r group by r.stream;
end
$function$;
