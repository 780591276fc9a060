-- A page of the objects after the first p_position events of a history. A row of any segment makes a candidate; its nearest row decides what
-- the object is.
--   p_stream    the run or branch
--   p_position  the number of events
--   p_type      the type that the objects must have, or null
--   p_contains  what their data must contain (@>), or null
--   p_after     the id before the page (null: from the first)
--   p_limit     the size of the page
-- Result: a row for each object, by id: at least p_limit, or the last ones.
create or replace function {ledger}.world_objects_v1(
    p_stream text, p_position bigint, p_type text, p_contains jsonb, p_after text, p_limit integer)
returns table (id text, type text, data jsonb)
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
        if p_contains is null then
            select array_agg(c.id) into candidates
            from (
                select distinct x.id
                from {ledger}.world_segment_v1(p_stream, p_position) as s
                cross join lateral (
                    select o.id
                    from {ledger}.world_object as o
                    where o.stream = s.stream
                      and o.id >= coalesce(reached, '')
                      and o.id is distinct from reached
                      and (p_type is null or o.type = p_type or o.valid_from > s.upto)
                    order by o.id
                    limit p_limit) as x
                order by x.id
                limit p_limit) as c;
        else
            -- Apart from the order, so that an index on the data is used where there is one.
            select array_agg(c.id) into candidates
            from (
                select distinct x.id
                from {ledger}.world_segment_v1(p_stream, p_position) as s
                left join {ledger}.world_head as h on h.stream = s.stream
                cross join lateral (
                    (select o.id
                     from {ledger}.world_object as o
                     where o.stream = s.stream and o.data @> p_contains
                     offset 0)
                    union all
                    (select o.id
                     from {ledger}.world_object as o
                     where h.version > s.upto and o.stream = s.stream and o.valid_from > s.upto)) as x
                where x.id >= coalesce(reached, '')
                  and x.id is distinct from reached
                order by x.id
                limit p_limit) as c;
        end if;

        exit when candidates is null;
        return query
        select o.id, o.type, o.data
        from {ledger}.world_objects_at_v1(p_stream, p_position, candidates) as o
        where (p_type is null or o.type = p_type)
          and (p_contains is null or o.data @> p_contains);
        get diagnostics page = row_count;
        given := given + page;
        reached := candidates[cardinality(candidates)];
        exit when given >= p_limit or cardinality(candidates) < p_limit;
    end loop;
end
$function$;
