-- Questions to the rows of worlds, and the functions for psql: history, world, diff, blame.
-- {events} is the schema of the event tables, {ledger} that of Ledger's own.
-- A position is a number of events of a history. The functions with a version in their name need rows that reach the positions asked
-- for; world_reach_v1 says how far they reach, and world_catch_up_v1 writes what is missing. The others do both themselves.
-- Rows are looked up by nested loops alone: with plans for other joins, made on small tables, an answer would cost the whole log.

-- How many events a history has.
create function {ledger}.history_length_v1(p_stream text)
returns bigint
language sql
stable
set enable_seqscan = off
as $function$
    select coalesce((select sum(g.taken) from {ledger}.lineage as g where g.branch = p_stream), 0)::bigint
         + coalesce((select t.version from {events}.mt_streams as t where t.id = p_stream), 0)
$function$;

-- What the rows can say of the first p_position events of a history (null: of all). One row: the length of the history; how many of the
-- events they can stand for, fewer where one cannot be applied; whether rows are missing there; whether the budget is exhausted there.
create function {ledger}.world_reach_v1(p_stream text, p_position bigint)
returns table (length bigint, reach bigint, lags boolean, budget_exhausted boolean)
language sql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
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
    from reached as r
$function$;

-- Writes missing rows of a history, from its root down, at most p_limit events of each stream. Whether none is missing then.
create function {ledger}.world_catch_up_v1(p_stream text, p_limit bigint)
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
       or h.fault_version is null and h.version < s.upto;
    if lagging is null then
        return true;
    end if;

    perform {ledger}.touch_v1('ledger:world', lagging);
    foreach one in array lagging loop
        perform {ledger}.project_world_v1(array[one], p_limit);
        perform from {ledger}.world_head as h
        join {events}.mt_streams as t on t.id = h.stream
        where h.stream = one and h.fault_version is null and h.version < t.version;
        if found then
            return false;
        end if;
    end loop;

    return true;
end
$function$;

-- The objects and relations after the first p_position events of a history, each kind in the order of creation.
create function {ledger}.world_at_v1(p_stream text, p_position bigint)
returns table (
    kind text, id text, type text, source_id text, target_id text, data jsonb, created_at bigint, changed_at bigint)
language sql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
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
    order by w.kind, w.created_at
$function$;

-- How many first events two histories have in common, each taken up to a position.
create function {ledger}.world_common_v1(p_a text, p_at_a bigint, p_b text, p_at_b bigint)
returns bigint
language sql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
    with pair as (
        select a.before, least(a.upto, b.upto) as shared, a.upto = b.upto as whole, a.stream = b.stream as same
        from {ledger}.world_segment_v1(p_a, p_at_a) as a
        join {ledger}.world_segment_v1(p_b, p_at_b) as b on b.before = a.before
    )
    select coalesce(sum(p.shared), 0)::bigint
    from pair as p
    where p.same
      and not exists (select from pair as e where e.before < p.before and not (e.same and e.whole))
$function$;

-- What differs between two histories, each taken up to a position: the state of every object and relation that differs, null where there
-- is none. Read from the events behind the common ones, whatever the size of the worlds.
create function {ledger}.world_diff_v1(p_a text, p_at_a bigint, p_b text, p_at_b bigint)
returns table (
    kind text, id text,
    old_type text, old_source_id text, old_target_id text, old_data jsonb,
    new_type text, new_source_id text, new_target_id text, new_data jsonb)
language sql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
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
      and (a.type, a.source_id, a.target_id, a.data) is distinct from (b.type, b.source_id, b.target_id, b.data)
$function$;

-- Checks that a position of a history can be asked for, writes missing rows, and gives the position (null: the length).
create function {ledger}.world_position_v1(p_stream text, p_position bigint)
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
        select w.* into r from {ledger}.world_reach_v1(p_stream, p_position) as w;
        exit when not r.lags;
        perform {ledger}.world_catch_up_v1(p_stream, 10000);
    end loop;

    if p_position < 0 or p_position > r.length then
        raise exception 'The history of "%" has no position %: it has % events.', p_stream, p_position, r.length using errcode = 'LG003';
    end if;

    if r.reach < coalesce(p_position, r.length) then
        raise exception 'The event at position % of "%" cannot be applied to the world. Ask for position % or less.',
            r.reach, p_stream, r.reach using errcode = 'LG004';
    end if;

    return r.reach;
end
$function$;

create function {ledger}.history(p_stream text, p_from bigint default 0, p_to bigint default null)
returns table (
    at bigint, stream text, version bigint, id uuid, type text, data jsonb, headers jsonb, "timestamp" timestamptz)
