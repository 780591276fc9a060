-- Appends one event to each of several streams, whatever their versions, by ids that were made for the call, and with the rows of worlds or without projections after it:
-- what most batches of many callers are. The update locks the rows of the streams in their order, and the numbers are drawn under these locks. What it does not write, append_v4 decides.
--   p_streams  the streams, in code point order, each once
--   event_*    the columns of the events, an element for each; those of texts and headers as for append_v4
--   p_worlds   whether the rows of worlds are written
-- Result: the versions of the events, and after them their sequence numbers; null if a stream is missing or archived, and nothing was written.
create or replace function {ledger}.append_new_events_v1(
    p_streams text[],
    event_id uuid[],
    event_type text[],
    event_clr_type text[],
    event_data jsonb[],
    event_headers jsonb[],
    event_correlation text[],
    event_causation text[],
    p_worlds boolean)
returns bigint[]
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    event_count constant integer := cardinality(event_id);
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    same_type constant text := case when cardinality(event_type) = 1 then event_type[1] end;
    same_clr_type constant text := case when cardinality(event_clr_type) = 1 then event_clr_type[1] end;
    same_headers constant jsonb := case when cardinality(event_headers) = 1 then event_headers[1] end;
    same_correlation constant text := case when cardinality(event_correlation) = 1 then event_correlation[1] end;
    same_causation constant text := case when cardinality(event_causation) = 1 then event_causation[1] end;
    versions bigint[];
    times timestamptz[];
    moved text[];
    drawn bigint[];
    rest text[];
begin
    -- As a text, because a look at each stream would be a statement.
    if strpos(p_streams::text, 'masked:') > 0 or strpos(p_streams::text, 'retention:') > 0 then
        perform {ledger}.guard_own_streams_v1(p_streams);
    end if;

    -- Limited, so that one row is expected: the streams are looked up in their order, also by a plan that was made when there were few.
    with moving as (
        update {events}.mt_streams as t
        set version = coalesce(t.version, 0) + 1,
            "timestamp" = greatest(clock_timestamp(), t."timestamp")
        from (select s.name, s.ordinal from unnest(p_streams) with ordinality as s (name, ordinal) limit event_count) as n
        where t.id = n.name
          and t.is_archived is not true
        returning n.ordinal, n.name, t.version, t."timestamp")
    select array_agg(m.version order by m.ordinal), array_agg(m."timestamp" order by m.ordinal), array_agg(m.name)
    into versions, times, moved
    from moving as m;

    if cardinality(versions) is distinct from event_count then
        -- The rows as they were: their times are those of their last events.
        update {events}.mt_streams as t
        set version = t.version - 1,
            "timestamp" = coalesce(
                (select e."timestamp" from {events}.mt_events as e where e.stream_id = t.id and e.version = t.version - 1),
                t.created)
        where t.id = any (moved);
        return null;
    end if;

    select array_agg(nextval(sequence)) into drawn from generate_series(1, event_count);

    -- Side by side and not joined: the rows go through no table of their own.
    insert into {events}.mt_events (
        seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
        correlation_id, causation_id, headers, is_archived)
    select e.seq_id,
           e.id,
           e.stream,
           e.version,
           e.data,
           coalesce(same_type, e.type),
           e."timestamp",
           {tenant},
           coalesce(same_clr_type, e.clr_type),
           coalesce(same_correlation, e.correlation),
           coalesce(same_causation, e.causation),
           coalesce(same_headers, e.headers),
           false
    from (
        select unnest(drawn) as seq_id,
               unnest(event_id) as id,
               unnest(p_streams) as stream,
               unnest(versions) as version,
               unnest(times) as "timestamp",
               unnest(event_data) as data,
               unnest(event_type) as type,
               unnest(event_clr_type) as clr_type,
               unnest(event_correlation) as correlation,
               unnest(event_causation) as causation,
               unnest(event_headers) as headers) as e;

    if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
        perform {ledger}.tag_events_v1(event_id);
    end if;

    if p_worlds then
        rest := {ledger}.project_events_v1(p_streams, versions, event_type, event_data);
        if rest is not null then
            perform {ledger}.fold_world_v2(rest, 10000);
        end if;
    end if;

    return versions || drawn;
end
$function$;
