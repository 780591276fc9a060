-- Events of all runs, branches and other streams that meet conditions, the last of the log first.
--   p_text    a text that one value or property name of the data contains, ignoring the case of ASCII letters (null: any)
--   p_type    the type; one that ends with * is a prefix (null: any)
--   p_actor   the actor (null: any)
--   p_tool    the tool of a call (null: any)
--   p_where   a path into the data, or into a call's arguments, and the value there, such as quay.name=north or /quay/name=north (null: any)
--   p_object  the object that the event creates, patches or removes, or an end of the relation that it creates (null: any)
--   p_stream  the beginning of the stream's name, such as run: (null: any)
--   p_since   the time from which on it was recorded (null: any)
--   p_until   the time before which it was recorded (null: any)
--   p_before  only events before this number, for the next page (null: the end of the log)
--   p_limit   how many
-- Result: a row for each event.
-- What the index lacks, and the events just before that, are looked at one by one; then those that the index names. Without an index all are.
-- The nested loop returns them in the order of their numbers, and ends with the last wanted.
create or replace function {ledger}.search(
    p_text text default null,
    p_type text default null,
    p_actor text default null,
    p_tool text default null,
    p_where text default null,
    p_object text default null,
    p_stream text default null,
    p_since timestamptz default null,
    p_until timestamptz default null,
    p_before bigint default null,
    p_limit integer default 50)
returns table (
    seq bigint,
    at timestamptz,
    stream text,
    version bigint,
    id uuid,
    type text,
    actor text,
    data jsonb)
language plpgsql
stable
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off
set jit = off
as $function$
declare
    text_in_json constant text := lower(substr(to_jsonb(p_text)::text, 2, length(to_jsonb(p_text)::text) - 2) collate "C");
    value constant text := substr(p_where, strpos(p_where, '=') + 1);
    path constant text[] := case
        when p_where like '/%' then array(
            select replace(replace(r.part, '~1', '/'), '~0', '~')
            from unnest(string_to_array(substr(split_part(p_where, '=', 1), 2), '/')) with ordinality as r (part, place)
            order by r.place)
        else string_to_array(split_part(p_where, '=', 1), '.')
    end;
    number constant numeric := case when value ~ '^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]{1,3})?$' and length(value) <= 400 then value::numeric end;
    all_keys smallint[] := {ledger}.search_keys_v1(concat_ws(' ', p_text, p_tool, p_object, case when number is null then value end));
    any_keys smallint[];
    reached constant bigint := coalesce((select p.last_seq_id from {events}.mt_event_progression as p where p.name = 'ledger:search:All'), 0);
    before bigint := coalesce(p_before, 9223372036854775807);
    since bigint := 0;
    first bigint := 0;
    low bigint;
    high bigint;
    middle bigint;
    bound timestamptz;
begin
    if exists (select from unnest(path) as r (part) where r.part ~ '^\s*[-+]?[0-9]+$' and r.part !~ '^[0-9]') then
        raise exception 'items are counted from 0, without a sign, but the path is %', split_part(p_where, '=', 1) using errcode = 'invalid_parameter_value';
    end if;

    -- An item of an array is not named in the data.
    all_keys := all_keys || {ledger}.search_keys_v1((select string_agg(r.part, ' ') from unnest(path) as r (part) where r.part !~ '^[0-9]*$'));

    -- The first numbers at these times, by halving. In the log an event may come up to an hour after one that was recorded later: clocks differ.
    foreach bound in array array[p_since - interval '1 hour', p_until + interval '1 hour'] loop
        continue when bound is null;
        select coalesce(min(m.seq_id), 1), coalesce(max(m.seq_id), 0) + 1 into low, high from {events}.mt_events as m;
        while low < high loop
            middle := (low + high) / 2;
            if coalesce((select m."timestamp" >= bound from {events}.mt_events as m where m.seq_id >= middle order by m.seq_id limit 1), true) then
                high := middle;
            else
                low := middle + 1;
            end if;
        end loop;

        if bound = p_since - interval '1 hour' then
            since := low;
        else
            before := least(before, low);
        end if;
    end loop;

    if p_type like '%.*' or p_type not like '%*' then
        all_keys := all_keys || {ledger}.search_word_v1(case when p_type like '%*' then left(p_type, -1) else p_type end, 64000);
    end if;

    if p_tool is not null then
        all_keys := all_keys || {ledger}.search_word_v1('tool.called', 64000) || {ledger}.search_word_v1(p_tool, 64768);
    end if;

    if p_actor is not null then
        all_keys := all_keys || {ledger}.search_word_v1(p_actor, 64768);
    end if;

    if p_object is not null then
        all_keys := all_keys || {ledger}.search_word_v1(p_object, 64768);
        any_keys := array(
            select {ledger}.search_word_v1(t.name, 64000)
            from unnest(array['object.created', 'object.patched', 'object.removed', 'relation.created']) as t (name));
    end if;

    if reached > 0 and (cardinality(all_keys) > 0 or any_keys is not null) then
        first := least(before, reached + 1) - 5000;
    end if;

    first := greatest(first, since);
    return query
    select e.seq_id,
           e."timestamp",
           e.stream_id::text,
           e.version,
           e.id,
           e.type::text,
           e.headers ->> 'actor',
           e.data
    from (
        (select m.seq_id
         from {events}.mt_events as m
         where m.seq_id >= first
           and m.seq_id < before
         order by m.seq_id desc)
        union all
        (select c.seq
         from {ledger}.search_candidates_v1(all_keys, any_keys, since - 1, first, case when first > greatest(since, 1) then 2147483647 else 0 end) as c (seq))) as n (seq_id)
    cross join lateral (
        select *
        from {events}.mt_events as m
        where m.seq_id = n.seq_id
          and (p_since is null or m."timestamp" >= p_since)
          and (p_until is null or m."timestamp" < p_until)
          and (p_stream is null or m.stream_id ^@ p_stream)
          and (p_type is null or m.type = p_type or (p_type like '%*' and m.type ^@ left(p_type, -1)))
          and (p_actor is null or m.headers ->> 'actor' = p_actor)
          and (p_tool is null or (m.type = 'tool.called' and m.data -> 'tool' = to_jsonb(p_tool)))
          and (p_object is null
               or case
                      when m.type in ('object.created', 'object.patched', 'object.removed') then m.data -> 'id' = to_jsonb(p_object)
                      when m.type = 'relation.created' then m.data -> 'source_id' = to_jsonb(p_object) or m.data -> 'target_id' = to_jsonb(p_object)
                  end)
          and (p_where is null
               or case jsonb_typeof(m.data #> path)
                      when 'number' then (m.data #>> path)::numeric = number
                      when 'string' then m.data #>> path = value
                      when 'boolean' then m.data #>> path = value
                  end
               or case jsonb_typeof(m.data -> 'arguments' #> path)
                      when 'number' then (m.data -> 'arguments' #>> path)::numeric = number
                      when 'string' then m.data -> 'arguments' #>> path = value
                      when 'boolean' then m.data -> 'arguments' #>> path = value
                  end)
          and (p_text is null or strpos(lower(m.data::text collate "C"), text_in_json) > 0)
        limit 1) as e
    limit p_limit;
end
$function$;

comment on function {ledger}.search(text, text, text, text, text, text, text, timestamptz, timestamptz, bigint, integer) is
    'Events of all runs, branches and other streams by a text, their type, actor, tool, a value, an object and time; the last of the log first.';
