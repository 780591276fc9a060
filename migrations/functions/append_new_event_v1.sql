-- Appends one event whose id was made for the call, with the rows of worlds or without projections after it. As append_event_v3, but its answer is one value: a row of six columns
-- costs the server as much as a fifth of the append. What the statement does not write, append_event_v3 decides.
--   p_stream    the stream
--   p_expected  the version that it must have (null: any)
--   event_*     the columns of the event
--   p_worlds    whether the rows of worlds are written
-- Result: the version and the sequence number of the event; null if nothing was written, and append_event_v3 says why.
create or replace function {ledger}.append_new_event_v1(
    p_stream text,
    p_expected bigint,
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    event_correlation text,
    event_causation text,
    p_worlds boolean)
returns bigint[]
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    own_version bigint;
    own_time timestamptz;
    written bigint[];
    rest text[];
begin
    if starts_with(p_stream, 'masked:') or starts_with(p_stream, 'retention:') then
        perform {ledger}.guard_own_streams_v1(array[p_stream]);
    end if;

    -- One table a statement: a statement of both takes longer to set up than these.
    update {events}.mt_streams as t
    set version = coalesce(t.version, 0) + 1,
        "timestamp" = greatest(clock_timestamp(), t."timestamp")
    where t.id = p_stream
      and t.is_archived is not true
      and (p_expected is null or coalesce(t.version, 0) = p_expected)
    returning t.version, t."timestamp" into own_version, own_time;
    if found then
        insert into {events}.mt_events as e (
            seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
            correlation_id, causation_id, headers, is_archived)
        values (
            nextval(sequence), event_id, p_stream, own_version, event_data, event_type, own_time, {tenant}, event_clr_type,
            event_correlation, event_causation, event_headers, false)
        returning array[e.version, e.seq_id] into written;
    end if;

    if written is null then
        select case when a.outcome is null then array[a.version, a.last_sequence] end
        into written
        from {ledger}.append_event_v3(
            p_stream, p_expected, event_id, event_type, event_clr_type, event_data, event_headers, event_correlation, event_causation, true,
            case when p_worlds then array['ledger:world'] end) as a;
        return written;
    end if;

    if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
        perform {ledger}.tag_events_v1(array[event_id]);
    end if;

    if p_worlds then
        rest := {ledger}.project_events_v1(array[p_stream], array[written[1]], array[event_type], array[event_data]);
        if rest is not null then
            perform {ledger}.fold_world_v2(rest, 10000);
        end if;
    end if;

    return written;
end
$function$;
