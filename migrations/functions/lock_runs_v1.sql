-- Locks what a transaction writes summaries of, before it reads them. Their rows, so that it goes on from what a rebuild or another reader has written; and those
-- of the streams themselves that have none yet, because a stream that is deleted meanwhile must not get one.
--   p_streams  the streams
-- Result: none.
create or replace function {ledger}.lock_runs_v1(p_streams text[])
returns void
language plpgsql
volatile
set enable_seqscan = off
set enable_bitmapscan = off
as $function$
begin
    perform
    from {events}.mt_streams as m
    where m.id = any (p_streams)
      and not exists (select from {ledger}.run_summary as n where n.stream = m.id)
    order by m.id collate "C"
    for key share of m;

    perform
    from {ledger}.run_summary as r
    where r.stream = any (p_streams)
    order by r.stream collate "C"
    for update of r;
end
$function$;
