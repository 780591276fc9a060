-- Appends the event of one message whose id was made for the call, and writes the rows of its task, without projections after it. As append_tasks_v1, but its answer is one value,
-- and nothing is kept to go back to: a message that breaks a rule of the tasks fails, and append_event_v3 names the rule. What this does not write, append_event_v3 decides too.
--   p_stream    the stream, one of a task
--   p_expected  the version that it must have (null: any)
--   event_*     the columns of the event, whose type is message.saved
-- Result: the version and the sequence number of the event; null if nothing was written.
create or replace function {ledger}.append_new_message_v1(
    p_stream text,
    p_expected bigint,
    event_id uuid,
    event_type text,
    event_clr_type text,
    event_data jsonb,
    event_headers jsonb,
    event_correlation text,
    event_causation text)
returns bigint[]
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    sequence constant regclass := quote_ident({events_text}) || '.mt_events_sequence';
    own_version bigint;
    own_time timestamptz;
    own_number bigint;
begin
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1('ledger:task'));

    -- One table a statement: a statement of several takes longer to set up than all of these.
    update {events}.mt_streams as t
    set version = coalesce(t.version, 0) + 1,
        "timestamp" = greatest(clock_timestamp(), t."timestamp")
    where t.id = p_stream
      and starts_with(p_stream, 'task:')
      and event_type = 'message.saved'
      and t.is_archived is not true
      and (p_expected is null or coalesce(t.version, 0) = p_expected)
    returning t.version, t."timestamp" into own_version, own_time;
    if not found then
        return null;
    end if;

    own_number := nextval(sequence);
    insert into {events}.mt_events (
        seq_id, id, stream_id, version, data, type, "timestamp", tenant_id, mt_dotnet_type,
        correlation_id, causation_id, headers, is_archived)
    values (
        own_number, event_id, p_stream, own_version, event_data, event_type, own_time, {tenant}, event_clr_type,
        event_correlation, event_causation, event_headers, false);
    if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
        perform {ledger}.tag_events_v1(array[event_id]);
    end if;

    update {ledger}.projection_head as h
    set version = own_version
    where h.projection = 'ledger:task'
      and h.stream = p_stream
      and h.version = own_version - 1;
    if found then
        -- The row is that of apply_tasks_v1.
        insert into {ledger}.messages (id, task_id, role, content, "timestamp", interrupted)
        values (
            event_data ->> 'id',
            substr(p_stream, 6),
            event_data ->> 'role',
            event_data ->> 'content',
            (event_data ->> 'timestamp')::bigint,
            coalesce((event_data ->> 'interrupted')::boolean, false));
    else
        perform set_config('ledger.touched', array[p_stream]::text, true);
        perform {ledger}.project_tasks_v1();
    end if;

    return array[own_version, own_number];
end
$function$;
