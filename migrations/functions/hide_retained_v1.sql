-- Ends a stream for its readers where retention will end it, before the first row is removed. What was kept of it as a whole goes at once: its summary and its snapshot.
--   p_stream  the stream, which is locked
--   p_kept    how many of its events stay
-- Result: none.
create or replace function {ledger}.hide_retained_v1(p_stream text, p_kept bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    update {events}.mt_streams as t
    set version = p_kept,
        is_archived = true
    where t.id = p_stream;

    -- Rows of later events are passed over by their version.
    update {ledger}.world_head as h
    set version = least(h.version, p_kept),
        budget_version = case when h.budget_version <= p_kept then h.budget_version end,
        fault_version = case when h.fault_version <= p_kept then h.fault_version end,
        fault = case when h.fault_version <= p_kept then h.fault end,
        cut_version = case when h.cut_version <= p_kept then h.cut_version end
    where h.stream = p_stream;

    -- A snapshot or summary that is being written of what is removed is waited for; one that comes later finds that the stream has changed.
    delete from {ledger}.rewritten_event as r where r.stream = p_stream;
    insert into {ledger}.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), p_stream, -1 - p_kept);
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:snapshot'));
    delete from {events}.mt_doc_ledger_world as d where d.id = p_stream;
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:runs'));
    if p_kept = 0 then
        delete from {ledger}.run_summary as r where r.stream = p_stream;
    else
        update {ledger}.run_summary as r
        set version = 0,
            title = null,
            model = null,
            error = null,
            labels = '{}',
            state = '{}'
        where r.stream = p_stream;
    end if;
end
$function$;
