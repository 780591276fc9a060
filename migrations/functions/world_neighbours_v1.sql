-- What is within p_depth relations of an object, followed in both directions, after the first p_position events of a history.
--   p_stream    the run or branch
--   p_position  the number of events
--   p_id        the object's id
--   p_depth     the number of relations
-- Result: the objects with their distance, the object itself first, without a type if it does not exist; then the relations with the
-- distance of their nearer end.
create or replace function {ledger}.world_neighbours_v1(p_stream text, p_position bigint, p_id text, p_depth integer)
returns table (kind text, distance integer, id text, type text, source_id text, target_id text, data jsonb)
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
    frontier text[] := array[p_id];
    reached text[] := array[p_id];
    expanded text[] := '{}';
    ends text[];
    r record;
begin
    for level in 0..p_depth loop
        return query
        select 'object', level, n.id, o.type, null, null, o.data
        from unnest(frontier) as n (id)
        left join {ledger}.world_objects_at_v1(p_stream, p_position, frontier) as o on o.id = n.id
        order by n.id collate "C";
        exit when level = p_depth;

        ends := '{}';
        for r in
            select x.*
            from {ledger}.world_relations_at_v1(
                p_stream, p_position, {ledger}.world_relation_candidates_v1(p_stream, p_position, frontier)) as x
            where (x.source_id = any (frontier) or x.target_id = any (frontier))
              and x.source_id <> all (expanded)
              and x.target_id <> all (expanded)
        loop
            kind := 'relation';
            distance := level;
            id := r.id;
            type := r.type;
            source_id := r.source_id;
            target_id := r.target_id;
            data := r.data;
            return next;
            ends := ends || r.source_id || r.target_id;
        end loop;

        expanded := expanded || frontier;
        frontier := array(select distinct n.id from unnest(ends) as n (id) where n.id <> all (reached));
        exit when cardinality(frontier) = 0;
        reached := reached || frontier;
    end loop;
end
$function$;
