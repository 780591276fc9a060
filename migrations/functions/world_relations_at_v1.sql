-- Several relations after the first p_position events of a history.
--   p_stream    the run or branch
--   p_position  the number of events
--   p_ids       the ids of the relations
-- Result: a row for each that exists, by id.
create or replace function {ledger}.world_relations_at_v1(p_stream text, p_position bigint, p_ids text[])
returns table (id text, type text, source_id text, target_id text, data jsonb)
language plpgsql
stable
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
    with segment as materialized (
        select s.* from {ledger}.world_segment_v1(p_stream, p_position) as s
    ),
    relation as (
        select distinct on (r.id) r.id, x.type, x.source_id, x.target_id, x.data, x.removed
        from unnest(p_ids) as n (id)
        cross join segment as s
        join {ledger}.world_relation as r on r.stream = s.stream and r.id = n.id
        cross join lateral (
            select r.type, r.source_id, r.target_id, r.data, r.removed
            where r.valid_from <= s.upto
            union all
            (select p.type, p.source_id, p.target_id, p.data, p.removed
             from {ledger}.world_relation_past as p
             where r.valid_from > s.upto and p.stream = r.stream and p.id = r.id and p.valid_from <= s.upto
             order by p.valid_from desc
             limit 1)) as x
        order by r.id, s.ordinal desc
    )
    select r.id, r.type, r.source_id, r.target_id, r.data from relation as r where not r.removed order by r.id;
end
$function$;
