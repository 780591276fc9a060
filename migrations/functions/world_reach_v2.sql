-- What the rows can say of the first p_position events of a history.
--   p_stream    the run or branch
--   p_position  the number of events (null: all)
-- Result: one row: the length of the history; the number of events that the rows can stand for, fewer if an id is too long for them;
-- whether rows are missing there; whether the budget is exhausted there; whether an event among them may be at fault.
create or replace function {ledger}.world_reach_v2(p_stream text, p_position bigint)
returns table (length bigint, reach bigint, lags boolean, budget_exhausted boolean, has_faults boolean)
language plpgsql
stable
rows 1
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
begin
    return query
    with asked as (
        select l.length, least(coalesce(p_position, l.length), l.length) as position
        from (select {ledger}.history_length_v1(p_stream) as length) as l
    ),
    segment as materialized (
        select s.before, s.upto, h.version, h.fault_version, h.cut_version, h.budget_version
        from asked as a
        cross join lateral {ledger}.world_segment_v1(p_stream, a.position) as s
        left join {ledger}.world_head as h on h.stream = s.stream
    ),
    reached as (
        select a.length,
               coalesce(
                   (select min(s.before + greatest(s.cut_version, 1) - 1) from segment as s where s.cut_version <= s.upto),
                   a.position) as reach
        from asked as a
    )
    select r.length,
           r.reach,
           exists (
               select from segment as s
               where s.before < r.reach and (s.version is null or s.cut_version is null and s.version < s.upto)),
           exists (select from segment as s where s.budget_version <= least(s.upto, r.reach - s.before)),
           exists (select from segment as s where s.fault_version <= s.upto)
    from reached as r;
end
$function$;