language sql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
    select s.before + m.version - 1, s.stream, m.version, m.id, m.type, m.data, m.headers, m."timestamp"
    from {ledger}.world_segment_v1(p_stream, coalesce(p_to, {ledger}.history_length_v1(p_stream))) as s
    join {events}.mt_events as m
      on m.stream_id = s.stream
     and m.version > p_from - s.before
     and m.version <= s.upto
    order by s.ordinal, m.version
$function$;

comment on function {ledger}.history(text, bigint, bigint) is
    'The events of a run or branch, its ancestors'' first, with their positions: from p_from, up to p_to without it (null: the end).';

create function {ledger}.world(p_stream text, p_position bigint default null)
returns table (
    kind text, id text, type text, source_id text, target_id text, data jsonb, created_at bigint, changed_at bigint)
language plpgsql
volatile
as $function$
begin
    return query select w.* from {ledger}.world_at_v1(p_stream, {ledger}.world_position_v1(p_stream, p_position)) as w;
end
$function$;

comment on function {ledger}.world(text, bigint) is
    'The objects and relations after the first p_position events of a run or branch (null: now), with the positions of the events that '
    'created and last changed them.';

create function {ledger}.diff(p_a text, p_b text, p_at_a bigint default null, p_at_b bigint default null)
returns table (kind text, id text, change text, old jsonb, new jsonb)
language plpgsql
volatile
as $function$
declare
    at_a constant bigint := {ledger}.world_position_v1(p_a, p_at_a);
    at_b constant bigint := {ledger}.world_position_v1(p_b, p_at_b);
begin
    return query
    select d.kind,
           d.id,
           case when d.old_type is null then 'added' when d.new_type is null then 'removed' else 'changed' end,
           case when d.old_type is not null then jsonb_strip_nulls(jsonb_build_object(
               'type', d.old_type, 'source_id', d.old_source_id, 'target_id', d.old_target_id)) || jsonb_build_object('data', d.old_data) end,
           case when d.new_type is not null then jsonb_strip_nulls(jsonb_build_object(
               'type', d.new_type, 'source_id', d.new_source_id, 'target_id', d.new_target_id)) || jsonb_build_object('data', d.new_data) end
    from {ledger}.world_diff_v1(p_a, at_a, p_b, at_b) as d
    order by d.kind, d.id collate "C";
end
$function$;

comment on function {ledger}.diff(text, text, bigint, bigint) is
    'What differs between two runs, branches, or positions of one: objects and relations that the second has in addition (added), '
    'lacks (removed) or has otherwise (changed), with their states.';

create function {ledger}.blame(p_stream text, p_id text, p_position bigint default null)
returns table (
    property text, value jsonb, at bigint, event_id uuid, event_type text, actor text, "timestamp" timestamptz)
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
declare
    upto constant bigint := {ledger}.world_position_v1(p_stream, p_position);
begin
    return query
    with change as materialized (
        select s.before + v.version - 1 as at, m.id, m.type, m.data, m.headers, m."timestamp"
        from {ledger}.world_segment_v1(p_stream, upto) as s
        cross join lateral (
            select o.valid_from from {ledger}.world_object as o where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto
            union all
            select o.valid_from from {ledger}.world_object_past as o where o.stream = s.stream and o.id = p_id and o.valid_from <= s.upto
        ) as v (version)
        join {events}.mt_events as m on m.stream_id = s.stream and m.version = v.version
    ),
    -- What was said before the object was last created is gone.
    made as (
        select max(c.at) as at from change as c where c.type <> 'object.patched'
    )
    select distinct on (p.key collate "C") p.key, p.value, c.at, c.id, c.type::text, c.headers ->> 'actor', c."timestamp"
    from change as c
    join made on c.at >= made.at
    cross join lateral jsonb_each(coalesce(c.data -> case c.type when 'object.created' then 'data' else 'patch' end, '{}')) as p
    where c.type <> 'object.removed'
    order by p.key collate "C", c.at desc;
end
$function$;

comment on function {ledger}.blame(text, text, bigint) is
    'For each property of an object the event that set it last: its position, id, type, actor and time. No row when there is no such object.';

create function {ledger}.rebuild_world(p_stream text default null)
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
        while not {ledger}.world_catch_up_v1(one, 10000) loop
        end loop;

        rebuilt := rebuilt + 1;
    end loop;

    return rebuilt;
end
$function$;

comment on function {ledger}.rebuild_world(text) is
    'Makes the rows of worlds anew from the events of one stream, a run''s or a branch''s own (null: of all), and gives the number of '
    'streams. Appends that write rows wait until the transaction ends.';
