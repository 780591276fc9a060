-- A world goes on after an event that cannot be applied: rows pass over it, as the fold does, and name it.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- Nodes of the version before go on calling the functions they know. For them fault_version stays the first such event, from which on they
-- fold; rows that they left there are written by the next append or question of a newer one.

-- From the event cut_version on there are no rows: an id is longer than 500 bytes, and such a world is folded. 0 where that event is an
-- ancestor's. fault_version is the first event that cannot be applied, or is too long; 0 and 'ancestor' where it is an ancestor's ('inherited'
-- where an older node says so, which wrote no rows then).
alter table {ledger}.world_head add column cut_version bigint;

-- The events of a stream that cannot be applied: unknown_object, missing_field, bad_payload.
create table {ledger}.world_fault (
    stream varchar not null,
    version bigint not null,
    fault text not null,
    constraint pk_world_fault primary key (stream, version),
    constraint ck_world_fault_fault check (fault in ('unknown_object', 'missing_field', 'bad_payload'))
);

create or replace function {ledger}.drop_world_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
begin
    delete from {ledger}.world_object as o where o.stream = old.stream;
    delete from {ledger}.world_object_past as o where o.stream = old.stream;
    delete from {ledger}.world_relation as r where r.stream = old.stream;
    delete from {ledger}.world_relation_past as r where r.stream = old.stream;
    delete from {ledger}.world_fault as f where f.stream = old.stream;
    return old;
end
$function$;

-- Writes the rows of the events that streams have and their rows lack, at most p_limit events of each stream. The transaction must hold
-- the locks of the streams. A branch whose ancestors' rows lack events that it shares gets no rows until theirs are there.
-- A stream whose rows lack one event, which changes an object that has a row, is written here, with all others of its kind in one
-- statement: that is the batch of single appends. Whatever is rarer, or wrong, is left to fold_world_v2.
create function {ledger}.project_world_v2(p_streams text[], p_limit bigint)
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
          and h.version > 0
          and h.cut_version is null
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

    perform {ledger}.fold_world_v2(
        array(select n.stream from unnest(p_streams) as n (stream) where n.stream <> all (coalesce(written, '{}'))),
        p_limit);
end
$function$;

-- Writes what project_world_v2 writes, for streams of any kind: without rows yet, branches, many events, faults.
-- A stream is folded as a world is, but object by object, each from its row, or from what the ancestors of a branch say of it.
-- An event that cannot be applied is passed over, as the fold passes over it, and noted in world_fault. What is absent is found first, then what
-- has the wrong kind of JSON, then the unknown object.
create function {ledger}.fold_world_v2(p_streams text[], p_limit bigint)
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
    -- For each stream: the version of the event with an id too long for rows; that of the first that cannot be applied or is too long, and
    -- why; that of the first that exhausted the budget.
    cuts bigint[] := array_fill(none, array[cardinality(p_streams)]);
    firsts bigint[] := array_fill(none, array[cardinality(p_streams)]);
    faults text[] := array_fill(null::text, array[cardinality(p_streams)]);
    budgets bigint[] := array_fill(null::bigint, array[cardinality(p_streams)]);
    -- The state of the object or relation that the events at hand are about, and every state that an event gave. Objects have no ends.
    state {ledger}.world_relation;
    states {ledger}.world_relation[];
    states_relation boolean[];
    states_s integer[];
    -- The events that cannot be applied.
    skipped_s integer[];
    skipped_version bigint[];
    skipped_fault text[];
    last_s integer;
    last_relation boolean;
    last_id text;
    fault_found text;
    e record;
begin
    insert into {ledger}.world_head as h (stream, version, prefix, fault_version, fault, cut_version)
    select t.id, 0, coalesce(l.prefix, 0), case when l.is_faulty then 0 end, case when l.is_faulty then 'ancestor' end, case when l.is_cut then 0 end
    from {events}.mt_streams as t
    cross join lateral (
        select sum(g.taken) as prefix,
               bool_and(coalesce(a.version >= g.taken or a.cut_version is not null, false)) as is_ready,
               bool_or(a.fault_version <= g.taken) as is_faulty,
               bool_or(a.cut_version <= g.taken) as is_cut
        from {ledger}.lineage as g
        left join {ledger}.world_head as a on a.stream = g.stream
        where g.branch = t.id) as l
    where t.id = any (p_streams)
      and t.version > 0
      and l.is_ready is not false
      and not exists (select from {ledger}.world_head as o where o.stream = t.id and o.fault is distinct from 'inherited')
    order by t.id collate "C"
    on conflict (stream) do update
    set fault_version = excluded.fault_version,
        fault = excluded.fault,
        cut_version = excluded.cut_version
    where h.fault = 'inherited';

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
        join {ledger}.world_head as h on h.stream = n.stream and h.cut_version is null and h.fault is distinct from 'inherited'
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
            if e.version < firsts[e.s] then
                firsts[e.s] := e.version;
                faults[e.s] := fault_found;
            end if;

            if fault_found = 'long_id' then
                cuts[e.s] := least(cuts[e.s], e.version);
            else
                skipped_s := skipped_s || e.s;
                skipped_version := skipped_version || e.version;
                skipped_fault := skipped_fault || fault_found;
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

    if skipped_s is not null then
        insert into {ledger}.world_fault (stream, version, fault)
        select p_streams[k.s], k.version, k.fault
        from unnest(skipped_s, skipped_version, skipped_fault) as k (s, version, fault)
        where k.version < cuts[k.s];
    end if;

    update {ledger}.world_head as h
    set version = least(n.cut - 1, h.version + p_limit, t.version),
        budget_version = coalesce(h.budget_version, case when n.budget < n.cut then n.budget end),
        fault_version = coalesce(h.fault_version, nullif(n.first, none)),
        fault = coalesce(h.fault, n.fault),
        cut_version = nullif(n.cut, none)
    from unnest(p_streams, cuts, firsts, faults, budgets) as n (stream, cut, first, fault, budget)
    join {events}.mt_streams as t on t.id = n.stream
    where h.stream = n.stream
      and h.cut_version is null
      and h.fault is distinct from 'inherited';
