-- A page of the relations after the first p_position events of a history.
--   p_stream     the run or branch
--   p_position   the number of events
--   p_type       the type that the relations must have, or null
--   p_object     an object that must be an end of each, or null
--   p_direction  which end: out (the source), in (the target) or any
--   p_after      the id before the page (null: from the first)
--   p_limit      the size of the page
-- Result: a row for each relation, by id: at least p_limit, or the last ones.
create or replace function {ledger}.world_relations_v1(
    p_stream text, p_position bigint, p_type text, p_object text, p_direction text, p_after text, p_limit integer)
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
declare
    reached text := p_after;
    candidates text[];
    page integer;
    given integer := 0;
begin
    loop
        if p_object is null then
            select array_agg(c.id) into candidates
            from (
                select distinct x.id
                from {ledger}.world_segment_v1(p_stream, p_position) as s
                cross join lateral (
                    select r.id
                    from {ledger}.world_relation as r
                    where r.stream = s.stream
                      and r.id >= coalesce(reached, '')
                      and r.id is distinct from reached
                      and (p_type is null or r.type = p_type or r.valid_from > s.upto)
                    order by r.id
                    limit p_limit) as x
                order by x.id
                limit p_limit) as c;
        else
            select array_agg(c.id) into candidates
            from (
                select n.id
                from unnest({ledger}.world_relation_candidates_v1(p_stream, p_position, array[p_object])) as n (id)
                where n.id collate "C" >= coalesce(reached, '')
                  and n.id is distinct from reached
                order by n.id collate "C"
                limit p_limit) as c;
        end if;

        exit when candidates is null;
        return query
        select r.id, r.type, r.source_id, r.target_id, r.data
        from {ledger}.world_relations_at_v1(p_stream, p_position, candidates) as r
        where (p_type is null or r.type = p_type)
          and (p_object is null
               or p_direction <> 'in' and r.source_id = p_object
               or p_direction <> 'out' and r.target_id = p_object);
        get diagnostics page = row_count;
        given := given + page;
        reached := candidates[cardinality(candidates)];
        exit when given >= p_limit or cardinality(candidates) < p_limit;
    end loop;
end
$function$;
