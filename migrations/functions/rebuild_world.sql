-- Rebuilds the rows of worlds from the events. Appends that write rows wait until the transaction ends.
--   p_stream  the run or branch, of which only its own events are read (null: all streams)
-- Result: the number of streams.
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
    -- No other session may write rows of a branch while those of its ancestors are missing.
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:world'));
    perform from {events}.mt_streams as t where t.version > 0 and (p_stream is null or t.id = p_stream) order by t.id collate "C" for no key update;
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

comment on function {ledger}.rebuild_world(text) is
    'Rebuilds the rows of worlds from the events of one stream, a run''s or a branch''s own (null: of all), and returns the number of '
    'streams. Appends that write rows wait until the transaction ends.';
