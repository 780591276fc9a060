-- The questions to worlds as functions that keep their plans. A function in SQL with settings of its own is planned at each call, which
-- took longer than the answer: two thirds of the time of a question for one object, and half of that for a world of 1,000.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own. The texts are those of 0007 and 0009, but for history, which
-- reads the events that are asked for and no others.

-- How many events a history has.
create or replace function {ledger}.history_length_v1(p_stream text)
returns bigint
language plpgsql
stable
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    return (
        select coalesce((select sum(g.taken) from {ledger}.lineage as g where g.branch = p_stream), 0)::bigint
             + coalesce((select t.version from {events}.mt_streams as t where t.id = p_stream), 0));
end
$function$;

-- What the rows can say of the first p_position events of a history (null: of all). One row: the length of the history; how many of the
-- events they can stand for, fewer where one cannot be applied; whether rows are missing there; whether the budget is exhausted there.
create or replace function {ledger}.world_reach_v1(p_stream text, p_position bigint)
returns table (length bigint, reach bigint, lags boolean, budget_exhausted boolean)
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
    with asked as (
        select l.length, least(coalesce(p_position, l.length), l.length) as position
        from (select {ledger}.history_length_v1(p_stream) as length) as l
    ),
    segment as materialized (
        select s.before, s.upto, h.version, h.fault_version, h.budget_version
        from asked as a
        cross join lateral {ledger}.world_segment_v1(p_stream, a.position) as s
        left join {ledger}.world_head as h on h.stream = s.stream
    ),
    reached as (
        select a.length,
               coalesce(
                   (select min(s.before + greatest(s.fault_version, 1) - 1) from segment as s where s.fault_version <= s.upto),
                   a.position) as reach
        from asked as a
    )
    select r.length,
           r.reach,
           exists (
               select from segment as s
               where s.before < r.reach and (s.version is null or s.fault_version is null and s.version < s.upto)),
           exists (select from segment as s where s.budget_version <= least(s.upto, r.reach - s.before))
    from reached as r;
end
$function$;

-- The objects and relations after the first p_position events of a history, each kind in the order of creation.
create or replace function {ledger}.world_at_v1(p_stream text, p_position bigint)
returns table (
    kind text, id text, type text, source_id text, target_id text, data jsonb, created_at bigint, changed_at bigint)
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
    object as (
        select distinct on (o.id) o.id, x.*, s.before + x.valid_from - 1 as changed_at
        from segment as s
        join {ledger}.world_object as o on o.stream = s.stream
        cross join lateral (
            select o.type, o.data, o.created_at, o.valid_from, o.removed
            where o.valid_from <= s.upto
            union all
            (select p.type, p.data, p.created_at, p.valid_from, p.removed
             from {ledger}.world_object_past as p
             where o.valid_from > s.upto and p.stream = o.stream and p.id = o.id and p.valid_from <= s.upto
             order by p.valid_from desc
             limit 1)) as x
        order by o.id, s.ordinal desc
    ),
    relation as (
        select distinct on (r.id) r.id, x.*, s.before + x.valid_from - 1 as changed_at
        from segment as s
        join {ledger}.world_relation as r on r.stream = s.stream
        cross join lateral (
            select r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
            where r.valid_from <= s.upto
            union all
            (select p.type, p.source_id, p.target_id, p.data, p.created_at, p.valid_from, p.removed
             from {ledger}.world_relation_past as p
             where r.valid_from > s.upto and p.stream = r.stream and p.id = r.id and p.valid_from <= s.upto
             order by p.valid_from desc
             limit 1)) as x
        order by r.id, s.ordinal desc
    )
    select w.*
    from (
        select 'object', o.id, o.type, null, null, o.data, o.created_at, o.changed_at from object as o where not o.removed
        union all
        select 'relation', r.id, r.type, r.source_id, r.target_id, r.data, r.created_at, r.changed_at
        from relation as r
        where not r.removed) as w (kind, id, type, source_id, target_id, data, created_at, changed_at)
    order by w.kind, w.created_at;
end
$function$;

-- How many first events two histories have in common, each taken up to a position.
create or replace function {ledger}.world_common_v1(p_a text, p_at_a bigint, p_b text, p_at_b bigint)
returns bigint
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
        with pair as (
            select a.before, least(a.upto, b.upto) as shared, a.upto = b.upto as whole, a.stream = b.stream as same
            from {ledger}.world_segment_v1(p_a, p_at_a) as a
            join {ledger}.world_segment_v1(p_b, p_at_b) as b on b.before = a.before
        )
        select coalesce(sum(p.shared), 0)::bigint
        from pair as p
        where p.same
          and not exists (select from pair as e where e.before < p.before and not (e.same and e.whole)));
end
$function$;

-- What differs between two histories, each taken up to a position: the state of every object and relation that differs, null where there
-- is none. Read from the events behind the common ones, whatever the size of the worlds.
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
    touched as materialized (
        select distinct case when m.type like 'object.%' then 'object' else 'relation' end as kind, m.data ->> 'id' as id
        from segment as s
        cross join lateral (
            select e.type, e.data
            from {events}.mt_events as e
            where e.stream_id = s.stream
              and e.version > s.same
              and e.version <= s.upto
              and e.type in ('object.created', 'object.patched', 'object.removed', 'relation.created', 'relation.removed')
            offset 0) as m
        where s.same < s.upto
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

-- Objects as they stand after the first p_position events of a history: of p_ids those that are there, by id.
create or replace function {ledger}.world_objects_at_v1(p_stream text, p_position bigint, p_ids text[])
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
#variable_conflict use_column
begin
    return query
    with segment as materialized (
        select s.* from {ledger}.world_segment_v1(p_stream, p_position) as s
    ),
    object as (
        select distinct on (o.id) o.id, x.type, x.data, x.removed
        from unnest(p_ids) as n (id)
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
    select o.id, o.type, o.data from object as o where not o.removed order by o.id;
end
$function$;

-- Relations, as world_objects_at_v1 for objects.
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

-- The ids of the relations that objects were an end of at some time in the history of p_stream up to p_position.
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

create or replace function {ledger}.history(p_stream text, p_from bigint default 0, p_to bigint default null)
returns table (
    at bigint, stream text, version bigint, id uuid, type text, data jsonb, headers jsonb, "timestamp" timestamptz)
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
    select s.before + m.version - 1, s.stream, m.version, m.id, m.type::text, m.data, m.headers, m."timestamp"
    from {ledger}.world_segment_v1(p_stream, coalesce(p_to, {ledger}.history_length_v1(p_stream))) as s
    cross join lateral (
        select e.version, e.id, e.type, e.data, e.headers, e."timestamp"
        from {events}.mt_events as e
        where e.stream_id = s.stream
          and e.version > p_from - s.before
          and e.version <= s.upto
        offset 0) as m
    order by s.ordinal, m.version;
end
$function$;
