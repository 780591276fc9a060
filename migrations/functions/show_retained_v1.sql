-- Shows again what is left of the events of a stream that retention has begun to remove and goes no further with. It stays read-only.
--   p_stream  the stream, which is locked
--   p_top     the version of the last event that is left
-- Result: none.
create or replace function {ledger}.show_retained_v1(p_stream text, p_top bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    update {events}.mt_streams as t set version = p_top where t.id = p_stream;
    if starts_with(p_stream, 'task:') then
        perform {ledger}.rewrite_tasks_v1(array[p_stream]);
    elsif starts_with(p_stream, 'chrono:') then
        -- The next reader writes the records again, and has to know which events a compaction has taken out.
        insert into {ledger}.chrono_head (stream, version, seq, hash, archived_to)
        select p_stream, 0, 0, '', max(a.version)
        from {ledger}.chrono_archive as a
        where a.stream = p_stream
        having max(a.version) is not null
        on conflict do nothing;
    elsif starts_with(p_stream, 'run:') or starts_with(p_stream, 'branch:') then
        perform {ledger}.await_summary_v1(p_stream);
    end if;
end
$function$;
