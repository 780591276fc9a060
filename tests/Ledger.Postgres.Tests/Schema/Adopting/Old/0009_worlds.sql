-- Rows of worlds at a lower price, and more questions to them.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.

-- Writes the rows of the events that streams have and their rows lack, at most p_limit events of each stream. The transaction must hold
-- the locks of the streams. A branch whose ancestors' rows lack events that it shares gets no rows until theirs are there.
-- A stream whose rows lack one event, which changes an object that has a row, is written here, with all others of its kind in one
-- statement: that is the batch of single appends. Whatever is rarer, or wrong, is left to fold_world_v1.
create or replace function {ledger}.project_world_v1(p_streams text[], p_limit bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    written text[];
begin
    with event as materialized (
        select h.stream,
               h.prefix,
               m.version,
               case m.type
                   when 'object.patched' then 'patch'
                   when 'object.created' then 'create'
                   when 'object.removed' then 'remove'
                   when 'relation.created' then 'other'
                   when 'relation.removed' then 'other'
                   when 'budget.exhausted' then 'other'
               end as act,
               m.data ->> 'id' as id,
               m.data ->> 'type' as type,
               coalesce(m.data -> case m.type when 'object.created' then 'data' else 'patch' end, '{}') as body,
               jsonb_typeof(m.data -> 'id') = 'string' and octet_length(m.data ->> 'id') <= 500 as has_id,
               jsonb_typeof(m.data -> 'type') = 'string' as has_type
        from {ledger}.world_head as h
        join {events}.mt_streams as t on t.id = h.stream and t.version = h.version + 1
        join {events}.mt_events as m on m.stream_id = t.id and m.version = t.version
        where h.stream = any (p_streams)
          and h.fault_version is null
    ),
    change as materialized (
        select e.stream,
               e.version,
               e.act,
               e.id,
               o.ctid as place,
               o.type as old_type,
               o.data as old_data,
               o.created_at as old_created_at,
               o.valid_from as old_from,
               o.removed as old_removed,
               case e.act when 'create' then e.type else o.type end as type,
               case e.act when 'create' then e.body when 'patch' then o.data || e.body when 'remove' then '{}' end as data,
               case when o.removed is false then o.created_at else e.prefix + e.version - 1 end as created_at
        from event as e
        left join {ledger}.world_object as o on o.stream = e.stream and o.id = e.id
        where e.act is null
           or e.has_id
              and jsonb_typeof(e.body) = 'object'
              and (e.act = 'create' and e.has_type and (e.prefix = 0 or o.id is not null)
                   or e.act in ('patch', 'remove') and o.removed is false)
    ),
    superseded as (
        insert into {ledger}.world_object_past (stream, id, type, data, created_at, valid_from, removed)
        select c.stream, c.id, c.old_type, c.old_data, c.old_created_at, c.old_from, c.old_removed
        from change as c
        where c.act is not null
          and c.old_from is not null
    ),
    changed as (
        update {ledger}.world_object as o
        set type = c.type,
            data = c.data,
            created_at = c.created_at,
            valid_from = c.version,
            removed = c.act = 'remove'
        from change as c
        where c.act is not null
          and o.ctid = c.place
    ),
    made as (
        insert into {ledger}.world_object (stream, id, type, data, created_at, valid_from, removed)
        select c.stream, c.id, c.type, c.data, c.created_at, c.version, false
        from change as c
        where c.act is not null
          and c.old_from is null
    ),
    moved as (
        update {ledger}.world_head as h
        set version = c.version
        from change as c
        where h.stream = c.stream
        returning h.stream
    )
    select array_agg(m.stream) into written from moved as m;

    if cardinality(written) = cardinality(p_streams) then
        return;
    end if;

    perform {ledger}.fold_world_v1(
        array(select n.stream from unnest(p_streams) as n (stream) where n.stream <> all (coalesce(written, '{}'))),
        p_limit);
end
$function$;

-- Writes what project_world_v1 writes, for streams of any kind: without rows yet, branches, many events, faults.
-- A stream is folded as a world is, but object by object, each from its row, or from what the ancestors of a branch say of it.
-- An event is found wanting as the fold finds it: what is absent first, then what has the wrong kind of JSON, then the unknown object.
create function {ledger}.fold_world_v1(p_streams text[], p_limit bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    none constant bigint := 9223372036854775807;
    -- For each stream: the version of the event that cannot be applied, and why; the version of the first that exhausted the budget.
    cuts bigint[] := array_fill(none, array[cardinality(p_streams)]);
    faults text[] := array_fill(null::text, array[cardinality(p_streams)]);
    budgets bigint[] := array_fill(null::bigint, array[cardinality(p_streams)]);
    -- The state of the object or relation that the events at hand are about, and every state that an event gave. Objects have no ends.
    state {ledger}.world_relation;
    states {ledger}.world_relation[];
    states_relation boolean[];
    states_s integer[];
    last_s integer;
    last_relation boolean;
    last_id text;
    fault_found text;
    e record;
begin
    insert into {ledger}.world_head (stream, version, prefix, fault_version, fault)
    select t.id, 0, coalesce(l.prefix, 0), case when l.faulty then 0 end, case when l.faulty then 'inherited' end
    from {events}.mt_streams as t
    cross join lateral (
        select sum(g.taken) as prefix,
               bool_and(coalesce(a.version >= g.taken or a.fault_version is not null, false)) as ready,
               bool_or(a.fault_version <= g.taken) as faulty
        from {ledger}.lineage as g
        left join {ledger}.world_head as a on a.stream = g.stream
        where g.branch = t.id) as l
    where t.id = any (p_streams)
      and t.version > 0
      and l.ready is not false
      and not exists (select from {ledger}.world_head as h where h.stream = t.id)
    order by t.id collate "C"
    on conflict do nothing;

    for e in
        select n.ordinal::integer as s,
               h.stream,
               h.prefix,
               m.version,
               a.act,
               a.is_relation,
               m.data ->> 'id' as id,
               m.data ->> 'type' as type,
               m.data ->> 'source_id' as source_id,
               m.data ->> 'target_id' as target_id,
               coalesce(m.data -> case a.act when 'patch' then 'patch' else 'data' end, '{}') as body,
               case
                   when a.act = 'exhaust' then null
                   when jsonb_typeof(m.data) <> 'object' then 'bad_payload'
                   when not m.data ?& a.required then 'missing_field'
                   when exists (select from unnest(a.required) as f (name) where jsonb_typeof(m.data -> f.name) <> 'string')
                       or a.act = 'create' and jsonb_typeof(m.data -> 'data') <> 'object' then 'bad_payload'
                   when octet_length(m.data ->> 'id') > 500
                       or a.is_relation and greatest(octet_length(m.data ->> 'source_id'), octet_length(m.data ->> 'target_id')) > 500
                       then 'long_id'
               end as fault
        from unnest(p_streams) with ordinality as n (stream, ordinal)
        join {ledger}.world_head as h on h.stream = n.stream and h.fault_version is null
        cross join lateral (
            select v.version, v.type, v.data
            from {events}.mt_events as v
            where v.stream_id = h.stream
              and v.version > h.version
              and v.version <= h.version + p_limit
            offset 0) as m
        join (
            values ('object.created', 'create', false, '{id,type}'::text[]),
                   ('object.patched', 'patch', false, '{id}'),
                   ('object.removed', 'remove', false, '{id}'),
                   ('relation.created', 'create', true, '{id,type,source_id,target_id}'),
                   ('relation.removed', 'remove', true, '{id}'),
                   ('budget.exhausted', 'exhaust', false, '{}')) as a (type, act, is_relation, required) on a.type = m.type
        order by n.ordinal, a.is_relation, (m.data ->> 'id') collate "C", m.version
    loop
        if e.act = 'exhaust' then
            budgets[e.s] := least(budgets[e.s], e.version);
            continue;
        end if;

        if (e.s, e.is_relation, e.id) is distinct from (last_s, last_relation, last_id) then
            last_s := e.s;
            last_relation := e.is_relation;
            last_id := e.id;
            if e.is_relation then
                select r.* into state from {ledger}.world_relation as r where r.stream = e.stream and r.id = e.id;
            else
                select o.stream, o.id, o.type, null, null, o.data, o.created_at, o.valid_from, o.removed into state
                from {ledger}.world_object as o
                where o.stream = e.stream and o.id = e.id;
            end if;

            if not found and e.prefix > 0 then
                if e.is_relation then
                    select e.stream, e.id, i.type, i.source_id, i.target_id, i.data, i.created_at, 0, i.removed into state
                    from {ledger}.world_relation_at_v1(e.stream, e.id, e.prefix) as i;
                else
                    select e.stream, e.id, i.type, null, null, i.data, i.created_at, 0, i.removed into state
                    from {ledger}.world_object_at_v1(e.stream, e.id, e.prefix) as i;
                end if;
            end if;
        end if;

        fault_found := coalesce(
            e.fault,
            case when e.act = 'patch' then
                case when state.removed is not false then 'unknown_object' when jsonb_typeof(e.body) <> 'object' then 'bad_payload' end
            end);
        if fault_found is not null then
            if e.version < cuts[e.s] then
                cuts[e.s] := e.version;
                faults[e.s] := fault_found;
            end if;

            continue;
        end if;

        if state.removed is not false then
            continue when e.act = 'remove';
            state.created_at := e.prefix + e.version - 1;
        end if;

        state.stream := e.stream;
        state.id := e.id;
        state.valid_from := e.version;
        state.removed := e.act = 'remove';
        if e.act = 'create' then
            state.type := e.type;
            state.source_id := e.source_id;
            state.target_id := e.target_id;
            state.data := e.body;
        else
            state.data := case e.act when 'patch' then state.data || e.body else '{}' end;
        end if;

        states := states || state;
        states_relation := states_relation || e.is_relation;
        states_s := states_s || e.s;
    end loop;

    if false = any (states_relation) then
        with written as materialized (
            select w.*, lead(w.valid_from) over (partition by w.stream, w.id order by w.valid_from) is null as is_last
            from unnest(states, states_relation, states_s)
                 as w (stream, id, type, source_id, target_id, data, created_at, valid_from, removed, is_relation, s)
            where not w.is_relation
              and w.valid_from < cuts[w.s]
        ),
        superseded as (
            insert into {ledger}.world_object_past (stream, id, type, data, created_at, valid_from, removed)
            select o.stream, o.id, o.type, o.data, o.created_at, o.valid_from, o.removed
            from written as w
            join {ledger}.world_object as o on o.stream = w.stream and o.id = w.id
            where w.is_last
            union all
            select w.stream, w.id, w.type, w.data, w.created_at, w.valid_from, w.removed
            from written as w
            where not w.is_last
        )
        insert into {ledger}.world_object as o (stream, id, type, data, created_at, valid_from, removed)
        select w.stream, w.id, w.type, w.data, w.created_at, w.valid_from, w.removed
        from written as w
        where w.is_last
        on conflict (stream, id) do update
        set type = excluded.type,
            data = excluded.data,
            created_at = excluded.created_at,
            valid_from = excluded.valid_from,
            removed = excluded.removed;
    end if;

    if true = any (states_relation) then
        with written as materialized (
            select w.*, lead(w.valid_from) over (partition by w.stream, w.id order by w.valid_from) is null as is_last
            from unnest(states, states_relation, states_s)
                 as w (stream, id, type, source_id, target_id, data, created_at, valid_from, removed, is_relation, s)
            where w.is_relation
              and w.valid_from < cuts[w.s]
        ),
        superseded as (
            insert into {ledger}.world_relation_past (stream, id, type, source_id, target_id, data, created_at, valid_from, removed)
            select r.stream, r.id, r.type, r.source_id, r.target_id, r.data, r.created_at, r.valid_from, r.removed
            from written as w
            join {ledger}.world_relation as r on r.stream = w.stream and r.id = w.id
            where w.is_last
            union all
            select w.stream, w.id, w.type, w.source_id, w.target_id, w.data, w.created_at, w.valid_from, w.removed
            from written as w
            where not w.is_last
        )
        insert into {ledger}.world_relation as r (stream, id, type, source_id, target_id, data, created_at, valid_from, removed)
        select w.stream, w.id, w.type, w.source_id, w.target_id, w.data, w.created_at, w.valid_from, w.removed
        from written as w
        where w.is_last
        on conflict (stream, id) do update
        set type = excluded.type,
            source_id = excluded.source_id,
            target_id = excluded.target_id,
            data = excluded.data,
            created_at = excluded.created_at,
            valid_from = excluded.valid_from,
            removed = excluded.removed;
    end if;

    update {ledger}.world_head as h
    set version = least(n.cut - 1, h.version + p_limit, t.version),
        budget_version = coalesce(h.budget_version, case when n.budget < n.cut then n.budget end),
        fault_version = nullif(n.cut, none),
        fault = n.fault
    from unnest(p_streams, cuts, faults, budgets) as n (stream, cut, fault, budget)
    join {events}.mt_streams as t on t.id = n.stream
    where h.stream = n.stream
      and h.fault_version is null;
end
$function$;

-- Ids are read in the order of their code points, in pages, by the primary keys.
alter table {ledger}.world_object alter column id type text collate "C";

alter table {ledger}.world_object_past alter column id type text collate "C";

alter table {ledger}.world_relation alter column id type text collate "C";

alter table {ledger}.world_relation_past alter column id type text collate "C";

-- Objects as they stand after the first p_position events of a history: of p_ids those that are there, by id.
create function {ledger}.world_objects_at_v1(p_stream text, p_position bigint, p_ids text[])
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
create function {ledger}.world_relations_at_v1(p_stream text, p_position bigint, p_ids text[])
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

-- The objects of a history after its first p_position events, by id, from behind p_after on (null: from the first): at least p_limit, or the last.
-- p_type: the type that they must have, or null. p_contains: what their data must contain as @> says, or null.
-- A row of any segment makes a candidate; what the object is, its nearest row decides.
create function {ledger}.world_objects_v1(
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

-- The ids of the relations that objects were an end of at some time in the history of p_stream up to p_position.
create function {ledger}.world_relation_candidates_v1(p_stream text, p_position bigint, p_objects text[])
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

-- The relations of a history after its first p_position events, by id, from behind p_after on (null: from the first): at least p_limit, or the last.
-- p_type: the type that they must have, or null. p_object: an object, or null; with p_direction out, in or any: they must go out from it,
-- lead to it, or either.
create function {ledger}.world_relations_v1(
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

-- What is within p_depth relations of an object, followed in both directions, after the first p_position events of a history. Rows: the
-- objects with their distance, that itself first, without a type where there is no such object; the relations with that of their nearer end.
create function {ledger}.world_neighbours_v1(p_stream text, p_position bigint, p_id text, p_depth integer)
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

create function {ledger}.position_at(p_stream text, p_time timestamptz)
returns bigint
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
declare
    segment record;
    low bigint;
    high bigint;
    middle bigint;
    moment timestamptz;
begin
    if not exists (select from {events}.mt_streams as t where t.id = p_stream) then
        raise exception 'There is no stream "%".', p_stream using errcode = 'LG002';
    end if;

    -- Times do not fall along a history, so that halving finds the place.
    for segment in
        select s.stream, s.before, s.upto
        from {ledger}.world_segment_v1(p_stream, {ledger}.history_length_v1(p_stream)) as s
        order by s.ordinal desc
    loop
        low := 0;
        high := segment.upto;
        while low < high loop
            middle := (low + high + 1) / 2;
            select e."timestamp" into moment from {events}.mt_events as e where e.stream_id = segment.stream and e.version = middle;
            if moment <= p_time then
                low := middle;
            else
                high := middle - 1;
            end if;
        end loop;

        if low > 0 then
            return segment.before + low;
        end if;
    end loop;

    return 0;
end
$function$;

comment on function {ledger}.position_at(text, timestamptz) is
    'How many events of a run or branch the log had taken by a time: a position for world, diff, blame, objects and neighbours.';

create function {ledger}.objects(
    p_stream text, p_type text default null, p_contains jsonb default null, p_position bigint default null)
returns table (id text, type text, data jsonb)
language plpgsql
volatile
as $function$
begin
    return query
    select o.id, o.type, o.data
    from {ledger}.world_objects_v1(
        p_stream, {ledger}.world_position_v1(p_stream, p_position), p_type, p_contains, null, 2147483647) as o;
end
$function$;

comment on function {ledger}.objects(text, text, jsonb, bigint) is
    'The objects after the first p_position events of a run or branch (null: now) that have a type and whose data contains (@>) some '
    'JSON, each null for any; by id.';

create function {ledger}.neighbours(p_stream text, p_id text, p_depth integer default 1, p_position bigint default null)
returns table (kind text, distance integer, id text, type text, source_id text, target_id text, data jsonb)
language plpgsql
volatile
as $function$
begin
    return query
    select n.*
    from {ledger}.world_neighbours_v1(p_stream, {ledger}.world_position_v1(p_stream, p_position), p_id, p_depth) as n
    order by n.kind, n.distance, n.id collate "C";
end
$function$;

comment on function {ledger}.neighbours(text, text, integer, bigint) is
    'What is within p_depth relations of an object, in both directions, after the first p_position events of a run or branch (null: now): '
    'objects with their distance, and the relations that lead to them.';

-- Switches the index on the data of current objects on. Another session can make it by hand, with concurrently, under the same name.
create function {ledger}.index_worlds()
returns void
language sql
volatile
as $function$
    create index if not exists ix_world_object_data on {ledger}.world_object using gin (data jsonb_path_ops)
$function$;

comment on function {ledger}.index_worlds() is
    'Makes an index for objects by what their data contains (@>). Every patch then writes to it, and no longer stays in its page.';

create function {ledger}.unindex_worlds()
returns void
language sql
volatile
as $function$
    drop index if exists {ledger}.ix_world_object_data
$function$;

comment on function {ledger}.unindex_worlds() is 'Drops the index that index_worlds made.';

-- The questions of 0007 as functions that keep their plans. A function in SQL with settings of its own is planned at each call, which took
-- longer than the answer: two thirds of the time of a question for one object, and half of that for a world of 1,000. The texts are those
-- of 0007, but for history, which reads the events that are asked for and no others.

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
