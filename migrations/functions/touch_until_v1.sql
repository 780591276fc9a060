-- Names streams for pending_v2, each up to a version, for a rebuild, which reads the log in pages and locks no stream.
--   p_streams  the names of the streams; an empty array ends it
--   p_last     the last version to apply of each
-- Result: none.
create or replace function {ledger}.touch_until_v1(p_streams text[], p_last bigint[])
returns void
language plpgsql
volatile
as $function$
begin
    perform set_config('ledger.touched', p_streams::text, true);
    perform set_config('ledger.touched_until', p_last::text, true);
end
$function$;
