-- Appends to one stream: what append_v1 does for a batch of one request with one part, at a third of the cost.
--   p_stream       the stream
--   p_expected     the version that it must have (null: any)
--   event_*        the columns of the events
--   p_projections  as for append_v1
-- Result: one row, as those of append_v1.
create or replace function {ledger}.append_one_v1(
    p_stream text,
    p_expected bigint,
    event_id uuid[],
    event_type text[],
    event_clr_type text[],
    event_data jsonb[],
    event_headers jsonb[],
    event_correlation text[],
    event_causation text[],
    p_projections text[],
    out outcome text,
    out version bigint,
    out last_sequence bigint,
    out id_in_use uuid,
    out id_holder text)
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    event_count constant integer := cardinality(event_id);
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    own_time timestamptz;
    now_made timestamptz;
    is_closed boolean;
    was_made boolean := false;
    known record;
    drawn bigint[];
begin
    last_sequence := 0;
    if p_projections is not null then
        perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from unnest(p_projections) as n (name);
        perform set_config('ledger.touched', '{}', true);
    end if;

    loop
        select t.version, t."timestamp", t.is_archived
        into version, own_time, is_closed
        from {events}.mt_streams as t
        where t.id = p_stream
        for no key update;
        exit when found;

        now_made := clock_timestamp();
        insert into {events}.mt_streams as t (id, version, "timestamp", created, tenant_id, is_archived)
        values (p_stream, 0, now_made, now_made, '*DEFAULT*', false)
        on conflict do nothing;
        was_made := found;
    end loop;

    version := coalesce(version, 0);
    outcome := 'written';
    if event_count > 0 and exists (select from {events}.mt_events as e where e.id = any (event_id)) then
        select count(*) filter (where e.stream_id = p_stream) as in_place,
               max(e.version) as version,
               max(e.seq_id) as seq_id,
               (array_agg(e.id order by n.ordinal))[1] as id,
               (array_agg(e.stream_id order by n.ordinal))[1] as stream
        into known
        from unnest(event_id) with ordinality as n (id, ordinal)
        join {events}.mt_events as e on e.id = n.id;
        if known.in_place = event_count then
            select e.id, e.seq_id
            into id_in_use, last_sequence
            from unnest(event_id, event_type, event_data) with ordinality as n (id, type, data, ordinal)
            join {events}.mt_events as e on e.id = n.id
            where e.type <> n.type or e.data <> n.data
            order by n.ordinal
            limit 1;
            if found then
                outcome := 'id_in_use';
                id_holder := p_stream;
            else
                outcome := 'already_written';
                version := known.version;
                last_sequence := known.seq_id;
            end if;
        else
            outcome := 'id_in_use';
            id_in_use := known.id;
            id_holder := known.stream;
        end if;
    elsif is_closed then
        outcome := 'archived';
    elsif p_expected <> version then
        outcome := 'wrong_version';
    end if;

    if outcome <> 'written' then
        if was_made then
            delete from {events}.mt_streams as t where t.id = p_stream;
        end if;

        return;
    end if;

    if event_count = 0 then
        return;
    end if;

    own_time := greatest(clock_timestamp(), own_time);
    if event_count = 1 then
        last_sequence := nextval(sequence);
        insert into {events}.mt_events (
            seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
            correlation_id, causation_id, headers, is_archived)
        values (
            last_sequence, event_id[1], p_stream, version + 1, event_data[1], event_type[1], own_time, '*DEFAULT*', event_clr_type[1],
            event_correlation[1], event_causation[1], event_headers[1], false);
    else
        select array_agg(nextval(sequence)) into drawn from generate_series(1, event_count);
        last_sequence := drawn[event_count];
        insert into {events}.mt_events (
            seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
            correlation_id, causation_id, headers, is_archived)
        select e.seq_id, e.id, p_stream, append_one_v1.version + e.ordinal, e.data, e.type, own_time, '*DEFAULT*', e.clr_type,
               e.correlation, e.causation, e.headers, false
        from unnest(drawn, event_id, event_type, event_clr_type, event_data, event_headers, event_correlation, event_causation)
             with ordinality as e (seq_id, id, type, clr_type, data, headers, correlation, causation, ordinal);
    end if;

    version := version + event_count;
    update {events}.mt_streams as t
    set version = append_one_v1.version,
        "timestamp" = own_time
    where t.id = p_stream;

    if p_projections is not null then
        perform set_config('ledger.touched', array[p_stream]::text, true);
    end if;
end
$function$;
