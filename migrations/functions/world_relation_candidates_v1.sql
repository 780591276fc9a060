-- The relations that objects were an end of at some time in a history.
--   p_stream    the run or branch
--   p_position  the number of events
--   p_objects   the ids of the objects
-- Result: the ids of the relations.
create or replace function {ledger}.world_relation_candidates_v1(p_stream text, p_position bigint, p_objects text[])
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
    return (
        select array_agg(c.id)
        from (
            select distinct x.id
            from {ledger}.world_segment_v1(p_stream, p_position) as s
            cross join unnest(p_objects) as n (id)
            cross join lateral (
                select r.id from {ledger}.world_relation as r where r.stream = s.stream and r.source_id = n.id
                union all
                select r.id from {ledger}.world_relation as r where r.stream = s.stream and r.target_id = n.id
                union all
                select r.id from {ledger}.world_relation_past as r where r.stream = s.stream and r.source_id = n.id
                union all
                select r.id from {ledger}.world_relation_past as r where r.stream = s.stream and r.target_id = n.id) as x
            order by x.id) as c);
end
$function$;
