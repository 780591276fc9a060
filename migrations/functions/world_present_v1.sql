-- Which of some objects exist after the first p_position events of a history.
--   p_stream    the run or branch
--   p_position  the number of events
--   p_ids       the ids of the objects
-- Result: the ids of those that exist.
create or replace function {ledger}.world_present_v1(p_stream text, p_position bigint, p_ids text[])
returns text[]
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    if p_ids = '{}' then
        return '{}';
    end if;

    return (
        with segment as materialized (
            select s.* from {ledger}.world_segment_v1(p_stream, p_position) as s
        ),
        object as (
            select distinct on (o.id) o.id, x.removed
            from unnest(p_ids) as n (id)
            cross join segment as s
            join {ledger}.world_object as o on o.stream = s.stream and o.id = n.id
            cross join lateral (
                select o.removed
                where o.valid_from <= s.upto
                union all
                (select p.removed
                 from {ledger}.world_object_past as p
                 where o.valid_from > s.upto and p.stream = o.stream and p.id = o.id and p.valid_from <= s.upto
                 order by p.valid_from desc
                 limit 1)) as x
            order by o.id, s.ordinal desc
        )
        select coalesce(array_agg(o.id), '{}') from object as o where not o.removed);
end
$function$;