end
$function$;

-- What the rows can say of the first p_position events of a history (null: of all). One row: the length of the history; how many of the
-- events they can stand for, fewer where an id is too long for them; whether rows are missing there; whether the budget is exhausted there;
-- whether an event may be among them that cannot be applied.
create function {ledger}.world_reach_v2(p_stream text, p_position bigint)
returns table (length bigint, reach bigint, lags boolean, budget_exhausted boolean, has_faults boolean)
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
        select s.before, s.upto, h.version, h.fault_version, h.cut_version, h.budget_version
        from asked as a
        cross join lateral {ledger}.world_segment_v1(p_stream, a.position) as s
        left join {ledger}.world_head as h on h.stream = s.stream
    ),
    reached as (
        select a.length,
               coalesce(
                   (select min(s.before + greatest(s.cut_version, 1) - 1) from segment as s where s.cut_version <= s.upto),
                   a.position) as reach
        from asked as a
    )
    select r.length,
           r.reach,
           exists (
               select from segment as s
               where s.before < r.reach and (s.version is null or s.cut_version is null and s.version < s.upto)),
           exists (select from segment as s where s.budget_version <= least(s.upto, r.reach - s.before)),
           exists (select from segment as s where s.fault_version <= s.upto)
    from reached as r;
end
$function$;

-- Writes missing rows of a history, from its root down, at most p_limit events of each stream. Whether none is missing then.
create function {ledger}.world_catch_up_v2(p_stream text, p_limit bigint)
returns boolean
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
declare
    lagging text[];
    one text;
begin
    select array_agg(s.stream order by s.ordinal)
    into lagging
    from {ledger}.world_segment_v1(p_stream, {ledger}.history_length_v1(p_stream)) as s
    left join {ledger}.world_head as h on h.stream = s.stream
    where h.stream is null
       or h.cut_version is null and h.version < s.upto;
    if lagging is null then
        return true;
    end if;

    perform {ledger}.touch_v1('ledger:world', lagging);
    foreach one in array lagging loop
        perform {ledger}.project_world_v2(array[one], p_limit);
        perform from {ledger}.world_head as h
        join {events}.mt_streams as t on t.id = h.stream
        where h.stream = one and h.cut_version is null and h.version < t.version;
        if found then
            return false;
        end if;
    end loop;

    return true;
end
$function$;

-- The events among the first p_position of a history that cannot be applied, in order. data has what tells why, and no contents.
create function {ledger}.world_faults_v1(p_stream text, p_position bigint)
returns table (at bigint, event_id uuid, foreign_id text, type text, fault text, data jsonb)
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
    select s.before + f.version - 1,
           m.id,
           m.headers ->> 'foreign_id',
           m.type::text,
           f.fault,
           case
               when jsonb_typeof(m.data) <> 'object' then m.data
               else coalesce(
                   (select jsonb_object_agg(d.key, case when jsonb_typeof(d.value) = 'object' then '{}' else d.value end)
                    from jsonb_each(m.data) as d
                    where d.key in ('id', 'type', 'source_id', 'target_id', 'data', 'patch')),
                   '{}')
           end
    from {ledger}.world_segment_v1(p_stream, p_position) as s
    join {ledger}.world_fault as f on f.stream = s.stream and f.version <= s.upto
    join {events}.mt_events as m on m.stream_id = f.stream and m.version = f.version
    order by s.ordinal, f.version;
end
$function$;

-- Which of some objects are there after the first p_position events of a history: their ids.
create function {ledger}.world_present_v1(p_stream text, p_position bigint, p_ids text[])
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
    if p_ids = '{}' then
        return '{}';
    end if;

    return (
        with segment as materialized (
            select s.* from {ledger}.world_segment_v1(p_stream, p_position) as s
        ),
        object as (
            select distinct on (o.id) o.id, x.removed
            from unnest(p_ids) as n (id)
            cross join segment as s
            join {ledger}.world_object as o on o.stream = s.stream and o.id = n.id
            cross join lateral (
                select o.removed
                where o.valid_from <= s.upto
                union all
                (select p.removed
                 from {ledger}.world_object_past as p
                 where o.valid_from > s.upto and p.stream = o.stream and p.id = o.id and p.valid_from <= s.upto
                 order by p.valid_from desc
                 limit 1)) as x
            order by o.id, s.ordinal desc
        )
        select coalesce(array_agg(o.id), '{}') from object as o where not o.removed);
