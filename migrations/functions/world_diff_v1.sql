-- What differs between two histories. What changed after the common events is read from the rows of a stream, or from its events where
-- those are fewer.
--   p_a, p_at_a  the first history and the position that it is taken up to
--   p_b, p_at_b  the second one
-- Result: a row for each object and relation that differs, with its old and its new state; null where it does not exist.
create or replace function {ledger}.world_diff_v1(p_a text, p_at_a bigint, p_b text, p_at_b bigint)
returns table (
    kind text, id text,
    old_type text, old_source_id text, old_target_id text, old_data jsonb,
    new_type text, new_source_id text, new_target_id text, new_data jsonb)
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
    with common as materialized (
        select {ledger}.world_common_v1(p_a, p_at_a, p_b, p_at_b) as length
    ),
    segment as materialized (
        select s.stream, s.upto, greatest((select c.length from common as c) - s.before, 0) as same
        from {ledger}.world_segment_v1(p_a, p_at_a) as s
        union all
        select s.stream, s.upto, greatest((select c.length from common as c) - s.before, 0)
        from {ledger}.world_segment_v1(p_b, p_at_b) as s
    ),
    changed as materialized (
        select s.stream,
               s.upto,
               s.same,
               (select count(*)
                from (
                    select from {ledger}.world_object as o where o.stream = s.stream
                    union all
                    select from {ledger}.world_relation as r where r.stream = s.stream
                    limit s.upto - s.same) as n) < s.upto - s.same as by_rows
        from segment as s
        where s.same < s.upto
    ),
    touched as materialized (
        select 'object' as kind, m.id
        from changed as s
        cross join lateral (
            select o.id from {ledger}.world_object as o where o.stream = s.stream and o.valid_from > s.same offset 0) as m
        where s.by_rows
        union
        select 'relation', m.id
        from changed as s
        cross join lateral (
            select r.id from {ledger}.world_relation as r where r.stream = s.stream and r.valid_from > s.same offset 0) as m
        where s.by_rows
        union
        select case when m.type like 'object.%' then 'object' else 'relation' end, m.data ->> 'id'
        from changed as s
        cross join lateral (
            select e.type, e.data
            from {events}.mt_events as e
            where e.stream_id = s.stream
              and e.version > s.same
              and e.version <= s.upto
              and e.type in ('object.created', 'object.patched', 'object.removed', 'relation.created', 'relation.removed')
            offset 0) as m
        where not s.by_rows
    )
    select t.kind, t.id, a.type, null, null, a.data, b.type, null, null, b.data
    from touched as t
    left join lateral {ledger}.world_object_at_v1(p_a, t.id, p_at_a) as a on not a.removed
    left join lateral {ledger}.world_object_at_v1(p_b, t.id, p_at_b) as b on not b.removed
    where t.kind = 'object'
      and (a.type, a.data) is distinct from (b.type, b.data)
    union all
    select t.kind, t.id, a.type, a.source_id, a.target_id, a.data, b.type, b.source_id, b.target_id, b.data
    from touched as t
    left join lateral {ledger}.world_relation_at_v1(p_a, t.id, p_at_a) as a on not a.removed
    left join lateral {ledger}.world_relation_at_v1(p_b, t.id, p_at_b) as b on not b.removed
    where t.kind = 'relation'
      and (a.type, a.source_id, a.target_id, a.data) is distinct from (b.type, b.source_id, b.target_id, b.data);
end
$function$;
