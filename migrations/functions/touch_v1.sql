-- Locks streams and names them for pending_v2, to catch up where no append does it.
--   p_projection  the projection that catches up; its shared lock is taken first
--   p_streams     the names of the streams
-- Result: none.
create or replace function {ledger}.touch_v1(p_projection text, p_streams text[])
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(p_projection));
    perform 1 from {events}.mt_streams as t where t.id = any (p_streams) order by t.id collate "C" for no key update;
    perform set_config('ledger.touched', p_streams::text, true);
end
$function$;
