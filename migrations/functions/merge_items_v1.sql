-- The objects and relations of a merge, and what becomes of each before any decision: those that the source changed, and the target's
-- relations to objects that the source removed.
--   p_target, p_target_at       the history that is merged into, and its length
--   p_source, p_source_at       the history that is merged, and how much of it
--   p_base_streams, p_base_ats  the newest common states
--   p_deep                      as for merge_state_v1
-- Result: a row for each: its state in the common states and on both sides, as merge_states_v1 returns it, its state after the merge, and
-- the conflict, as merge_state_v1 returns them; and a row of the kind lost for each object that the target removed, that the source has
-- unchanged, and that a relation changed by the source leads to.
create or replace function {ledger}.merge_items_v1(
    p_target text, p_target_at bigint, p_source text, p_source_at bigint, p_base_streams text[], p_base_ats bigint[], p_deep jsonb)
returns table (kind text, id text, bases jsonb[], ours jsonb, theirs jsonb, result jsonb, conflict text)
language plpgsql
stable
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
#variable_conflict use_column
declare
    objects text[];
    relations text[];
    touching text[] := '{}';
    removed text[];
    ends text[];
begin
    select coalesce(array_agg(distinct d.id) filter (where d.kind = 'object'), '{}'),
           coalesce(array_agg(distinct d.id) filter (where d.kind = 'relation'), '{}')
    into objects, relations
    from unnest(p_base_streams, p_base_ats) as b (stream, at)
    cross join lateral {ledger}.world_diff_v1(b.stream, b.at, p_source, p_source_at) as d;

    with theirs as materialized (
        select s.* from {ledger}.merge_states_v1(p_source, p_source_at, objects, relations, '{}') as s
    )
    select array(select o.id from unnest(objects) as o (id) where not exists (select from theirs as t where t.kind = 'object' and t.id = o.id)),
           array(
               select t.state ->> 'source_id' from theirs as t where t.kind = 'relation'
               union
               select t.state ->> 'target_id' from theirs as t where t.kind = 'relation'
               except
               select o.id from unnest(objects) as o (id))
    into removed, ends;

    if removed <> '{}' then
        touching := array(
            select s.id
            from {ledger}.merge_states_v1(p_target, p_target_at, '{}', '{}', removed) as s
            where s.kind = 'relation'
              -- Hashed, as below: an array is searched from its beginning for every row.
              and (s.state ->> 'source_id' in (select o.id from unnest(removed) as o (id))
                  or s.state ->> 'target_id' in (select o.id from unnest(removed) as o (id)))
              and s.id not in (select r.id from unnest(relations) as r (id)));
    end if;

    return query
    with entity as materialized (
        select 'object' as kind, o.id, false as is_touching from unnest(objects) as o (id)
        union all
        select 'relation', r.id, false from unnest(relations) as r (id)
        union all
        select 'relation', t.id, true from unnest(touching) as t (id)
    ),
    base as materialized (
        select b.ordinal, s.*
        from unnest(p_base_streams, p_base_ats) with ordinality as b (stream, at, ordinal)
        cross join lateral {ledger}.merge_states_v1(b.stream, b.at, objects || ends, relations || touching, '{}') as s
    ),
    ours as materialized (
        select s.* from {ledger}.merge_states_v1(p_target, p_target_at, objects || ends, relations || touching, '{}') as s
    ),
    theirs as materialized (
        select s.* from {ledger}.merge_states_v1(p_source, p_source_at, objects, relations, '{}') as s
    ),
    based as (
        select e.kind, e.id, e.is_touching, array_agg(b.state order by n.ordinal) as states
        from entity as e
        cross join generate_series(1, cardinality(p_base_streams)) as n (ordinal)
        left join base as b on b.kind = e.kind and b.id = e.id and b.ordinal = n.ordinal
        where not e.is_touching or n.ordinal = 1
        group by e.kind, e.id, e.is_touching
    ),
    item as (
        select b.kind, b.id, b.states, o.state as ours, case when b.is_touching then b.states[1] else t.state end as theirs
        from based as b
        left join ours as o on o.kind = b.kind and o.id = b.id
        left join theirs as t on t.kind = b.kind and t.id = b.id
    )
    select i.kind, i.id, i.states, i.ours, i.theirs, m.result, m.conflict
    from item as i
    cross join lateral {ledger}.merge_state_v1(i.ours, i.theirs, i.states, p_deep) as m
    union all
    select 'lost', b.id, array[b.state], null, b.state, null, null
    from base as b
    where b.ordinal = 1
      and b.kind = 'object'
      -- Hashed, however few the planner expects.
      and (b.id in (select e.id from unnest(ends) as e (id))) is true
      and (b.id in (select o.id from ours as o where o.kind = 'object')) is not true;
end
$function$;
