-- Some objects and relations after the first p_position events of a history. The rows must reach that far.
--   p_stream     the run or branch
--   p_position   the number of events
--   p_objects    the ids of the objects
--   p_relations  the ids of the relations
--   p_ends       the ids of objects whose relations are wanted too
-- Result: a row for each that exists. Relations that have left an object of p_ends by then may be among them.
create or replace function {ledger}.world_entities_v1(
    p_stream text, p_position bigint, p_objects text[], p_relations text[], p_ends text[])
returns table (kind text, id text, type text, source_id text, target_id text, data jsonb)
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
declare
    touching text[] := '{}';
begin
    if p_ends <> '{}' then
        touching := coalesce({ledger}.world_relation_candidates_v1(p_stream, p_position, p_ends), '{}');
    end if;

    return query
    with segment as materialized (
        select s.* from {ledger}.world_segment_v1(p_stream, p_position) as s
    ),
    object as (
        select distinct on (o.id) o.id, x.type, x.data, x.removed
        from unnest(p_objects) as n (id)
        cross join segment as s
        join {ledger}.world_object as o on o.stream = s.stream and o.id = n.id
        cross join lateral (
            select o.type, o.data, o.removed
            where o.valid_from <= s.upto
            union all
            (select p.type, p.data, p.removed
             from {ledger}.world_object_past as p
             where o.valid_from > s.upto and p.stream = o.stream and p.id = o.id and p.valid_from <= s.upto
             order by p.valid_from desc
             limit 1)) as x
        order by o.id, s.ordinal desc
    )
    select 'object', o.id, o.type, null::text, null::text, o.data
    from object as o
    where not o.removed
    union all
    select 'relation', r.id, r.type, r.source_id, r.target_id, r.data
    from {ledger}.world_relations_at_v1(p_stream, p_position, p_relations || touching) as r;
end
$function$;