end
$function$;

-- Makes the rows of the worlds of some streams again, those of a page together. p_streams: the streams, which are locked. Result: the number
-- of their events.
create function {ledger}.rewrite_world_v2(p_streams text[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    one text;
begin
    delete from {ledger}.world_head as h where h.stream = any (p_streams);
    loop
        perform {ledger}.project_world_v2(p_streams, 10000);
        exit when not exists (
            select
            from {ledger}.world_head as h
            join {events}.mt_streams as t on t.id = h.stream
            where h.stream = any (p_streams)
              and h.cut_version is null
              and h.version < t.version);
    end loop;

    -- A branch waits for the rows of its ancestors, which may be in another page.
    for one in
        select t.id
        from {events}.mt_streams as t
        where t.id = any (p_streams)
          and t.version > 0
          and not exists (select from {ledger}.world_head as h where h.stream = t.id)
        order by t.id collate "C"
    loop
        while not {ledger}.world_catch_up_v2(one, 10000) loop
        end loop;
    end loop;

    return (select coalesce(sum(t.version), 0) from {events}.mt_streams as t where t.id = any (p_streams));
end
$function$;

-- Checks that a position of a history can be asked for, writes missing rows, and gives the position (null: the length).
create or replace function {ledger}.world_position_v1(p_stream text, p_position bigint)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    r record;
begin
    if not exists (select from {events}.mt_streams as t where t.id = p_stream) then
        raise exception 'There is no stream "%".', p_stream using errcode = 'LG002';
    end if;

    loop
        select w.* into r from {ledger}.world_reach_v2(p_stream, p_position) as w;
        exit when not r.lags;
        perform {ledger}.world_catch_up_v2(p_stream, 10000);
    end loop;

    if p_position < 0 or p_position > r.length then
        raise exception 'The history of "%" has no position %: it has % events.', p_stream, p_position, r.length using errcode = 'LG003';
    end if;

    if r.reach < coalesce(p_position, r.length) then
        raise exception 'The event at position % of "%" has an id of more than 500 bytes, which rows do not take. Ask for position % or less.',
            r.reach, p_stream, r.reach using errcode = 'LG004';
    end if;

    return r.reach;
end
$function$;

create or replace function {ledger}.rebuild_world(p_stream text default null)
returns bigint
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    one text;
    rebuilt bigint := 0;
begin
    -- Nobody may write rows of a branch while those of its ancestors are away.
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:world'));
    delete from {ledger}.world_head as h where p_stream is null or h.stream = p_stream;
    for one in
        select t.id from {events}.mt_streams as t where t.version > 0 and (p_stream is null or t.id = p_stream) order by t.id collate "C"
    loop
        while not {ledger}.world_catch_up_v2(one, 10000) loop
        end loop;

        rebuilt := rebuilt + 1;
    end loop;

    return rebuilt;
end
$function$;

-- Makes the rows of all worlds anew, a page of streams a transaction. Runs come first, then branches, each behind its ancestors: what a
-- branch takes over is read from their rows.
create or replace procedure {ledger}.rebuild_worlds()
language plpgsql
as $procedure$
declare
    reached text := '';
    page text[];
    branch text;
begin
    loop
        select array_agg(n.id order by n.id), max(n.id)
        into page, reached
        from (
            select t.id, t.version, sum(t.version) over (order by t.id) as events
            from {events}.mt_streams as t
            where t.id > reached
              and t.version > 0
              and (starts_with(t.id, 'run:') or exists (select from {ledger}.world_head as h where h.stream = t.id))
              and not exists (select from {ledger}.branch as b where b.stream = t.id)
            order by t.id
            limit 1000) as n
        where n.events <= 10000 or n.events = n.version;
        exit when page is null;
        perform {ledger}.touch_v1('ledger:world', page);
        perform {ledger}.rewrite_world_v2(page);
        commit;
    end loop;

    for branch in select b.stream from {ledger}.branch as b order by cardinality(b.segment_stream), b.stream loop
        perform {ledger}.touch_v1('ledger:world', array[branch]);
        perform {ledger}.rewrite_world_v2(array[branch]);
        commit;
    end loop;
end
$procedure$;

create function {ledger}.faults(p_stream text, p_position bigint default null)
returns table (at bigint, event_id uuid, type text, fault text)
language plpgsql
volatile
as $function$
#variable_conflict use_column
begin
    return query
    select f.at, f.event_id, f.type, f.fault
    from {ledger}.world_faults_v1(p_stream, {ledger}.world_position_v1(p_stream, p_position)) as f;
end
$function$;

comment on function {ledger}.faults(text, bigint) is
    'The events among the first p_position of a run or branch (null: of all) that cannot be applied to its world, which goes on without them.';
